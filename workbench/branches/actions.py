"""Actions on environments: connect, preview, deploy, stop, delete. They block.

Raise UserProblem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.branches.context import OpenedBranches
from workbench.branches.deletions import Deletion, now_text, recorded, who
from workbench.branches.environments import Environment
from workbench.branches.selected_environment import delete_sandbox, read_contents, selection_of
from workbench.deploy.assembly.readable_path import readable_path
from workbench.model.user_problem import UserProblem


@dataclass(frozen=True, slots=True)
class StartedJob:
    """A job that was started for a connected branch or a preview."""

    branch: str
    job_id: str


def connect_branch(opened: OpenedBranches, branch: str, *, production: bool) -> StartedJob:
    """Make a Git branch an environment that follows its commits, and deploy it."""
    app = opened.app_to_connect()
    opened.hosting.connect(app, branch, production=production, auto_build=True)
    return StartedJob(branch, opened.hosting.start(app, branch).id)


def create_preview(opened: OpenedBranches, source: str, hours: float) -> StartedJob:
    """Create a temporary environment for a branch, and deploy it."""
    app = opened.app_to_preview()
    preview = opened.hosting.preview(app, source, hours)
    return StartedJob(preview.name, opened.start_preview(app, preview).id)


def deploy(opened: OpenedBranches, environment: Environment) -> StartedJob:
    """Deploy the last commit of a connected branch or a preview."""
    app, hosted = opened.hosting.known_app(), environment.hosted
    if hosted is not None and hosted.preview_of:
        return StartedJob(environment.name, opened.start_preview(app, hosted).id)
    return StartedJob(environment.name, opened.hosting.start(app, environment.name).id)


def deploy_promoted(opened: OpenedBranches, target: str, commit: str) -> StartedJob:
    """Deploy a promotion's commit, if a watched ref has not started that already."""
    hosting = opened.hosting
    return StartedJob(target, hosting.start_for(hosting.known_app(), target, commit).id)


def deploy_all(opened: OpenedBranches, environments: Sequence[Environment]) -> None:
    """Deploy the last commits of several connected branches."""
    app = opened.hosting.known_app()
    for each in environments:
        opened.hosting.start(app, each.name)


def retry_job(opened: OpenedBranches, branch: str, job_id: str) -> StartedJob:
    """Run an ended job again."""
    hosting = opened.hosting
    return StartedJob(branch, hosting.start(hosting.known_app(), branch, retry=job_id).id)


def stop_job(opened: OpenedBranches, branch: str, job_id: str) -> None:
    """Ask a running job to end."""
    opened.hosting.stop(opened.hosting.known_app(), branch, job_id)


def read_losses(opened: OpenedBranches, environment: Environment) -> tuple[str, ...]:
    """What is lost with an environment, a line each; what holds data comes first."""
    selected = selection_of(environment)
    if selected is None:
        return ("its jobs and their logs",)
    data = (
        f"{readable_path(loss.construct_path)}: {loss.contents or loss.type}"
        for loss in read_contents(opened, selected)
    )
    return (*data, selected.stack)


def delete_environment(
    opened: OpenedBranches, environment: Environment, lost: Sequence[str], how: str
) -> None:
    """Delete an environment with its data, and record who did it; ``how`` was it confirmed."""
    deletion = Deletion(
        now_text(),
        environment.name,
        environment.kind,
        environment.stack.name if environment.stack is not None else "",
        opened.session.target.label,
        who(opened.project.root),
        how,
        tuple(lost),
    )
    with recorded(opened.project, deletion):
        _delete(opened, environment)


def _delete(opened: OpenedBranches, environment: Environment) -> None:
    if environment.hosted is not None:
        opened.hosting.delete(opened.hosting.known_app(), environment.name)
        return
    selected = selection_of(environment)
    remaining = () if selected is None else delete_sandbox(opened, selected)
    if remaining:
        raise UserProblem(
            f"{environment.name} is deleted, but this remains: {', '.join(remaining)}.",
            "Delete what remains by hand.",
        )
