"""``amplify-tui branches list``, ``connect``, ``delete`` …: branches as environments."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from workbench.cli.colours import Paint
from workbench.cli.commands.branches.action import add_branch_action, opened_branches
from workbench.cli.commands.branches.jobs import follow_job, job_document
from workbench.cli.flags import add_yes
from workbench.cli.output import ask, done, err, out, out_json
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import cells, padded, safe_line

if TYPE_CHECKING:
    from workbench.branches.environments import Environment
    from workbench.cli.parser import Actions


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    add_branch_action(actions, "list", "all environments: sandboxes and branches", _list)
    about = "connect a Git branch as an environment, and deploy it"
    connect = add_branch_action(actions, "connect", about, _connect, "branch")
    connect.add_argument("--production", action="store_true", help="mark it as production")
    connect.add_argument(
        "--no-deploy", dest="deploy", action="store_false", help="do not deploy it yet"
    )
    about = "a temporary environment of a branch or commit"
    preview = add_branch_action(actions, "preview", about, _preview, "source")
    preview.add_argument(
        "--hours", type=_hours, default=24.0, help="how long it lives (default: 24)"
    )
    about = "which new Git branches become environments automatically"
    automatic = add_branch_action(actions, "automatic", about, _automatic)
    automatic.add_argument("patterns", nargs="*", help="such as 'feature/*'")
    automatic.add_argument("--off", action="store_true", help="connect none")
    automatic.add_argument(
        "--remove-gone", action="store_true", help="delete environments with their Git branches"
    )
    about = "delete a branch's environment with all its data"
    add_yes(add_branch_action(actions, "delete", about, _delete, "branch"))
    about = "what the second environment adds, lacks or has different"
    compare = add_branch_action(actions, "compare", about, _compare, "first", "second")
    compare.add_argument(
        "--values", action="store_true", help="variables' values, and which secrets differ"
    )


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= 24 * 365:
        raise argparse.ArgumentTypeError("more than 0 hours, and at most a year")
    return hours


def _list(arguments: argparse.Namespace) -> int:
    environments = opened_branches(arguments).environments()
    found = environments.all
    for sentence in environments.denied:
        err(f"! {sentence}")
    if arguments.json:
        out_json([_document(each) for each in found])
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


def _document(each: Environment) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "name": each.name,
        "namespace": each.namespace,
        "current": each.is_current,
        "commit": each.git.commit.id if each.git else None,
        "connected": each.hosted is not None,
        "stack": each.stack.name if each.stack else None,
        "status": each.stack.status if each.stack else None,
        "job": job_document(each.job) if each.job else None,
        "drift": each.drift,
        "site": each.site or None,
    }


def _connect(arguments: argparse.Namespace) -> int:
    from workbench.git.command import commit_of

    branch, opened = arguments.branch, opened_branches(arguments)
    commit_of(opened.project.root, branch)  # raises if there is no such branch
    app = opened.app_to_connect()
    opened.hosting.connect(app, branch, production=arguments.production, auto_build=True)
    done(f"connected {branch}")
    if not arguments.deploy:
        return 0
    job = opened.hosting.start(app, branch)
    return follow_job(opened, app, branch, job, as_json=arguments.json)


def _preview(arguments: argparse.Namespace) -> int:
    from workbench.git.command import commit_of

    source, opened = arguments.source, opened_branches(arguments)
    commit_of(opened.project.root, source)  # raises if there is no such branch
    app = opened.app_to_preview()
    preview = opened.hosting.preview(app, source, arguments.hours)
    done(f"{preview.name} shows {source} for {arguments.hours:g} h")
    job = opened.start_preview(app, preview)
    return follow_job(opened, app, preview.name, job, as_json=arguments.json)


def _automatic(arguments: argparse.Namespace) -> int:
    opened = opened_branches(arguments)
    app = opened.app_to_connect()
    if arguments.off or arguments.patterns or arguments.remove_gone:
        patterns = () if arguments.off else tuple(arguments.patterns)
        opened.hosting.set_automatic(app, patterns, removes_gone=arguments.remove_gone)
        app = opened.hosting.known_app()
    if arguments.json:
        out_json({"patterns": app.patterns, "removesGone": app.removes_gone})
        return 0
    fits = ", ".join(app.patterns)
    out(f"New branches that match {fits} are connected." if fits else "No branch is connected.")
    gone = "are deleted with" if app.removes_gone else "stay without"
    out(f"Environments {gone} their Git branch.")
    return 0


def _delete(arguments: argparse.Namespace) -> int:
    from workbench.branches.actions import delete_environment, read_losses

    opened = opened_branches(arguments)
    branch = opened.connected_branch(arguments.branch)
    if not arguments.yes:
        what = f"the backend of {branch.name} with all its data"
        if not sys.stdin.isatty():
            raise UserProblem(f"This deletes {what}.", "Add --yes to confirm.")
        if ask(f"Delete {what}? Type {branch.name}: ") != branch.name:
            out("Nothing was deleted.")
            return 1
    how = "--yes" if arguments.yes else f"typed {branch.name}"
    delete_environment(opened, branch, read_losses(opened, branch), how)
    done(f"deleted the environment of {branch.name}; the Git branch stays")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    first, second = arguments.first, arguments.second
    found = opened_branches(arguments).compared(first, second, values=arguments.values)
    if arguments.json:
        # Values are in it only if they were asked for.
        out_json([{k: v for k, v in asdict(each).items() if v} for each in found])
        return 0
    for each in found:
        values = f"  {each.first!r} → {each.second!r}" if each.first or each.second else ""
        out(f"{each.sign} {each.kind:<8}  {each.what}{values}")
        for changed in each.properties:
            before, after = ("–" if v is None else v for v in (changed.first, changed.second))
            out(f"    {changed.path}  {before} → {after}")
    if not found:
        out(f"{first} and {second} are the same.")
    return 0
