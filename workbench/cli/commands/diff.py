"""``amplify-tui diff``: shows what a deployment would change, and changes nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_target
from workbench.cli.output import err, out, out_json
from workbench.cli.parser import Parser
from workbench.cli.session import open_session
from workbench.cli.terminal_sign_in import sign_in_where_needed

if TYPE_CHECKING:
    import argparse

    from workbench.loop.stages import Prepared
    from workbench.model.events import AnyEvent

NAME: Final = "diff"
ABOUT: Final = "show what a deployment would change, and change nothing"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)
    add_json(parser, "the diff as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the diff, the losses and the plan; 1 if the backend can't be evaluated."""
    import asyncio
    from dataclasses import replace

    from workbench.cli.event_text import HumanLines
    from workbench.loop.dry_run import coming_changes
    from workbench.model.events import DiagnosticsReported, Level, LogLine

    human = HumanLines(Paint.of(sys.stderr))

    def emit(event: AnyEvent) -> None:
        said_by_user = isinstance(event, LogLine) and event.level is not Level.DEBUG
        if said_by_user or isinstance(event, DiagnosticsReported):
            err(*human.lines(event))

    session = open_session(arguments)
    sign_in_where_needed(session)
    # An assembly of its own: a sandbox that runs in another terminal may be reading the shared one.
    found = asyncio.run(coming_changes(session, emit, session.sandbox_dir / "diff.out"))
    if found.prepared is None:
        if found.failure is not None:
            # What it lists was reported, each with what to write instead.
            err(*human.failure(replace(found.failure, details=())))
        return 1
    if arguments.json:
        out_json(_document(found.prepared))
    else:
        out(*found.lines)
    return 0


def _document(prepared: Prepared) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "method": prepared.plan.method,
        "steps": prepared.plan.titles,
        "losses": [asdict(loss) for loss in prepared.losses],
        "diff": asdict(prepared.diff),
    }
