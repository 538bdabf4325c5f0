"""``amplify-tui sandbox``: the loop with its events as lines."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from workbench.aws.target import AwsTarget
from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.output import OutputLost, err, finish, out, out_json_text
from workbench.loop.options import SandboxOptions
from workbench.loop.sandbox import Sandbox
from workbench.model.deployment import DeploymentResult
from workbench.model.events import AnyEvent, Emit
from workbench.project.models import ProjectProblem
from workbench.startup import Session

GOOD = frozenset({DeploymentResult.SUCCEEDED, DeploymentResult.NO_CHANGE})


def run_sandbox(session: Session, arguments: argparse.Namespace) -> NoReturn:
    """Run until the end of this process: 0 for success, 1 for failure, 128 + n after signal n."""
    watched = arguments.dir_to_watch
    if watched is not None and not watched.expanduser().is_dir():
        raise ProjectProblem(
            f"There is no folder {watched} to watch.", "Name one with --dir-to-watch, or leave it."
        )
    options = SandboxOptions(
        once=arguments.once,
        type_check=not arguments.no_type_check,
        interactive=False,
        allow_destroy=arguments.allow_destroy,
        watch_dir=watched and _folder(watched),
        exclude=tuple(arguments.exclude),
        outputs_format=arguments.outputs_format,
        outputs_version=arguments.outputs_version,
        outputs_dir=arguments.outputs_out_dir and _folder(arguments.outputs_out_dir),
    )
    if arguments.json:
        emit = json_emit()
    else:
        paint = Paint.of(sys.stdout)
        out(
            f"{paint.strong(session.project.package_name)} · {session.identity.name} · "
            f"{session.target.label} · {paint.faint(session.stack_name)}",
            flush=True,
        )
        on_aws = isinstance(session.target, AwsTarget)
        emit = human_emit(paint, every_resource=on_aws, once=arguments.once)
    result, stopped_by = asyncio.run(run_once(session, options, emit))
    if stopped_by:
        if not arguments.json:
            out(f"Ended. The sandbox stays deployed; {_delete_hint(session)} deletes it.")
        leave(128 + stopped_by)
    leave(0 if result in GOOD else 1)


def json_emit() -> Emit:
    """Print each event as one line of JSON."""
    from workbench.journal.codec import encode

    def write(lines: list[str]) -> None:
        for line in lines:
            out_json_text(line, flush=True)

    return _printing(lambda event: [encode(event)], write)


def human_emit(paint: Paint, *, every_resource: bool, once: bool) -> Emit:
    """Print the events as people read them."""
    human = HumanLines(paint, every_resource=every_resource, once=once)
    return _printing(lambda event: list(human.lines(event)), lambda lines: out(*lines, flush=True))


def _printing(render: Callable[[AnyEvent], list[str]], write: Callable[[list[str]], None]) -> Emit:
    turn = threading.Lock()

    def emit(event: AnyEvent) -> None:
        with turn:
            lines = render(event)
            if not lines:
                return
            try:
                write(lines)
            except BrokenPipeError:
                # Whoever read our lines has gone (``| head``): end as other tools do, at once, for
                # there is no one left to tell.
                os._exit(128 + signal.SIGPIPE)
            except OutputLost as lost:
                err(f"✗ The output cannot be written: {lost}.")
                os._exit(1)

    return emit


async def run_once(
    session: Session, options: SandboxOptions, emit: Emit
) -> tuple[DeploymentResult | None, int]:
    """Run the loop to its end: its last result, and the signal that stopped it (0 for none)."""
    sandbox = Sandbox(session, options, emit)
    stopped_by = 0

    def on_signal(number: int) -> None:
        nonlocal stopped_by
        if stopped_by:
            os._exit(128 + number)  # asked twice: at once
        stopped_by = number
        sandbox.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal, number)
    result = await sandbox.run()
    return result, stopped_by


def leave(code: int) -> NoReturn:
    """End now: a thread that waits for CloudFormation must not hold up Ctrl-C.

    Python's own end takes 0.2 s more, to free what the process's end frees anyway.
    """
    try:
        finish()
    except BrokenPipeError:
        code = code or 128 + signal.SIGPIPE
    except OutputLost as lost:
        err(f"✗ The output cannot be written: {lost}.")
        code = code or 1
    os._exit(code)


def _delete_hint(session: Session) -> str:
    return f"`amplify-tui delete --identifier {session.identity.name}`"


def _folder(path: Path) -> Path:
    return path.expanduser().absolute()
