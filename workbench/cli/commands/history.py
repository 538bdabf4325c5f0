"""``amplify-tui history``: past deployments, as the journal has them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_target
from workbench.cli.output import err, out, out_json, out_json_text
from workbench.cli.parser import Parser
from workbench.cli.session import target_flags
from workbench.terminal_text import safe_line

if TYPE_CHECKING:
    import argparse

    from workbench.journal.store import Journal
    from workbench.model.events import ConfirmationAnswered
    from workbench.startup import Past

NAME: Final = "history"
ABOUT: Final = "past deployments; with a number, everything about that one"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    parser.add_argument("number", nargs="?", type=int, help="a deployment's number")
    parser.add_argument("--limit", type=int, default=20, help="how many to list (default: 20)")
    add_target(parser)
    add_json(parser, "one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """List the newest deployments, or show one; 1 if there is no such deployment."""
    from workbench.journal.store import Journal, journal_path
    from workbench.startup import find_past

    past = find_past(Path.cwd(), target_flags(arguments))
    journal = Journal(journal_path(past.folder))
    if arguments.number is not None:
        return _show(journal, arguments.number, as_json=arguments.json)
    return _list(journal, past, arguments.limit, as_json=arguments.json)


def _list(journal: Journal, past: Past, limit: int, *, as_json: bool) -> int:
    from dataclasses import asdict

    from workbench.cli.event_text import record_line
    from workbench.deploy.plan.data_loss import decision_text
    from workbench.ownership import owner

    records = journal.deployments(limit=max(limit, 1))
    decided: dict[int | None, list[ConfirmationAnswered]] = {}
    for decision in journal.decisions([record.number for record in records]):
        decided.setdefault(decision.deployment, []).append(decision)
    if as_json:
        for record in records:
            decisions = [asdict(decision) for decision in decided.get(record.number, ())]
            out_json({**asdict(record), "decisions": decisions})
        return 0
    if not records:
        out(f"Nothing has been deployed yet as {past.name} to {past.target.label}.")
        return 0
    paint = Paint.of(sys.stdout)
    out(paint.faint(f"{past.name} · {past.target.label}"))
    running = owner(past.folder) is not None
    for record in records:
        out(record_line(record, paint, running=running))
        for decision in decided.get(record.number, ()):
            out(f"       {paint.warn(safe_line(decision_text(decision)))}")
    return 0


def _show(journal: Journal, number: int, *, as_json: bool) -> int:
    from workbench.cli.event_text import HumanLines
    from workbench.journal.codec import encode

    if journal.deployment(number) is None:
        err(f"There is no deployment #{number} in this sandbox's history.")
        return 1
    human = HumanLines(Paint.of(sys.stdout), every_resource=True)
    for event in journal.events_of(number):
        if as_json:
            out_json_text(encode(event))
        else:
            out(*human.lines(event))
    return 0
