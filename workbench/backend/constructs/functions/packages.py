"""A Python function's packages, installed by pip from its requirements file, without Docker."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError

_LINUX = {"arm64": "aarch64", "x86_64": "x86_64"}
_LAST_LINES = 6


def install_packages(function: FunctionDefinition, cache: Path, *, local: bool) -> Path | None:
    """The folder with the packages, named by a hash of what was asked for; None without any.

    For AWS the wheels are those of Lambda's Linux and the function's Python; ``local`` takes this
    machine's, since the local cloud runs functions on it.
    """
    if function.requirements is None:
        return None
    platform = ["local", sys.version, sys.platform] if local else [function.runtime]
    wanted = "\n".join([*platform, function.architecture, function.requirements.read_text("utf-8")])
    folder = cache / "packages" / hashlib.sha256(wanted.encode()).hexdigest()[:16]
    if folder.is_dir():
        return folder
    making = folder.with_name(f"{folder.name}.{os.getpid()}")
    making.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        _command(function, making, local=local), capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(making, ignore_errors=True)
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
        raise DefinitionError(
            f"The packages of the function {function.name} cannot be installed:\n{last}",
            f"Fix {function.requirements}; packages need a wheel for Lambda's Linux.",
            function.place,
        )
    making.rename(folder)
    return folder


def _command(function: FunctionDefinition, target: Path, *, local: bool) -> list[str]:
    installer = shutil.which("uv") if not _has_pip() else None
    command = (
        [installer, "pip", "install"] if installer else [sys.executable, "-m", "pip", "install"]
    )
    command += ["--quiet", "--target", str(target), "--requirement", str(function.requirements)]
    if not installer:
        command += ["--disable-pip-version-check", "--no-compile"]
    if local:
        return [*command, *(["--python", sys.executable] if installer else [])]
    version = function.runtime.removeprefix("python")
    machine = _LINUX[function.architecture]
    if installer:
        platform = f"{machine}-manylinux2014"
        return [*command, "--python-platform", platform, "--python-version", version]
    platform = f"manylinux2014_{machine}"
    return [
        *command,
        *("--platform", platform, "--python-version", version, "--only-binary=:all:"),
    ]


def _has_pip() -> bool:
    import importlib.util

    return importlib.util.find_spec("pip") is not None
