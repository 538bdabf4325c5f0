"""``amplify-tui branches``: Git branches as environments, for scripts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from workbench.branches.context import OpenedBranches, open_branches
from workbench.branches.deletions import Deletion, now_text, recorded, who
from workbench.branches.environments import Environment
from workbench.branches.hosting_models import App, HostedBranch, Job
from workbench.branches.promote import plan_promotion, promote
from workbench.branches.selected_environment import Workplace, read_contents
from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.output import ask, err, out, out_json
from workbench.deploy.assembly.readable_path import readable_path
from workbench.git.repository import commit_of
from workbench.loop.promotion_preview import preview_promotion
from workbench.model.events import unheard
from workbench.project.identity import stack_name
from workbench.project.models import BackendIdentity, ProjectProblem
from workbench.startup import Session, connect
from workbench.terminal_text import cells, padded, safe_line, safe_log
from workbench.wording import plural


def manage_branches(session: Session, arguments: argparse.Namespace) -> int:
    """Do what the sub-command says; raises ProjectProblem where it cannot be done."""
    session = connect(session, unheard)
    return _ACTIONS[arguments.action](open_branches(session), arguments)


def _list(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    found = place.environments()
    if arguments.json:
        out_json([_plain(each) for each in found])
        return 0
    paint = Paint.of(sys.stdout)
    width = max((cells(safe_line(each.name)) for each in found), default=0)
    for each in found:
        mark = "*" if each.is_current else " "
        job = f"job {each.job.id} {each.job.status.lower()}" if each.job else ""
        state = each.stack.status if each.stack else "not deployed"
        commit = f"{each.git.commit.short} {each.git.commit.subject}" if each.git else ""
        drift = paint.warn(each.drift) if each.drift else ""
        out(
            f"{mark} {each.kind:<7}  {padded(each.name, width)}  {state}  {job}  {drift}"
            f"  {paint.faint(commit)}".rstrip()
        )
    return 0


def _connect(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    commit_of(place.project.root, arguments.branch)  # raises where there is none
    app = place.app_to_connect()
    place.hosting.connect(app, arguments.branch, production=arguments.production, auto_build=True)
    _say(f"connected {arguments.branch}")
    if not arguments.deploy:
        return 0
    return _run(place, app, place.hosting.start(app, arguments.branch), arguments)


def _preview(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    commit_of(place.project.root, arguments.source)  # raises where there is none
    app = place.app_to_preview()
    made = place.hosting.preview(app, arguments.source, arguments.hours)
    _say(f"{made.name} shows {arguments.source} for {arguments.hours:g} h")
    arguments.branch = made.name
    return _run(place, app, place.start_preview(app, made), arguments)


def _automatic(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    app = place.app_to_connect()
    if arguments.off or arguments.patterns or arguments.remove_gone:
        patterns = () if arguments.off else tuple(arguments.patterns)
        place.hosting.set_automatic(app, patterns, removes_gone=arguments.remove_gone)
        app = place.hosting.known_app()
    if arguments.json:
        out_json({"patterns": app.patterns, "removesGone": app.removes_gone})
        return 0
    fits = ", ".join(app.patterns)
    out(f"new branches that fit {fits} are connected" if fits else "no branch is connected alone")
    gone = "go with their branch" if app.removes_gone else "stay without their branch"
    out(f"environments {gone}")
    return 0


def _deploy(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    app = place.hosting.known_app()
    job = place.hosting.start(app, arguments.branch, retry=arguments.retry)
    if arguments.detach:
        _tell_job(job, "is started", as_json=arguments.json)
        return 0
    return _run(place, app, job, arguments)


def _logs(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    app = place.hosting.known_app()
    return _run(place, app, _job(place, app, arguments), arguments)


def _stop(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    app = place.hosting.known_app()
    job = place.hosting.stop(app, arguments.branch, _job(place, app, arguments).id)
    _tell_job(job, "is being stopped", as_json=arguments.json)
    return 0


def _run(place: OpenedBranches, app: App, job: Job, arguments: argparse.Namespace) -> int:
    """Follow a job to its end; 0 where it succeeded."""
    paint = Paint.of(sys.stdout)

    def say(step: str, line: str) -> None:
        if not arguments.json:
            name = paint.faint(padded(step, 9))
            out(*(f"{name} {part}" for part in safe_log(line).split("\n")), flush=True)

    done = place.hosting.follow(app, arguments.branch, job.id, say)
    if arguments.json:
        out_json(_plain_job(done))
    else:
        sign = paint.good("✓") if done.status == "SUCCEED" else paint.bad("✗")
        out(f"{sign} job {done.id} of {arguments.branch}: {done.status.lower()}"
              f" after {done.seconds:.1f} s")  # fmt: skip
    return 0 if done.status == "SUCCEED" else 1


def _delete(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    app = place.hosting.known_app()
    branch = place.hosting.branch(app, arguments.branch)
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise ProjectProblem(
                f"This deletes the backend of {branch.name} with all its data.",
                "Add --yes to do it.",
            )
        asked = f"Delete the backend of {branch.name} with all its data? Type {branch.name}: "
        if ask(asked) != branch.name:
            out("Nothing was deleted.")
            return 1
    _delete_recorded(place, app, branch, "--yes" if arguments.yes else f"typed {branch.name}")
    _say(f"deleted the environment of {branch.name}; the Git branch stays")
    return 0


def _delete_recorded(place: OpenedBranches, app: App, branch: HostedBranch, how: str) -> None:
    """Delete a branch's environment; who did it and what was lost is recorded."""
    stack = stack_name(BackendIdentity(app.id, branch.name, "branch"))
    lost = read_contents(place, Workplace(branch.name, stack, branch.is_production))
    told = Deletion(
        now_text(),
        branch.name,
        "branch",
        stack,
        place.session.target.label,
        who(place.project.root),
        how,
        tuple(
            f"{readable_path(each.construct_path)}: {each.contents or each.type}" for each in lost
        ),
    )
    with recorded(place.project, told):
        place.hosting.delete(app, branch.name)


def _compare(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    found = place.compared(arguments.first, arguments.second, values=arguments.values)
    if arguments.json:
        # Values stand there only where they were asked for.
        out_json([{k: v for k, v in asdict(each).items() if v} for each in found])
        return 0
    for each in found:
        values = f"  {each.first!r} → {each.second!r}" if each.first or each.second else ""
        out(f"{each.sign} {each.kind:<8}  {each.what}{values}")
        for changed in each.properties:
            first, second = ("–" if v is None else v for v in (changed.first, changed.second))
            out(f"    {changed.path}  {first} → {second}")
    if not found:
        out(f"{arguments.first} and {arguments.second} are the same.")
    return 0


def _promote(place: OpenedBranches, arguments: argparse.Namespace) -> int:
    root = place.project.root
    promotion = plan_promotion(root, arguments.source, arguments.target)
    if not promotion.commits:
        _say(f"{arguments.target} has all of {arguments.source} already")
        return 0
    how = "moves forward by" if promotion.is_fast_forward else "merges"
    out(f"{arguments.target} {how} {plural(len(promotion.commits), 'commit')}:")
    for each in promotion.commits:
        out(f"  {each.short} {each.subject} ({each.author})")
    app = place.app_of(arguments.target)
    if app is not None and arguments.preview:
        coming = preview_promotion(place, promotion)
        if coming.failure is not None:
            err(*HumanLines(Paint.of(sys.stderr)).failure(coming.failure))
            return 1
        out(*coming.lines)
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise ProjectProblem("A promotion deploys.", "Add --yes to do it.")
        if ask("Do it? [y/N] ").lower() != "y":
            out("Nothing was changed.")
            return 1
    commit = promote(root, promotion)
    if app is None:
        _say(f"{arguments.target} is not connected: nothing is deployed")
        return 0
    arguments.branch = arguments.target
    return _run(place, app, place.hosting.start_for(app, arguments.target, commit.id), arguments)


def _tell_job(job: Job, what: str, *, as_json: bool) -> None:
    if as_json:
        out_json(_plain_job(job))
    else:
        out(f"job {job.id} {what}")


def _job(place: OpenedBranches, app: App, arguments: argparse.Namespace) -> Job:
    if arguments.job:
        return place.hosting.job(app, arguments.branch, arguments.job)
    found = next(place.hosting.jobs(app, arguments.branch), None)
    if found is None:
        raise ProjectProblem(
            f"{arguments.branch} has no jobs.", f"Start one: branches deploy {arguments.branch}."
        )
    return found


def _plain(each: Environment) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "name": each.name,
        "namespace": each.namespace,
        "current": each.is_current,
        "commit": each.git.commit.id if each.git else None,
        "connected": each.hosted is not None,
        "stack": each.stack.name if each.stack else None,
        "status": each.stack.status if each.stack else None,
        "job": _plain_job(each.job) if each.job else None,
        "drift": each.drift,
        "site": each.site or None,
    }


def _plain_job(job: Job) -> dict[str, Any]:
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


def _say(words: str) -> None:
    err(f"{Paint.of(sys.stderr).good('✓')} {words}")


_ACTIONS: Mapping[str, Callable[[OpenedBranches, argparse.Namespace], int]] = {
    "list": _list,
    "connect": _connect,
    "preview": _preview,
    "automatic": _automatic,
    "deploy": _deploy,
    "logs": _logs,
    "stop": _stop,
    "delete": _delete,
    "compare": _compare,
    "promote": _promote,
}
