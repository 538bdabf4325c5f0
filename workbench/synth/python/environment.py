"""Finds the Python environment whose packages ``amplify/`` may import."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from workbench.printed_commands import in_folder, pip_install
from workbench.project.models import Project


def environment_of(project: Project) -> Path | None:
    """Return the project's virtual environment: ``.venv`` or ``venv``, else the active one."""
    return environment_in(project.root)


def environment_in(root: Path) -> Path | None:
    """Return the environment of the project in this folder."""
    for name in (".venv", "venv"):
        folder = root / name
        if (folder / "pyvenv.cfg").is_file():
            return folder
    active = os.environ.get("VIRTUAL_ENV")
    return Path(active) if active and (Path(active) / "pyvenv.cfg").is_file() else None


def site_packages(project: Project) -> Path | None:
    """Return the package folders of the project's environment, if its Python has our version.

    Compiled packages of another version could not be loaded.
    """
    folder = environment_of(project)
    if folder is None:
        return None
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for packages in (folder / "lib" / version / "site-packages", folder / "Lib" / "site-packages"):
        if packages.is_dir():
            return packages
    return None


def is_other_python(project: Project) -> bool:
    """Whether the project's environment has another Python version."""
    return environment_of(project) is not None and site_packages(project) is None


def install_command(root: Path, environment: Path | None, package: str) -> str:
    """The command that installs a package for ``amplify/``; makes ``.venv`` if there is none."""
    if environment is None:
        own = shlex.join((sys.executable, "-m", "venv", ".venv"))
        return in_folder(root, f"{own} && {pip_install('.venv/bin/python', package)}")
    python = environment / "bin" / "python"
    if not environment.is_relative_to(root):
        return pip_install(python, package)
    return in_folder(root, pip_install(python.relative_to(root), package))
