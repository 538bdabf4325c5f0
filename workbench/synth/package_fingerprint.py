"""Detects that installed packages changed after a worker loaded them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.project.models import Project
from workbench.synth.python.environment import site_packages

_FILES = (
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "node_modules/.package-lock.json",
    "node_modules/.yarn-integrity",
    "node_modules/.yarn-state.yml",
    "node_modules/.modules.yaml",
    "node_modules/@aws-amplify/backend/package.json",
    "node_modules/aws-cdk-lib/package.json",
)

_PYTHON_FILES = (
    "pyproject.toml",
    "requirements.txt",
    "requirements.lock",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    ".venv/pyvenv.cfg",
)

PackagesState = tuple[tuple[str, int, int], ...]
"""Path, time in nanoseconds and size of each file that changes with an installation."""


def packages_state(project: Project) -> PackagesState:
    """Return the state of the manifests and lock files of the project and its workspace.

    A changed state means that a running worker has other packages in memory.
    """
    if project.language == "python":
        return _state_of(_python_files(project))
    folders = [project.amplify_dir, project.root, *list(project.root.parents)[:3]]
    return _state_of([folder / name for folder in folders for name in _FILES])


def _python_files(project: Project) -> list[Path]:
    """Yield the lock files and the environment's package folder, which installations change."""
    files = [project.root / name for name in _PYTHON_FILES]
    packages = site_packages(project)
    return [*files, packages] if packages is not None else files


def _state_of(files: Iterable[Path]) -> PackagesState:
    state: list[tuple[str, int, int]] = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        state.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(state)
