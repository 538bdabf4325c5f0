#!/bin/sh
# Lint, types, import boundary and tests, from a bare checkout.
set -eu

cd "$(dirname "$0")/.."
missing=
for tool in make tmux git; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
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
# The test in a real browser skips where there is none.
if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || echo "no chromium: its test skips" >&2
fi
make lint
make test
