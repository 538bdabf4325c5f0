"""``amplify-tui local …``: the project's local cloud by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from workbench.cli.colours import Paint
from workbench.cli.output import ask, err, out, out_data, out_json
from workbench.damaged_files import kept_damaged
from workbench.localcloud.env_vars import shell_lines
from workbench.localcloud.lifecycle import (
    LocalCloudStatus,
    reset,
    start,
    status,
    stop,
    unsaved_words,
)
from workbench.loop.ownership import owners_on_local_cloud
from workbench.project.locate import find_project
from workbench.project.models import Project, ProjectProblem


def local_cloud(arguments: argparse.Namespace) -> int:
    """Run the action; ``status`` fails where it does not answer."""
    project = find_project(Path.cwd())
    folder = project.local_cloud_dir
    paint = Paint.of(sys.stdout)
    match arguments.action:
        case "start":
            target = start(folder, port=arguments.port, say=_say)
            out(f"{paint.good('✓')} local cloud at {paint.strong(target.endpoint)}")
        case "stop":
            if not arguments.force:
                _refuse_while_used(project)
            ran = stop(folder, say=_say)
            out("Stopped; its state is kept." if ran else "It was not running.")
        case "status":
            now = status(folder)
            if arguments.json:
                out_json(_status_document(now, folder))
            else:
                out(*_status_lines(now, folder, paint))
            return 0 if now.running else 1
        case "env":
            out_data(shell_lines(start(folder, say=_say), os.environ))
        case _:
            return _reset(folder, paint, yes=arguments.yes)
    return 0


def _refuse_while_used(project: Project) -> None:
    """A sandbox that runs on it would start it again at once: better said than silently undone."""
    users = owners_on_local_cloud(project.dot_amplify / "workbench")
    if not users or not status(project.local_cloud_dir).running:
        return
    names = " and ".join(f"{name} (process {who.pid})" for name, who in users.items())
    more = len(users) > 1
    raise ProjectProblem(
        f"The {'sandboxes' if more else 'sandbox'} {names} {'run' if more else 'runs'} on it.",
        f"End {'them' if more else 'it'} first (Ctrl-C). With --force the local cloud stops now, "
        "and the sandbox starts it again.",
    )


def _reset(folder: Path, paint: Paint, *, yes: bool) -> int:
    if not yes:
        if not sys.stdin.isatty():
            err("This deletes all that is deployed there. Add --yes to do it.")
            return 1
        question = "Delete all stacks, tables, users and files of this local cloud? [y/N] "
        if ask(question).lower() not in {"y", "yes"}:
            out("Kept.")
            return 1
    target = reset(folder, say=_say)
    out(f"{paint.good('✓')} Empty" + (f", at {target.endpoint}" if target else "") + ".")
    return 0


def _status_document(now: LocalCloudStatus, folder: Path) -> dict[str, object]:
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
        "damaged_files": [str(file) for file in kept_damaged(folder)],
    }


def _status_lines(now: LocalCloudStatus, folder: Path, paint: Paint) -> list[str]:
    colour = paint.good if now.running else paint.warn
    lines = [f"{colour(now.state)}  {now.endpoint}".rstrip()]
    if now.running:
        lines.append(
            f"  process {now.pid}, up {now.uptime:.0f} s, version {now.version}".rstrip(", ")
        )
    if now.log.exists():
        lines.append(paint.faint(f"  log {now.log}"))
    if now.unsaved:
        lines.append(f"  {paint.warn('unsaved')} {unsaved_words(now)}")
    lines += [f"  {paint.warn('damaged')} {damage}" for damage in now.damages]
    told = {damage.kept for damage in now.damages}
    lines += [
        f"  {paint.warn('kept')} {file}, which was damaged; delete it when you need it no more"
        for file in kept_damaged(folder)
        if str(file) not in told
    ]
    return lines


def _say(text: str) -> None:
    # stderr: stdout of ``env`` is for the shell
    err(text)
