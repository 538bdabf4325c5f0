"""The records of a project: its root, backend file and identity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.model.user_problem import UserProblem

PackageManager = Literal["npm", "pnpm", "yarn", "bun"]
Language = Literal["typescript", "python"]


@dataclass(frozen=True, slots=True)
class Project:
    """An Amplify Gen 2 project on disk; ``root`` holds ``amplify/``.

    ``cloud_dir`` is another project's local cloud to use, as a branch's checkout uses the main
    one's. ``package_name`` is the sandboxes' namespace: the name in package.json, for a Python
    project without one that in pyproject.toml, else the folder's.
    """

    root: Path
    backend_file: Path
    package_name: str
    package_manager: PackageManager = "npm"
    cloud_dir: Path | None = None

    @property
    def language(self) -> Language:
        """The backend's language; JavaScript counts as TypeScript."""
        return "python" if self.backend_file.suffix == ".py" else "typescript"

    @property
    def amplify_dir(self) -> Path:
        """The watched folder."""
        return self.root / "amplify"

    @property
    def dot_amplify(self) -> Path:
        """ampx's folder for generated files, ignored by Git."""
        return self.root / ".amplify"

    @property
    def assembly_dir(self) -> Path:
        """The folder of the cloud assembly, for ampx and for us."""
        return self.dot_amplify / "artifacts" / "cdk.out"

    @property
    def local_cloud_dir(self) -> Path:
        """The folder of the local cloud's state, port and log."""
        return self.cloud_dir or self.dot_amplify / "local-cloud"

    @property
    def workbench_dir(self) -> Path:
        """The folder of what the engine keeps for the project."""
        return self.dot_amplify / "workbench"

    def sandbox_dir(self, name: str, target: str) -> Path:
        """The folder of a sandbox's journal, live snapshot and lock on a target, by its ``key``."""
        return self.workbench_dir / name / target


@dataclass(frozen=True, slots=True)
class BackendIdentity:
    """The identity of a backend, as in ampx; a sandbox's namespace is the package name."""

    namespace: str
    name: str
    type: Literal["sandbox", "branch", "standalone"] = "sandbox"


class ProjectProblem(UserProblem):
    """Something about the project that the user must solve before the engine can go on."""
