#!/bin/sh
# Lint, types, import boundary and all tests, from a bare checkout.
set -eu

cd "$(dirname "$0")/.."
missing=
for tool in make tmux git curl; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$missing chromium"
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of names
    apt-get install -qq -y --no-install-recommends $missing >/dev/null
  else
    echo "please install:$missing" >&2
    exit 1
  fi
fi
make lint
AMPLIFY_TUI_NO_SKIPS=1 make test
