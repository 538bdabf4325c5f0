"""Checks that a project can be synthesized before anything is started."""

from __future__ import annotations

from pathlib import Path

from workbench.printed_commands import in_folder
from workbench.project.locate import read_package_json
from workbench.project.models import PackageManager, Project, ProjectProblem
from workbench.project.node_runtime import MINIMUM_MAJOR, NodeRuntime

REQUIRED = ("@aws-amplify/backend", "aws-cdk-lib", "constructs")

ADD_COMMANDS: dict[PackageManager, str] = {
    "npm": "npm install --save-dev",
    "pnpm": "pnpm add --save-dev",
    "yarn": "yarn add --dev",
    "bun": "bun add --dev",
}


def check_project(project: Project, node: NodeRuntime) -> None:
    """Raise ``ProjectProblem`` if the project's packages or its Node would make synth fail.

    Searches the folders above for packages, as Node does, so hoisted workspaces pass.
    """
    if node.version[0] < MINIMUM_MAJOR:
        raise ProjectProblem(
            f"Node {'.'.join(map(str, node.version))} is too old.",
            f"Install Node {MINIMUM_MAJOR} or newer.",
            where=str(node.executable),
            offer="node",
        )
    if project.language == "python":
        # Its CDK is ours; Node only runs it.
        return
    missing = [name for name in REQUIRED if installed_version(project.root, name) is None]
    if not missing:
        return
    manager = project.package_manager
    declared = _declared(project.root)
    undeclared = [name for name in missing if name not in declared]
    add = f"{ADD_COMMANDS[manager]} {' '.join(undeclared)}"
    if "@aws-amplify/backend" in undeclared or (undeclared and len(undeclared) == len(missing)):
        raise ProjectProblem(
            f"package.json does not list {_listing(undeclared)}.",
            f"Run `{in_folder(project.root, add)}`.",
            where=str(project.root),
        )
    linker = "yarn config set nodeLinker node-modules && yarn install"
    if any((folder / ".pnp.cjs").exists() for folder in (project.root, *project.root.parents)):
        raise ProjectProblem(
            "The packages are installed with Yarn Plug'n'Play, which Amplify does not support.",
            f"Run `{in_folder(project.root, linker)}`.",
            where=str(project.root),
        )
    what = (
        f"{_listing(missing)} {'is' if len(missing) == 1 else 'are'} not installed."
        if (project.root / "node_modules").is_dir()
        else "The project's packages are not installed: there is no node_modules folder."
    )
    raise ProjectProblem(
        what,
        f"Run `{in_folder(project.root, f'{manager} install')}`.",
        where=str(project.root),
        offer="install",
    )


def installed_version(root: Path, name: str) -> str | None:
    """Return the version of a package as resolved from ``root``; None if it is not installed."""
    for folder in (root, *root.parents):
        manifest = folder / "node_modules" / name / "package.json"
        if manifest.is_file():
            version = read_package_json(manifest).get("version")
            return version if isinstance(version, str) else ""
    return None


def _declared(root: Path) -> set[str]:
    """Return the dependencies of the project and of the workspace that it may be part of."""
    names: set[str] = set()
    for folder in (root, *root.parents):
        manifest = folder / "package.json"
        if manifest.is_file():
            content = read_package_json(manifest)
            for section in ("dependencies", "devDependencies", "peerDependencies"):
                entries = content.get(section)
                if isinstance(entries, dict):
                    names.update(entries)
        if (folder / ".git").exists():
            break
    return names


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
