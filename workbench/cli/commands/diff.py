"""``amplify-tui diff``: what a deployment would change, with nothing changed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict

from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.output import err, out, out_json
from workbench.loop.dry_run import coming_changes
from workbench.loop.stages import Prepared
from workbench.model.events import AnyEvent, DiagnosticsReported, Level, LogLine
from workbench.startup import Session


def show_diff(session: Session, arguments: argparse.Namespace) -> int:
    """Print the diff, the losses and the plan; 1 where the backend can't be evaluated."""
    return asyncio.run(_show(session, as_json=arguments.json))


async def _show(session: Session, *, as_json: bool) -> int:
    human = HumanLines(Paint.of(sys.stderr))

    def emit(event: AnyEvent) -> None:
        said_by_user = isinstance(event, LogLine) and event.level is not Level.DEBUG
        if said_by_user or isinstance(event, DiagnosticsReported):
            err(*human.lines(event))

    # An assembly of its own: a sandbox that runs in another terminal may be reading the shared one.
    found = await coming_changes(session, emit, session.sandbox_dir / "diff.out")
    if found.prepared is None:
        if found.failure is not None:
            err(*human.failure(found.failure))
        return 1
    if as_json:
        out_json(_plain(found.prepared))
    else:
        out(*found.lines)
    return 0


def _plain(prepared: Prepared) -> dict[str, object]:
    return {
        "method": prepared.method,
        "steps": prepared.steps,
        "losses": [asdict(loss) for loss in prepared.losses],
        "diff": asdict(prepared.diff),
    }
