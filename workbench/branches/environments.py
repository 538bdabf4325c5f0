"""Lists a project's environments: sandboxes and branches, from Git, Amplify and CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeVar

from botocore.exceptions import ClientError

from workbench.aws.permissions import denial_of
from workbench.branches.hosting import Hosting
from workbench.branches.hosting_models import App, HostedBranch, HostingProblem, Job
from workbench.git.command import Branch, GitProblem, branches, current_branch
from workbench.project.identity import parse_stack_name, stack_name
from workbench.project.models import BackendIdentity, Project

T = TypeVar("T")
_SHOWN = (
    "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE",
    "ROLLBACK_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_FAILED",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stack:
    """A backend's root stack as CloudFormation lists it."""

    name: str
    status: str
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment: ``git`` is None if the branch is deleted, ``hosted`` if it is not connected.

    ``namespace`` is a sandbox's project, the app of a branch. A preview's ``git`` is the branch
    that it shows.

    ``stack`` is None where nothing is deployed; ``job`` is the last one; ``site`` is the address of
    the frontend that AWS serves.
    """

    kind: Literal["sandbox", "branch", "preview"]
    name: str
    namespace: str = ""
    is_current: bool = False
    git: Branch | None = None
    hosted: HostedBranch | None = None
    stack: Stack | None = None
    job: Job | None = None
    site: str = ""

    @property
    def key(self) -> str:
        """Identifies the environment."""
        is_ours = self.git is not None or self.hosted is not None
        own = self.name if is_ours or self.stack is None else self.stack.name
        return f"{self.kind}:{own}"

    @property
    def drift(self) -> str:
        """What Git has and the deployment lacks: "" for nothing, or if it is not known."""
        if self.git is None or self.job is None or not self.stack:
            return ""
        if self.job.status == "SUCCEED" and self.job.commit != self.git.commit.id:
            return "behind Git"
        return ""


@dataclass(frozen=True, slots=True)
class Environments:
    """A project's environments; ``denied`` says what the credentials may not read, in sentences.

    ``connections_known`` is False where Amplify's apps and branches may not be read.
    """

    all: tuple[Environment, ...]
    denied: tuple[str, ...] = ()
    connections_known: bool = True


def list_environments(project: Project, hosting: Hosting, cloudformation: Any) -> Environments:
    """Sandboxes first, then branches, the newest commit first; then branches of other apps.

    Works with CloudFormation alone if there is no Amplify app, or no Git repository, and with what
    the credentials may read. Blocks; raises HostingProblem.
    """
    denied = _Denied()
    none: tuple[tuple[BackendIdentity, Stack], ...] = ()
    stacks = denied.unless(partial(list_stacks, cloudformation), none)
    found = [
        Environment("sandbox", identity.name, identity.namespace, stack=stack)
        for identity, stack in stacks
        if identity.type == "sandbox"
    ]
    found += _own_branches(project, hosting, {stack.name: stack for _, stack in stacks}, denied)
    shown = {each.stack.name for each in found if each.stack is not None}
    found += [
        Environment("branch", identity.name, identity.namespace, stack=stack)
        for identity, stack in stacks
        if identity.type == "branch" and stack.name not in shown
    ]
    known = not denied.hides_connections
    return Environments(tuple(found), tuple(denied.sentences), connections_known=known)


class _Denied:
    """Collects what the credentials may not read."""

    def __init__(self) -> None:
        self.sentences: dict[str, None] = {}
        self.hides_connections = False

    def unless(self, read: Callable[[], T], otherwise: T) -> T:
        """What is read; ``otherwise`` if that is denied."""
        try:
            return read()
        except HostingProblem as problem:
            if not problem.is_denied:
                raise
            self.sentences[problem.what] = None
        except ClientError as error:
            denial = denial_of(error)
            if denial is None:
                raise
            self.sentences[f"{denial.what}."] = None
        return otherwise


def _own_branches(
    project: Project, hosting: Hosting, by_name: Mapping[str, Stack], denied: _Denied
) -> list[Environment]:
    """What Git has and what is connected; nothing outside of Git."""
    try:
        own, current = branches(project.root), current_branch(project.root)
    except GitProblem:
        return []
    found = []
    before = len(denied.sentences)
    app = denied.unless(hosting.app, None)
    connected: tuple[HostedBranch, ...] = ()
    if app is not None:
        connected = denied.unless(partial(hosting.branches, app), ())
    denied.hides_connections = len(denied.sentences) > before
    hosted = {each.name: each for each in connected}
    jobs = _last_jobs(hosting, app, tuple(hosted), denied) if app else {}
    known = {each.name: each for each in own}
    for name in [*known, *(name for name in hosted if name not in known)]:
        stack = by_name.get(stack_name(BackendIdentity(app.id, name, "branch"))) if app else None
        preview_of = hosted[name].preview_of if name in hosted else ""
        found.append(
            Environment(
                "preview" if preview_of else "branch",
                name,
                app.id if app else "",
                is_current=name == current,
                git=known.get(preview_of or name),
                hosted=hosted.get(name),
                stack=stack,
                job=jobs.get(name),
                site=hosted[name].site(app) if app and name in hosted else "",
            )
        )
    return found


def _last_jobs(
    hosting: Hosting, app: App, names: Sequence[str], denied: _Denied
) -> Mapping[str, Job]:
    found: dict[str, Job] = {}

    def read() -> None:
        for name in names:
            if (job := next(hosting.jobs(app, name), None)) is not None:
                found[name] = job

    denied.unless(read, None)
    return found


def list_stacks(cloudformation: Any) -> tuple[tuple[BackendIdentity, Stack], ...]:
    """The Amplify root stacks of the target's account and region, with what their names say."""
    found = []
    for page in cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=_SHOWN):
        for each in page["StackSummaries"]:
            identity = parse_stack_name(each["StackName"])
            if identity is not None and "ParentId" not in each:
                updated = each.get("LastUpdatedTime") or each.get("CreationTime")
                found.append((identity, Stack(each["StackName"], each["StackStatus"], updated)))
    return tuple(found)
