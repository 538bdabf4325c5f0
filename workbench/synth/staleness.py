"""Whether the packages that a warm worker loaded are still the ones on disk."""

from __future__ import annotations

from workbench.project.models import Project

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

PackagesState = tuple[tuple[str, int, int], ...]
"""Path, modification time in nanoseconds and size of each file that tells of installed packages."""


def packages_state(project: Project) -> PackagesState:
    """Look at the manifests and lock files of the project and of the workspace above it.

    A changed state means that a worker started before has other packages in memory.
    """
    folders = [project.amplify_dir, project.root, *list(project.root.parents)[:3]]
    state: list[tuple[str, int, int]] = []
    for folder in folders:
        for name in _FILES:
            file = folder / name
            try:
                stat = file.stat()
            except OSError:
                continue
            state.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(state)
