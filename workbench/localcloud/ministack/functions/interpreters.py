"""Which program runs a function: the declared version where it is installed, else another one."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
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


def command_for(runtime: str, megabytes: int, answers: int, layers: list[Path]) -> list[str]:
    """The command of a process that sends its answers to the descriptor ``answers``."""
    found = interpreter(runtime)
    if runtime.startswith("nodejs"):
        # Lambda's own: without them, V8 collects by the memory of the whole machine.
        limits = [
            f"--max-old-space-size={megabytes * 9 // 10}",
            f"--max-semi-space-size={max(1, megabytes // 20)}",
        ]
        return [found.program, *limits, str(NODE_SCRIPT), str(answers)]
    # Without the packages of its own installation: a function sees its own, and the SDK.
    options = ["-S", "-s", "-u", "-B", "-X", "utf8"]
    return [
        found.program, *options, str(_PYTHON_SCRIPT), str(answers), str(python_sdk()),
        *map(str, layers),
    ]  # fmt: skip


def notice(runtime: str) -> str:
    """Says which version runs in place of the declared one; empty where it is that one."""
    if not runtime.startswith(("nodejs", "python")):
        return ""
    found = interpreter(runtime)
    if found.version == _declared(runtime):
        return ""
    language = "Node.js" if runtime.startswith("nodejs") else "Python"
    return (
        f"{runtime} is not installed: the function runs on {language} {found.version}. "
        f"Install {language} {_declared(runtime)} to run it as on AWS."
    )


@functools.lru_cache
def interpreter(runtime: str) -> Interpreter:
    """The program for the runtime: of the declared version, else the one that is there."""
    version = _declared(runtime)
    if runtime.startswith("nodejs"):
        own = _own_node()
        if own.version == version:
            return own
        found = _newest(_NODES, version)
    else:
        own = Interpreter(sys.executable, "{}.{}".format(*sys.version_info[:2]))
        # The SDK that functions get needs a newer Python than Lambda's oldest.
        if own.version == version or _numbers(version) < _OLDEST_PYTHON:
            return own
        found = [*filter(None, [shutil.which(f"python{version}")]), *_newest(_PYTHONS, version)]
    for program in found:
        if _version_of(program) == version:
            return Interpreter(program, version)
    return own


@functools.lru_cache
def python_sdk() -> Path:
    """Make a folder that holds the AWS SDK alone, for the search path of Python functions."""
    from ministack.core import lambda_runtime

    folder = Path(lambda_runtime.tempfile.mkdtemp(prefix="boto3-"))
    for name in _SDK:
        spec = util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        package = origin.parent if spec.submodule_search_locations else origin
        (folder / package.name).symlink_to(package)
    return folder


_HOME = Path.home()
_NODES = (
    (Path(os.environ.get("NVM_DIR") or _HOME / ".nvm"), "versions/node/v{}.*/bin/node"),
    (_HOME / ".local/share/fnm", "node-versions/v{}.*/installation/bin/node"),
    (_HOME / ".volta", "tools/image/node/{}.*/bin/node"),
    (_HOME / ".asdf", "installs/nodejs/{}.*/bin/node"),
    (_HOME / ".local/share/mise", "installs/node/{}.*/bin/node"),
    (Path("/usr/local/n"), "versions/node/{}.*/bin/node"),
)
_PYTHONS = (
    (_HOME / ".pyenv", "versions/{}.*/bin/python"),
    (_HOME / ".local/share/uv", "python/cpython-{}.*/bin/python"),
    (_HOME / ".asdf", "installs/python/{}.*/bin/python"),
    (_HOME / ".local/share/mise", "installs/python/{}.*/bin/python"),
)
"""Where version managers keep what they install."""


def _declared(runtime: str) -> str:
    return re.sub(r"^(?:nodejs|python)|\.x$", "", runtime)


def _newest(managers: tuple[tuple[Path, str], ...], version: str) -> list[str]:
    found = [path for folder, pattern in managers for path in folder.glob(pattern.format(version))]
    return [str(path) for path in sorted(found, key=_numbers, reverse=True)]


def _numbers(text: object) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(text))]


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
