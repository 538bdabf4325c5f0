"""Runs the loop as a command: its events as lines, its signals, and how the process ends."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from workbench.cli import problems
from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.output import OutputProblem, finish, out, out_json_text
from workbench.cli.session_notice import SessionNotice
from workbench.loop.sandbox import Sandbox
from workbench.model.deployment import DeploymentResult
from workbench.model.events import AnyEvent, Emit, SignedIn

if TYPE_CHECKING:
    from workbench.loop.options import SandboxOptions
    from workbench.startup import Session

SUCCESSES = frozenset({DeploymentResult.SUCCEEDED, DeploymentResult.NO_CHANGE})


def run_loop(
    session: Session, options: SandboxOptions, emit: Emit
) -> tuple[DeploymentResult | None, int]:
    """Run the loop to its end: its last result, and the signal that stopped it (0 for none)."""
    return asyncio.run(_run(session, options, emit))


async def _run(
    session: Session, options: SandboxOptions, emit: Emit
) -> tuple[DeploymentResult | None, int]:
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
    notice = SessionNotice(lambda words: out(paint.warn(f"! {words}"), flush=True))

    def lines(event: AnyEvent) -> list[str]:
        if isinstance(event, SignedIn) and not once:
            notice.follow(event)
        return list(human.lines(event))

    return _printing(lines, lambda lines: out(*lines, flush=True))


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
                # The reader of our lines has ended (``| head``): end at once, as other tools do.
                os._exit(128 + signal.SIGPIPE)
            except OutputProblem as problem:
                os._exit(problems.show(problem))

    return emit


def absolute(path: Path | None) -> Path | None:
    """A folder of the command line, with ``~`` for the home folder."""
    return path and path.expanduser().absolute()


def leave(code: int) -> NoReturn:
    """End now: a thread that waits for CloudFormation must not hold up Ctrl-C.

    Python's own exit takes 0.2 s more, to free what the process's end frees anyway.
    """
    try:
        finish()
    except BrokenPipeError:
        code = code or 128 + signal.SIGPIPE
    except OutputProblem as problem:
        code = code or problems.show(problem)
    os._exit(code)
