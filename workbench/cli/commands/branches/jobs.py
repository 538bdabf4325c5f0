"""``amplify-tui branches deploy``, ``logs`` and ``stop``: the jobs of a branch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from workbench.cli.colours import Paint
from workbench.cli.commands.branches.action import add_branch_action, opened_branches
from workbench.cli.output import out, out_json
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import padded, safe_log

if TYPE_CHECKING:
    import argparse

    from workbench.branches.context import OpenedBranches
    from workbench.branches.hosting_models import App, Job
    from workbench.cli.parser import Actions, Parser


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    about = "deploy a branch's last commit; follows the job"
    deploy = add_branch_action(actions, "deploy", about, _deploy, "branch")
    deploy.add_argument("--retry", default="", metavar="JOB", help="repeat an ended job")
    deploy.add_argument("--detach", action="store_true", help="do not wait for its end")
    _add_job(add_branch_action(actions, "logs", "a job's logs, as they come", _logs, "branch"))
    _add_job(add_branch_action(actions, "stop", "stop a branch's job", _stop, "branch"))


def _add_job(parser: Parser) -> None:
    parser.add_argument("job", nargs="?", default="", help="a job's number (default: the last)")


def _deploy(arguments: argparse.Namespace) -> int:
    opened = opened_branches(arguments)
    app = opened.hosting.known_app()
    job = opened.hosting.start(app, arguments.branch, retry=arguments.retry)
    if arguments.detach:
        return _report(job, "is started", as_json=arguments.json)
    return follow_job(opened, app, arguments.branch, job, as_json=arguments.json)


def _logs(arguments: argparse.Namespace) -> int:
    opened = opened_branches(arguments)
    app = opened.hosting.known_app()
    job = _chosen_job(opened, app, arguments)
    return follow_job(opened, app, arguments.branch, job, as_json=arguments.json)


def _stop(arguments: argparse.Namespace) -> int:
    opened = opened_branches(arguments)
    app = opened.hosting.known_app()
    job = _chosen_job(opened, app, arguments)
    stopping = opened.hosting.stop(app, arguments.branch, job.id)
    return _report(stopping, "is being stopped", as_json=arguments.json)


def _chosen_job(opened: OpenedBranches, app: App, arguments: argparse.Namespace) -> Job:
    if arguments.job:
        return opened.hosting.job(app, arguments.branch, arguments.job)
    found = next(opened.hosting.jobs(app, arguments.branch), None)
    if found is None:
        raise UserProblem(
            f"{arguments.branch} has no jobs.", f"Start one: branches deploy {arguments.branch}."
        )
    return found


def follow_job(opened: OpenedBranches, app: App, branch: str, job: Job, *, as_json: bool) -> int:
    """Print a job's logs until it ends; 0 if it succeeded."""
    paint = Paint.of(sys.stdout)

    def say(step: str, line: str) -> None:
        if not as_json:
            name = paint.faint(padded(step, 9))
            out(*(f"{name} {part}" for part in safe_log(line).split("\n")), flush=True)

    ended = opened.hosting.follow(app, branch, job.id, say)
    succeeded = ended.status == "SUCCEED"
    if as_json:
        out_json(job_document(ended))
    else:
        mark = paint.good("✓") if succeeded else paint.bad("✗")
        result = f"{ended.status.lower()} after {ended.seconds:.1f} s"
        out(f"{mark} job {ended.id} of {branch}: {result}")
    return 0 if succeeded else 1


def _report(job: Job, what: str, *, as_json: bool) -> int:
    if as_json:
        out_json(job_document(job))
    else:
        out(f"job {job.id} {what}")
    return 0


def job_document(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    return {
        "id": job.id,
        "status": job.status,
        "commit": job.commit,
        "message": job.message,
        "seconds": round(job.seconds, 3),
        "steps": [
            {"name": each.name, "status": each.status, "seconds": round(each.seconds, 3)}
            for each in job.steps
        ],
    }
