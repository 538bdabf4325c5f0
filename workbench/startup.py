"""From a folder and flags to everything a sandbox needs: project, identity, Node, target.

Light to import: the heavy parts are imported inside the functions that need them.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.aws.target import AwsTarget, LocalTarget, Target
from workbench.localcloud.contract import CLOUD_VARIABLE
from workbench.model.events import Emit, LocalCloudReported, SignedIn
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import Aim, aim, aim_at
from workbench.project.models import BackendIdentity, Project

if TYPE_CHECKING:
    from workbench.aws.credentials import Caller
    from workbench.project.node_runtime import NodeRuntime


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line chose; the defaults leave it to what the project remembers."""

    local: bool = False
    profile: str | None = None
    identifier: str | None = None
    iam: bool | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A project that is ready to run.

    ``target_chosen`` is False where neither a flag nor an earlier run chose one: a front end with a
    terminal asks and calls ``choose_target``; without one it is the local cloud, as set here. A
    local target's ``endpoint`` is empty until ``connect`` (a ``Sandbox`` calls it itself, while its
    workers start). ``iam`` turns IAM on the local cloud on or off; None leaves it as it is.
    """

    project: Project
    identity: BackendIdentity
    node: NodeRuntime
    target: Target
    target_chosen: bool
    iam: bool | None = None

    @property
    def sandbox_dir(self) -> Path:
        """Where this sandbox's journal, lock and live snapshot on its target are."""
        return self.project.sandbox_dir(folder_name(self.identity), self.target.key)

    @property
    def stack_name(self) -> str:
        """The CloudFormation stack, named as ampx names it."""
        from workbench.project.identity import stack_name

        return stack_name(self.identity)


def prepare(cwd: Path, flags: Flags) -> Session:
    """Find the project, check it, and decide identity and target; starts nothing.

    Raises ``UserProblem`` with the next step (its ``offer`` names what a front end can do).
    Takes about 0.1 s, most of it asking Node for its version.
    """
    from workbench.project.node_runtime import find_node
    from workbench.project.preflight import check_project

    project, identity, target, chosen = _found(cwd, flags)
    node = find_node()
    check_project(project, node)
    if flags.iam is False and not isinstance(target, LocalTarget):
        raise UserProblem(
            "--no-iam is for the local cloud: AWS holds every caller to its policies.",
            "Leave it out, or deploy to the local cloud with --local.",
            exit_code=2,
        )
    return Session(project, identity, node, target, chosen, flags.iam)


@dataclass(frozen=True, slots=True)
class Past:
    """Where a sandbox's history on a target is; needs neither Node nor packages."""

    folder: Path
    name: str
    target: Target


def find_past(cwd: Path, flags: Flags) -> Past:
    """The history of the sandbox that the flags choose; raises ``UserProblem``."""
    project, identity, target, _ = _found(cwd, flags)
    return Past(project.sandbox_dir(folder_name(identity), target.key), identity.name, target)


def folder_name(identity: BackendIdentity) -> str:
    """The name of a backend's folder, which has one for each target in it."""
    from workbench.project.identity import stack_name

    return identity.name if identity.type == "sandbox" else stack_name(identity)


def _found(cwd: Path, flags: Flags) -> tuple[Project, BackendIdentity, Target, bool]:
    """Project, identity, target, and whether that was chosen; AWS is not asked."""
    from workbench.private_files import private_folder
    from workbench.project.identity import sandbox_identity
    from workbench.project.locate import find_project

    project = find_project(cwd)
    if project.dot_amplify.exists() or project.dot_amplify.is_symlink():
        private_folder(project.dot_amplify)
    if cloud := os.environ.get(CLOUD_VARIABLE):
        project = replace(project, cloud_dir=Path(cloud))
    identity = sandbox_identity(project, flags.identifier)
    target, chosen = _target(project, flags)
    return project, identity, _taken_up(project, identity, target, flags), chosen


def _taken_up(project: Project, identity: BackendIdentity, target: Target, flags: Flags) -> Target:
    """The target with its place and its state's folder; printed commands aim at it from now on."""
    target = _placed(project, target)
    aim_at(_aim(project, identity, target, flags))
    return _settled(project, folder_name(identity), target)


def choose_target(session: Session, target: Target) -> Session:
    """The session with this target, which the project remembers from now on."""
    from workbench.project.project_state import Remembered, save_remembered

    if isinstance(target, AwsTarget):
        remembered = Remembered(target="aws", profile=target.profile)
    else:
        remembered = Remembered(target="local")
    save_remembered(session.project, remembered)
    target = _taken_up(session.project, session.identity, target, Flags())
    return replace(session, target=target, target_chosen=True)


def connect(session: Session, emit: Emit) -> Session:
    """Make the target answer: start the local cloud, or check AWS's credentials.

    Blocks, for about a second where the local cloud starts. Raises ``UserProblem`` or
    ``LocalCloudProblem``.
    """
    if isinstance(session.target, LocalTarget):
        return replace(session, target=start_local_cloud(session.project, emit, session.iam))
    from workbench.aws.clients import Clients
    from workbench.aws.credentials import identify

    clients = Clients(session.target)
    caller = identify(clients)
    aim_at(replace(aim(), account=caller.account, region=clients.region))
    _require_same_account(session, session.target, caller.account)
    emit(signed_in(session.target, caller))
    target = replace(session.target, region=clients.region, account=caller.account)
    return replace(session, target=target)


def signed_in(target: AwsTarget, caller: Caller) -> SignedIn:
    """Who deploys, as an event."""
    return SignedIn(
        at=time.time(),
        profile=target.profile or profile_of_environment() or "default",
        account=caller.account,
        region=caller.region,
        name=caller.name,
        until=caller.until,
    )


def for_branch(session: Session, identity: BackendIdentity) -> Session:
    """The session that deploys a branch's backend instead of the sandbox."""
    aim_at(replace(aim(), branch=identity.name, identifier=""))
    target = _settled(session.project, folder_name(identity), session.target)
    return replace(session, identity=identity, target=target)


def start_local_cloud(project: Project, emit: Emit, iam: bool | None = None) -> LocalTarget:
    """The project's local cloud, started where it wasn't running; says so in events.

    ``iam`` turns IAM on or off there.
    """
    from workbench.localcloud.lifecycle import LocalCloudProblem, start, status

    if not status(project.local_cloud_dir).running:
        emit(LocalCloudReported(at=time.time(), status="starting"))
    said: list[str] = []
    try:
        target = start(project.local_cloud_dir, iam=iam, say=said.append)
    except LocalCloudProblem as problem:
        emit(LocalCloudReported(at=time.time(), status="failed", detail=str(problem)))
        raise
    now = status(project.local_cloud_dir)
    damages = tuple(str(each) for each in now.damages)
    emit(
        LocalCloudReported(
            at=time.time(),
            status="running",
            endpoint=target.endpoint,
            detail=" ".join(each for each in said if each not in damages),
            damages=damages,
            iam=now.iam,
        )
    )
    return target


def _target(project: Project, flags: Flags) -> tuple[Target, bool]:
    from workbench.project.project_state import load_remembered

    if flags.profile is not None:
        return AwsTarget(profile=flags.profile), True
    if flags.local:
        return LocalTarget(""), True
    # A flag decides for one run and is not remembered: a single run against an account must not
    # make the next plain one deploy there.
    remembered = load_remembered(project)
    if remembered.target == "aws":
        return AwsTarget(profile=remembered.profile), True
    return LocalTarget(""), remembered.target == "local"


def _placed(project: Project, target: Target) -> Target:
    """The target with its region and account, as far as they are known without asking AWS."""
    if isinstance(target, LocalTarget):
        return target
    from botocore.exceptions import BotoCoreError

    from workbench.aws.clients import Clients

    try:
        region = Clients(target).region
    except (BotoCoreError, UserProblem):
        return target  # connecting says what is wrong with the profile
    return _with_known_account(project, replace(target, region=region))


def _with_known_account(project: Project, target: AwsTarget) -> AwsTarget:
    """The target with the account that its profile had the last time."""
    from workbench.project.sandbox_folders import account_of

    account = account_of(project, target.profile or profile_of_environment())
    return replace(target, account=account or None)


def known_key(session: Session) -> str:
    """The key of the target, even while the first run with a profile is still in its own folder."""
    target = session.target
    if isinstance(target, LocalTarget) or target.account:
        return target.key
    return _with_known_account(session.project, target).key


def _settled(project: Project, name: str, target: Target) -> Target:
    """The target, with the state of this sandbox in its folder for it."""
    from workbench.project.sandbox_folders import settle

    unknown = ""
    if isinstance(target, AwsTarget):
        unknown = replace(target, account=None).key
    key = settle(
        project, name, target.key, unknown, is_remembered=lambda: _is_remembered(project, target)
    )
    if isinstance(target, AwsTarget) and key != target.key:
        return replace(target, account=None)
    return target


def _is_remembered(project: Project, target: Target) -> bool:
    """Whether a command without flags would aim at this target."""
    from workbench.project.project_state import Remembered, load_remembered

    remembered = load_remembered(project)
    if isinstance(target, AwsTarget):
        return remembered == Remembered("aws", target.profile)
    return remembered.target != "aws"


def _require_same_account(session: Session, target: AwsTarget, account: str) -> None:
    """Never deploy with the history and snapshot of another account."""
    from workbench.project.sandbox_folders import remember_account

    remember_account(session.project, target.profile or profile_of_environment(), account)
    if target.account not in (None, account):
        raise UserProblem(
            f"{target.label} was account {target.account} and is account {account} now.",
            "Start again: each account has a history of its own.",
        )


def _aim(project: Project, identity: BackendIdentity, target: Target, flags: Flags) -> Aim:
    """What printed commands need to reach this target from the same shell."""
    from workbench.project.identity import sandbox_identity

    profile, variable = "", ""
    if isinstance(target, AwsTarget):
        profile = target.profile or profile_of_environment()
        variable = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
        exact: tuple[str, ...] = ("--profile", profile) if profile else ()
    else:
        exact = ("--local",)
    return Aim(
        flags=("--local",) if flags.local else exact if profile else (),
        exact_flags=exact,
        identifier=identity.name,
        is_default=flags.identifier is None or identity == sandbox_identity(project, None),
        profile=profile,
        region_variable=variable,
    )


def profile_of_environment() -> str:
    """The profile that the environment names; keys there have priority over it."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return ""
    return os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
