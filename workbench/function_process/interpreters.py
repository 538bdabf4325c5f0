"""Which program runs a function: the declared version where it is installed, else another one."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from workbench.model.user_problem import UserProblem

_HERE = Path(__file__).parent
NODE_SCRIPT = _HERE / "node_process.cjs"
_PYTHON_SCRIPT = _HERE / "python_process.py"

_SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""The packages of Lambda's Python runtime."""

_OLDEST_PYTHON = [3, 10]


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A program and the version that it is, such as ``3.12``."""

    program: str
    version: str


def command_for(
    runtime: str,
    megabytes: int,
    answers: int,
    layers: list[Path],
    *,
    folder: Path,
    more: Sequence[str] = (),
) -> list[str]:
    """The command of a process that sends its answers to the descriptor ``answers``.

    ``folder`` is where Python's SDK is put together, ``more`` are options of the interpreter.
    """
    found = interpreter(runtime)
    if runtime.startswith("nodejs"):
        # Lambda's own: without them, V8 collects by the memory of the whole machine.
        limits = [
            f"--max-old-space-size={megabytes * 9 // 10}",
            f"--max-semi-space-size={max(1, megabytes // 20)}",
        ]
        return [found.program, *more, *limits, str(NODE_SCRIPT), str(answers)]
    # Without the packages of its own installation: a function sees its own, and the SDK.
    options = ["-S", "-s", "-u", "-B", "-X", "utf8"]
    return [
        found.program, *options, *more, str(_PYTHON_SCRIPT), str(answers), str(python_sdk(folder)),
        *map(str, layers),
    ]  # fmt: skip


def notice(runtime: str) -> str:
    """Says which version runs in place of the declared one; empty where it is that one."""
    running = substitute(runtime)
    if not running:
        return ""
    return f"{runtime} is not installed: the function runs on {running}. {advice(runtime)}".strip()


def substitute(runtime: str) -> str:
    """What runs in place of the declared version, as ``Node.js 20``; empty where it is that one."""
    if not runtime.startswith(("nodejs", "python")):
        return ""
    found = interpreter(runtime)
    return "" if found.version == _declared(runtime) else f"{_language(runtime)} {found.version}"


def advice(runtime: str) -> str:
    """How to get the declared version: by the version manager that is there, if there is one."""
    version = _declared(runtime)
    if _is_too_old(runtime):
        return ""
    managers = _NODES if runtime.startswith("nodejs") else _PYTHONS
    here = [each for each in managers if each.folder.is_dir() or shutil.which(each.name)]
    how = f" ({here[0].install.format(version)})" if here else ""
    return f"Install {_language(runtime)} {version}{how} to run it as on AWS."


def interpreter(runtime: str) -> Interpreter:
    """The program for the runtime: of the declared version, else the one that is there.

    The declared version is looked for again after some seconds: it may be installed meanwhile.
    """
    now = time.monotonic()
    if _missing.setdefault(runtime, now) + _LOOK_AGAIN_SECONDS < now and not _installed(runtime):
        _missing[runtime] = now
        _installed.cache_clear()
    return _installed(runtime) or _own(runtime)


_LOOK_AGAIN_SECONDS = 10.0
_missing: dict[str, float] = {}


@functools.lru_cache
def _installed(runtime: str) -> Interpreter | None:
    version = _declared(runtime)
    if _own(runtime).version == version:
        return _own(runtime)
    if _is_too_old(runtime):
        return None
    managers = _NODES if runtime.startswith("nodejs") else _PYTHONS
    found = _newest(managers, version)
    if runtime.startswith("python"):
        found = [*filter(None, [shutil.which(f"python{version}")]), *found]
    for program in found:
        if _version_of(program) == version:
            return Interpreter(program, version)
    return None


def _own(runtime: str) -> Interpreter:
    if runtime.startswith("nodejs"):
        return _own_node()
    return Interpreter(sys.executable, "{}.{}".format(*sys.version_info[:2]))


def _is_too_old(runtime: str) -> bool:
    """The SDK that functions get needs a newer Python than Lambda's oldest."""
    return runtime.startswith("python") and _numbers(_declared(runtime)) < _OLDEST_PYTHON


def _language(runtime: str) -> str:
    return "Node.js" if runtime.startswith("nodejs") else "Python"


@functools.lru_cache
def python_sdk(parent: Path) -> Path:
    """Make a folder in ``parent`` that holds the AWS SDK alone, for Python's search path."""
    folder = Path(tempfile.mkdtemp(prefix="boto3-", dir=parent))
    for name in _SDK:
        spec = util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        package = origin.parent if spec.submodule_search_locations else origin
        (folder / package.name).symlink_to(package)
    return folder


@dataclass(frozen=True, slots=True)
class _Manager:
    """A version manager: where it keeps what it installs, and its command that installs."""

    name: str
    folder: Path
    programs: str
    install: str


_HOME = Path.home()
_SHARE = _HOME / ".local/share"
_NODES = (
    _Manager("nvm", Path(os.environ.get("NVM_DIR") or _HOME / ".nvm"),
             "versions/node/v{}.*/bin/node", "nvm install {}"),
    _Manager("fnm", _SHARE / "fnm", "node-versions/v{}.*/installation/bin/node", "fnm install {}"),
    _Manager("volta", _HOME / ".volta", "tools/image/node/{}.*/bin/node", "volta fetch node@{}"),
    _Manager("asdf", _HOME / ".asdf", "installs/nodejs/{}.*/bin/node",
             "asdf install nodejs latest:{}"),
    _Manager("mise", _SHARE / "mise", "installs/node/{}.*/bin/node", "mise install node@{}"),
    _Manager("n", Path("/usr/local/n"), "versions/node/{}.*/bin/node", "n install {}"),
)  # fmt: skip
_PYTHONS = (
    _Manager("pyenv", _HOME / ".pyenv", "versions/{}.*/bin/python", "pyenv install {}"),
    _Manager("uv", _SHARE / "uv", "python/cpython-{}.*/bin/python", "uv python install {}"),
    _Manager("asdf", _HOME / ".asdf", "installs/python/{}.*/bin/python",
             "asdf install python latest:{}"),
    _Manager("mise", _SHARE / "mise", "installs/python/{}.*/bin/python",
             "mise install python@{}"),
)  # fmt: skip


def _declared(runtime: str) -> str:
    return re.sub(r"^(?:nodejs|python)|\.x$", "", runtime)


def _newest(managers: tuple[_Manager, ...], version: str) -> list[str]:
    found = [path for each in managers for path in each.folder.glob(each.programs.format(version))]
    return [str(path) for path in sorted(found, key=_numbers, reverse=True)]


def _numbers(text: object) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(text))]


@functools.lru_cache
def _own_node() -> Interpreter:
    from workbench.project.node_runtime import find_node

    try:
        node = find_node()
    except UserProblem:
        # The start of the process then says that there is no such program.
        return Interpreter("node", "")
    return Interpreter(str(node.executable), str(node.version[0]))


def _version_of(program: str) -> str:
    """Its version, as Lambda's runtimes count: Node by its first number, Python by two."""
    try:
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"v(\d+)\.|Python (\d+\.\d+)\.", told)
    return (found[1] or found[2]) if found else ""
