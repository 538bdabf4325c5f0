"""The real steps from a folder to a running sandbox: what ``screens.ports.Starter`` asks for.

Imported in a thread after the first paint; what is heavy is imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from screens.ports import OpenedSandbox, SandboxInfo
from workbench.aws.target import AwsTarget, Target
from workbench.journal.records import DeploymentRecord
from workbench.journal.store import Journal, journal_path
from workbench.model.events import AnyEvent, Emit, ResourcesListed
from workbench.model.system_problem import os_errors_as_problems
from workbench.startup import Flags, Session, choose_target, prepare

if TYPE_CHECKING:
    from workbench.branches.context import OpenedBranches
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.playground.api import PlaygroundApi
    from workbench.users.open_pool import OpenedPool


class ProjectStarter:
    """Starts the sandbox of the project that a folder belongs to."""

    def __init__(self, cwd: Path, flags: Flags, *, type_check: bool = True) -> None:
        self._cwd = cwd
        self._flags = flags
        self._type_check = type_check

    def prepare(self) -> Session:
        """Find and check the project; starts nothing."""
        return prepare(self._cwd, self._flags)

    def choose_target(self, session: Session, target: Target) -> Session:
        """Take the user's choice and save it for the project."""
        return choose_target(session, target)

    def profiles(self) -> Sequence[str]:
        """The AWS profiles in the shared configuration files."""
        from botocore.session import Session as AwsSession

        return list(AwsSession().available_profiles)

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        """Start the sandbox's loop in its own thread."""
        from workbench.git.git_folder import branch_name
        from workbench.loop.options import SandboxOptions
        from workbench.loop.runner import SandboxThread

        options = SandboxOptions(type_check=self._type_check)
        thread = SandboxThread(session, options, emit)
        thread.start()
        info = SandboxInfo(
            project=session.project.package_name,
            root=session.project.root,
            identifier=session.identity.name,
            target=session.target.label,
            stack_name=session.stack_name,
            branch=branch_name(session.project.root),
            sandbox_dir=session.sandbox_dir,
            aws=session.target if isinstance(session.target, AwsTarget) else None,
            edited_file=edited_file(session.project.root, session.project.language),
        )

        return OpenedSandbox(
            info,
            thread,
            JournalPast(session.sandbox_dir),
            partial(open_api, session, emit),
            partial(open_user_pool, session, emit),
            partial(open_sandbox_functions, session, emit),
            partial(open_all_branches, session, emit),
        )

    def planned(self, language: str) -> Sequence[str]:
        """The steps that creating a project in the current folder takes."""
        from workbench.project.scaffold import planned

        return planned(self._cwd, language)

    def scaffold(self, language: str, say: Callable[[str], None]) -> None:
        """Create a new project in the current folder."""
        from workbench.project.scaffold import scaffold

        scaffold(self._cwd, language, say)

    def install(
        self,
        root: Path | None,
        say: Callable[[str], None],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Install the npm packages of the project, and check its types once."""
        from workbench.project.locate import find_project
        from workbench.project.node_runtime import find_node
        from workbench.project.scaffold import install_packages
        from workbench.synth.type_check.first_check import check_types_once

        project, node = find_project(root or self._cwd), find_node()
        install_packages(project.root, node, say, cancelled)
        check_types_once(project, node.executable, say)


@os_errors_as_problems()
def open_api(session: Session, emit: Emit) -> PlaygroundApi:
    """The sandbox's GraphQL API; blocks. Raises UserProblem."""
    from workbench.playground.open_api import open_sandbox_api
    from workbench.startup import connect

    return open_sandbox_api(connect(session, emit))


@os_errors_as_problems()
def open_user_pool(session: Session, emit: Emit) -> OpenedPool:
    """The sandbox's user pool; blocks. Raises UserProblem."""
    from workbench.startup import connect
    from workbench.users.open_pool import open_pool

    return open_pool(connect(session, emit))


@os_errors_as_problems()
def open_sandbox_functions(session: Session, emit: Emit) -> OpenedFunctions:
    """The sandbox's functions; blocks. Raises UserProblem."""
    from workbench.functions.open_functions import open_functions
    from workbench.startup import connect

    return open_functions(connect(session, emit))


@os_errors_as_problems()
def open_all_branches(session: Session, emit: Emit) -> OpenedBranches:
    """The project's environments; blocks. Raises UserProblem."""
    from workbench.branches.context import open_branches
    from workbench.startup import connect

    return open_branches(connect(session, emit))


def edited_file(root: Path, language: str) -> str:
    """An existing file of the backend, for hints: its data, else its entry file."""
    suffix = "py" if language == "python" else "ts"
    data = f"amplify/data/resource.{suffix}"
    return data if (root / data).is_file() else f"amplify/backend.{suffix}"


class JournalPast:
    """The past as the journal has it."""

    def __init__(self, sandbox_dir: Path) -> None:
        self._journal = Journal(journal_path(sandbox_dir))

    def deployments(self) -> Sequence[DeploymentRecord]:
        """The latest deployments, without their events."""
        return self._journal.deployments()

    def events_of(self, number: int) -> Iterable[AnyEvent]:
        """One deployment's events in order."""
        return self._journal.events_of(number)

    def resources(self) -> ResourcesListed | None:
        """The stack's resources when last listed."""
        return self._journal.latest_resources()
