"""Lists a project's environments: sandboxes and branches, from Git, Amplify and CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from workbench.branches.hosting import Hosting
from workbench.branches.hosting_models import HostedBranch, Job
from workbench.git.command import Branch, GitProblem, branches, current_branch
from workbench.project.identity import parse_stack_name, stack_name
from workbench.project.models import BackendIdentity, Project

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


def list_environments(
    project: Project, hosting: Hosting, cloudformation: Any
) -> tuple[Environment, ...]:
    """Sandboxes first, then branches, the newest commit first; then branches of other apps.

    Works with CloudFormation alone if there is no Amplify app, or no Git repository. Blocks;
    raises HostingProblem.
    """
    stacks = list_stacks(cloudformation)
    found = [
        Environment("sandbox", identity.name, identity.namespace, stack=stack)
        for identity, stack in stacks
        if identity.type == "sandbox"
    ]
    found += _own_branches(project, hosting, {stack.name: stack for _, stack in stacks})
    shown = {each.stack.name for each in found if each.stack is not None}
    found += [
        Environment("branch", identity.name, identity.namespace, stack=stack)
        for identity, stack in stacks
        if identity.type == "branch" and stack.name not in shown
    ]
    return tuple(found)


def _own_branches(
    project: Project, hosting: Hosting, by_name: Mapping[str, Stack]
) -> list[Environment]:
    """What Git has and what is connected; nothing outside of Git."""
    try:
        own, current = branches(project.root), current_branch(project.root)
    except GitProblem:
        return []
    found = []
    app = hosting.app()
    hosted = {each.name: each for each in hosting.branches(app)} if app else {}
    known = {each.name: each for each in own}
    for name in [*known, *(name for name in hosted if name not in known)]:
        stack = by_name.get(stack_name(BackendIdentity(app.id, name, "branch"))) if app else None
        preview_of = hosted[name].preview_of if name in hosted else ""
        job = next(hosting.jobs(app, name), None) if app and name in hosted else None
        found.append(
            Environment(
                "preview" if preview_of else "branch",
                name,
                app.id if app else "",
                is_current=name == current,
                git=known.get(preview_of or name),
                hosted=hosted.get(name),
                stack=stack,
                job=job,
                site=hosted[name].site(app) if app and name in hosted else "",
            )
        )
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
