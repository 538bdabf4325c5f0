#!/bin/sh
# A chat application in Python on the local cloud: the app where there is a terminal, one deployment otherwise.
set -eu

cd "$(dirname "$0")/.."
tui=$(cd "${VENV:-.venv}/bin" && pwd)/amplify-tui
demo=${DEMO:-demo}
if [ ! -e "$demo/amplify" ]; then
  "$tui" init --language python "$demo"
fi
cd "$demo"
# A demo of an earlier version may be TypeScript; npm writes this file last.
if [ -f package.json ] && [ ! -f node_modules/.package-lock.json ]; then
  "$(dirname "$tui")/python" -m workbench.project.packages .
fi
if [ -t 0 ] && [ -t 1 ]; then
  exec "$tui" --local
fi
"$tui" sandbox --once --local
"$tui" status
