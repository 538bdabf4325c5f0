"""The steps of a job: which commands run where, from a commit to a deployed backend."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.git.command import main_checkout
from workbench.localcloud.contract import APP_ROOT
from workbench.model.user_problem import UserProblem
from workbench.private_files import private_folder, write_private

BUILD_FRONTEND = "AMPLIFY_TUI_BUILD_FRONTEND"
"""``true`` at an app or a branch: its frontend is built, too."""

_LOCK_FILES = {
    "pnpm-lock.yaml": ("pnpm", "install", "--frozen-lockfile"),
    "yarn.lock": ("yarn", "install", "--immutable"),
    "package-lock.json": ("npm", "ci", "--no-audit", "--no-fund"),
    "npm-shrinkwrap.json": ("npm", "ci", "--no-audit", "--no-fund"),
}
_INSTALLED = ".amplify/installed"


@dataclass(frozen=True, slots=True)
class Checkout:
    """The checkout of a job: the branch's worktree and, in it, the project's folder."""

    repository: Path
    worktree: Path
    project: Path


def repository_of(app: Mapping[str, object]) -> Path:
    """The app's repository on this machine; raises UserProblem for one elsewhere."""
    text = str(app.get("repository") or "").removeprefix("file://")
    place = Path(text)
    if not text or not place.is_absolute() or not place.is_dir():
        raise UserProblem(
            f"The repository {text or '(none)'} is not a folder of this machine.",
            "Connect the app to a local repository: the local cloud clones nothing.",
        )
    return place


def checkout_of(
    repository: Path, app_id: str, branch: str, variables: Mapping[str, str]
) -> Checkout:
    """Where a branch is checked out: one place for all its jobs, so that caches stay."""
    name = hashlib.sha256(f"{app_id}/{branch}".encode()).hexdigest()[:12]
    worktree = main_checkout(repository) / ".amplify" / "worktrees" / name
    project = (worktree / variables.get(APP_ROOT, "")).resolve()
    if not project.is_relative_to(worktree.resolve()):
        raise UserProblem(f"{APP_ROOT} leads out of the repository.", "Name a folder inside it.")
    return Checkout(repository, worktree, project)


def install_command(checkout: Checkout) -> Sequence[str] | str:
    """The command that installs the project's packages, or why none is needed."""
    project = checkout.project
    if not (project / "package.json").exists():
        return "no package.json: nothing to install"
    wanted = packages_of(project)
    marker = project / _INSTALLED
    if (project / "node_modules").exists() and marker.exists() and marker.read_text() == wanted:
        return "the packages are those of the last job"
    origin = main_checkout(checkout.repository) / project.relative_to(checkout.worktree.resolve())
    if (origin / "node_modules").is_dir() and packages_of(origin) == wanted:
        # The same packages as in the main checkout: shared, which takes no time and no network.
        modules = project / "node_modules"
        if modules.is_symlink() or not modules.exists():
            modules.unlink(missing_ok=True)
            modules.symlink_to(origin / "node_modules")
            return "the packages are those of the main checkout"
    for name, command in _LOCK_FILES.items():
        if (project / name).exists():
            return command
    return ("npm", "install", "--no-audit", "--no-fund")


def installed(checkout: Checkout) -> None:
    """Remember which packages are installed."""
    marker = checkout.project / _INSTALLED
    private_folder(marker.parent)
    write_private(marker, packages_of(checkout.project))


def shown(command: Sequence[str] | str) -> str:
    """A command as a person would type it."""
    if isinstance(command, str):
        return command
    return shlex.join(command)


def build_commands(checkout: Checkout, variables: Mapping[str, str]) -> Sequence[str]:
    """The frontend's shell commands of ``amplify.yml``, where a build is asked for.

    Raises UserProblem for a file that is not a valid build specification.
    """
    if variables.get(BUILD_FRONTEND) != "true":
        return ()
    import yaml

    file = checkout.worktree / "amplify.yml"
    if not file.exists():
        raise UserProblem("amplify.yml is missing.", f"Commit one, or unset {BUILD_FRONTEND}.")
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "applications" in found:
            root = variables.get(APP_ROOT, "")
            found = next(each for each in found["applications"] if each.get("appRoot") == root)
        phases = found["frontend"]["phases"]
        commands = [
            str(command)
            for phase in ("preBuild", "build", "postBuild")
            for command in (phases.get(phase) or {}).get("commands") or ()
        ]
    except (yaml.YAMLError, KeyError, TypeError, StopIteration, AttributeError) as error:
        raise UserProblem(
            f"amplify.yml has no frontend to build: {error}.", "Correct the file and commit it."
        ) from None
    return tuple(commands)


def packages_of(project: Path) -> str:
    """What the project's packages are, as a digest of the files that name them."""
    digest = hashlib.sha256()
    try:
        found = json.loads((project / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    # Scripts and other entries may change without another package.
    kinds = ("dependencies", "devDependencies", "optionalDependencies", "overrides", "workspaces")
    digest.update(json.dumps([found.get(kind) for kind in kinds], sort_keys=True).encode())
    for name in _LOCK_FILES:
        if (project / name).exists():
            digest.update((project / name).read_bytes())
    return digest.hexdigest()
