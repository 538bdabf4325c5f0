"""``amplify-tui local …``: starts, stops, shows and resets the project's local cloud."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_iam, add_json, add_yes
from workbench.cli.output import err, out, out_data, out_json
from workbench.cli.parser import Parser, add_action, add_actions
from workbench.cli.prompts import confirm
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    import argparse

    from workbench.localcloud.lifecycle import LocalCloudStatus
    from workbench.project.models import Project

NAME: Final = "local"
IAM_OFF: Final = (
    "IAM is off: no policies are enforced, until the local cloud stops or --iam turns it on"
)
ABOUT: Final = "the local cloud: start, stop, status, env, reset"


def register(parser: Parser) -> None:
    """Add the arguments."""
    actions = add_actions(parser)
    start = add_action(actions, "start", "start it, if it is not running", _start)
    start.add_argument("--port", type=int, help="this port and no other")
    add_iam(start)
    stop = add_action(actions, "stop", "stop it; its state is kept", _stop)
    stop.add_argument(
        "--force", action="store_true", help="even if a sandbox uses it, and starts it again"
    )
    status = add_action(actions, "status", "where it is and whether it answers", _status)
    add_json(status, "as JSON")
    about = 'shell lines that point AWS tools at it: eval "$(amplify-tui local env)"'
    add_action(actions, "env", about, _env)
    reset = add_action(actions, "reset", "delete everything it holds", _reset)
    add_yes(reset)


def _project() -> Project:
    from workbench.project.locate import find_project

    return find_project(Path.cwd())


def _start(arguments: argparse.Namespace) -> int:
    from workbench.localcloud.lifecycle import start, status

    folder = _project().local_cloud_dir
    target = start(folder, port=arguments.port, iam=arguments.iam, say=err)
    paint = Paint.of(sys.stdout)
    out(f"{paint.good('✓')} local cloud at {paint.strong(target.endpoint)}")
    if not status(folder).iam:
        out(f"  {paint.warn(IAM_OFF)}")
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    from workbench.localcloud.lifecycle import stop

    project = _project()
    if not arguments.force:
        _refuse_while_used(project)
    ran = stop(project.local_cloud_dir, say=err)
    out("Stopped; its state is kept." if ran else "It was not running.")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    """1 if it does not answer."""
    from workbench.localcloud.lifecycle import status

    folder = _project().local_cloud_dir
    now = status(folder)
    if arguments.json:
        out_json(_status_document(now, folder))
    else:
        out(*_status_lines(now, folder, Paint.of(sys.stdout)))
    return 0 if now.running else 1


def _env(_arguments: argparse.Namespace) -> int:
    import os

    from workbench.localcloud.env_vars import shell_lines
    from workbench.localcloud.lifecycle import start

    # What it says while it starts goes to stderr: stdout is for the shell.
    out_data(shell_lines(start(_project().local_cloud_dir, say=err), os.environ))
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    from workbench.localcloud.lifecycle import reset

    folder = _project().local_cloud_dir
    if not arguments.yes and not confirm(
        "Delete all stacks, tables, users and files of this local cloud?",
        unasked="This deletes everything that is deployed to the local cloud.",
    ):
        return 1
    target = reset(folder, say=err)
    paint = Paint.of(sys.stdout)
    out(f"{paint.good('✓')} Empty" + (f", at {target.endpoint}" if target else "") + ".")
    return 0


def _refuse_while_used(project: Project) -> None:
    """A running sandbox would start it again at once: say so instead of silently undoing it."""
    from workbench.localcloud.lifecycle import status
    from workbench.ownership import owners_on_local_cloud

    users = owners_on_local_cloud(project.workbench_dir)
    if not users or not status(project.local_cloud_dir).running:
        return
    names = " and ".join(f"{name} (process {who.pid})" for name, who in users.items())
    more = len(users) > 1
    raise UserProblem(
        f"The {'sandboxes' if more else 'sandbox'} {names} {'run' if more else 'runs'} on it.",
        f"End {'them' if more else 'it'} first (Ctrl-C). With --force the local cloud stops now, "
        "and the sandbox starts it again.",
    )


def _status_document(now: LocalCloudStatus, folder: Path) -> dict[str, object]:
    from workbench.damaged_files import kept_damaged

    return {
        "state": now.state,
        "endpoint": now.endpoint,
        "port": now.port,
        "pid": now.pid,
        "uptime": now.uptime,
        "version": now.version,
        "log": str(now.log),
        "damages": [damage.document() for damage in now.damages],
        "unsaved": now.unsaved,
        "iam": now.iam,
        "damaged_files": [str(file) for file in kept_damaged(folder)],
    }


def _status_lines(now: LocalCloudStatus, folder: Path, paint: Paint) -> list[str]:
    from workbench.damaged_files import kept_damaged
    from workbench.localcloud.lifecycle import unsaved_words

    colour = paint.good if now.running else paint.warn
    lines = [f"{colour(now.state)}  {now.endpoint}".rstrip()]
    if now.running:
        lines.append(
            f"  process {now.pid}, up {now.uptime:.0f} s, version {now.version}".rstrip(", ")
        )
    if now.log.exists():
        lines.append(paint.faint(f"  log {now.log}"))
    if now.running:
        lines.append(f"  {'IAM on' if now.iam else paint.warn(IAM_OFF)}")
    if now.unsaved:
        lines.append(f"  {paint.warn('unsaved')} {unsaved_words(now)}")
    lines += [f"  {paint.warn('damaged')} {damage}" for damage in now.damages]
    shown = {damage.kept for damage in now.damages}
    lines += [
        f"  {paint.warn('kept')} {file}, which was damaged; delete it if not needed"
        for file in kept_damaged(folder)
        if str(file) not in shown
    ]
    return lines
