#!/bin/sh
# Make or refresh .venv: sh scripts/environment.sh [run|dev]
# Needs a Python 3.11 or newer and a package index; nothing else. With root on Debian it installs
# what is missing; without, it says what to install.
set -eu

cd "$(dirname "$0")/.."
wanted=${1:-run}
case $wanted in
  run) lock=requirements.lock ;;
  dev) lock=requirements-dev.lock ;;
  *) echo "usage: scripts/environment.sh [run|dev]" >&2; exit 2 ;;
esac
venv=${VENV:-.venv}

suitable() {
  "$1" -c 'import sys; sys.exit(not (sys.version_info >= (3, 11)))' >/dev/null 2>&1
}

choose_python() {
  # A python3.x on PATH may be a version manager's shim that cannot run: suitable() tries each.
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if suitable "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  echo "amplify-tui needs Python 3.11 or newer; none is on PATH. Install it, or set PYTHON." >&2
  exit 1
}

apt_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "installing $*"
  apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }
}

has_pip() {
  "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

make_venv() {
  python=$1
  rm -rf "$venv"
  # Debian splits ensurepip off Python: then pip comes from the system's own pip, or uv, or apt.
  if "$python" -c 'import ensurepip' >/dev/null 2>&1 && "$python" -m venv "$venv" >/dev/null 2>&1; then
    return
  fi
  rm -rf "$venv"
  if "$python" -m venv --without-pip "$venv" >/dev/null 2>&1 &&
    "$python" -m pip --python "$venv/bin/python" install --quiet pip >/dev/null 2>&1 && has_pip; then
    return
  fi
  if command -v uv >/dev/null && uv venv --quiet --clear --seed --python "$python" "$venv" && has_pip; then
    return
  fi
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  rm -rf "$venv"
  if apt_install "python$version-venv" && "$python" -m venv "$venv"; then
    return
  fi
  echo "$python has no ensurepip, so no environment can be made." >&2
  echo "Install it first, for example: sudo apt-get install python$version-venv" >&2
  exit 1
}

stamp() {
  cat "$lock" pyproject.toml | cksum
  pwd
}

if [ -x "$venv/bin/python" ] && [ -f "$venv/installed-$wanted" ] &&
  suitable "$venv/bin/python" && [ "$(stamp)" = "$(cat "$venv/installed-$wanted")" ]; then
  exit 0
fi
if ! { [ -x "$venv/bin/python" ] && suitable "$venv/bin/python" && has_pip; }; then
  python=$(choose_python)
  echo "making $venv with $("$python" --version)"
  make_venv "$python"
fi
echo "installing the packages of $lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
  --no-build-isolation --editable .
rm -f "$venv"/installed-*
stamp >"$venv/installed-$wanted"
# The development environment has all that running needs.
[ "$wanted" = run ] || stamp_of_run=$(lock=requirements.lock; stamp)
[ "$wanted" = run ] || echo "$stamp_of_run" >"$venv/installed-run"
