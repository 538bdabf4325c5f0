"""``amplify-tui functions invoke``: runs a function with an event; fails where that fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.colours import Paint
from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.flags import add_yes
from workbench.cli.output import err, out_data, out_json
from workbench.cli.prompts import confirm
from workbench.model.user_problem import UserProblem
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions, Parser
    from workbench.functions.invoke import How, Outcome, Summary
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.functions.source_places import SourcePlaces


def register(actions: Actions) -> None:
    """Add the sub-command."""
    invoke = add_functions_action(actions, "invoke", "run a function with an event", _run)
    invoke.add_argument("name", metavar="NAME")
    add_event(invoke)
    how = invoke.add_mutually_exclusive_group()
    how.add_argument(
        "--async", dest="queued", action="store_true", help="queue the event, and do not wait"
    )
    how.add_argument("--dry-run", action="store_true", help="only ask whether you may invoke it")
    invoke.add_argument("--count", type=int, default=1, help="so many times")
    invoke.add_argument("--parallel", type=int, default=10, help="of these, so many at a time")
    add_yes(invoke, "in production, too, without asking")


def add_event(parser: Parser) -> None:
    """Add the flags that choose an event."""
    parser.add_argument(
        "--event", metavar="FILE", default="", help="a JSON file, or - for standard input"
    )
    parser.add_argument(
        "--as-trigger", metavar="KIND", default="", help="a ready event, as this source sends it"
    )
    parser.add_argument("--saved", metavar="NAME", default="", help="a saved event")


def refuse_two_events(arguments: argparse.Namespace) -> None:
    """Only one of these flags can be used; raises UserProblem."""
    if sum(bool(each) for each in (arguments.event, arguments.as_trigger, arguments.saved)) > 1:
        raise UserProblem(
            "Only one event can be sent.", "Choose one of --event, --as-trigger, --saved.",
            exit_code=2,
        )  # fmt: skip


def _run(arguments: argparse.Namespace) -> int:
    from workbench.cli.commands.functions.events import ready_event
    from workbench.functions.event_files import events_of
    from workbench.functions.invoke import checked_event, invoke, invoke_many
    from workbench.functions.open_functions import named
    from workbench.functions.source_places import source_places

    how: How = "async" if arguments.queued else "dry" if arguments.dry_run else "sync"
    refuse_two_events(arguments)
    event = checked_event(event_text(arguments.event), how)
    opened = opened_functions(arguments)
    function = named(opened.functions(), arguments.name)
    if how != "dry" and not arguments.yes and opened.is_production and not _confirmed(opened):
        return 1
    if arguments.as_trigger:
        event = ready_event(opened, function, arguments.as_trigger)
    elif arguments.saved:
        event = checked_event(events_of(opened.root, function.name).read(arguments.saved), how)
    if arguments.count > 1 and how == "sync":
        events = [event] * arguments.count
        return _report_many(
            invoke_many(opened, function, events, parallel=arguments.parallel), arguments.json
        )
    outcome = invoke(opened, function, event, how)
    places = source_places(opened, opened.live(), function) if outcome.failed else None
    if arguments.json:
        out_json(outcome_document(outcome, places))
    else:
        report_outcome(outcome, places)
    return 1 if outcome.failed else 0


def _confirmed(opened: OpenedFunctions) -> bool:
    return confirm(
        f"Invoke in production ({opened.name})?",
        unasked=f"{opened.name} is production: the function runs with its data.",
        declined="Nothing was invoked.",
    )


def event_text(path: str) -> str:
    """The event in a file, or on standard input; "" without a path."""
    if not path:
        return ""
    if path == "-":
        return sys.stdin.read()
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserProblem(
            f"The event {path} cannot be read: {error}.", "Name a JSON file with --event."
        ) from None


def report_outcome(outcome: Outcome, places: SourcePlaces | None) -> None:
    """The result on standard output, all else on standard error, traces by the user's files."""
    from workbench.function_logs.log_book import report_text

    paint = Paint.of(sys.stderr)
    for record in outcome.records:
        text = places.mapped(record.text) if places is not None else record.text
        err(*(paint.faint(line) for line in text.split("\n")))
    if outcome.how == "sync":
        out_data(outcome.result)
    report = outcome.report
    facts = f"{outcome.seconds * 1000:,.0f} ms" if report is None else report_text(report)
    if outcome.failed:
        where = _place(outcome, places)
        err(paint.bad(f"✗ {outcome.error_type}: {outcome.error}{f' ({where})' if where else ''}"))
    words = {"sync": "", "async": "queued", "dry": "you may invoke it"}[outcome.how]
    err(paint.faint(" · ".join(filter(None, (words, facts, outcome.request)))))


def _place(outcome: Outcome, places: SourcePlaces | None) -> str:
    """The user's file and line that the function failed at; "" where that is not known."""
    if places is None:
        return ""
    found = [each for record in outcome.records for each in places.places(record.text)]
    if not found:
        return ""
    # Python's newest frame is the last, Node's the first.
    is_python = any("Traceback" in each.text for each in outcome.records)
    return found[-1 if is_python else 0].shown(places.root)


def _report_many(summary: Summary, as_json: bool) -> int:
    facts: dict[str, Any] = {
        "invocations": len(summary.outcomes) + len(summary.problems),
        "failed": summary.failed,
        "seconds": round(summary.seconds, 3),
        "p50Ms": round(summary.percentile(0.5) * 1000, 1),
        "p95Ms": round(summary.percentile(0.95) * 1000, 1),
    }
    if as_json:
        out_json({**facts, "outcomes": [outcome_document(each) for each in summary.outcomes]})
    else:
        count = plural(facts["invocations"], "invocation")
        err(
            f"{count} in {summary.seconds:.2f} s: {summary.failed} failed, "
            f"p50 {facts['p50Ms']} ms, p95 {facts['p95Ms']} ms"
        )
        for problem in summary.problems[:3]:
            err(Paint.of(sys.stderr).bad(f"✗ {problem}"))
    return 1 if summary.failed else 0


def outcome_document(outcome: Outcome, places: SourcePlaces | None = None) -> dict[str, Any]:
    """An outcome as JSON; a result that is JSON stands in it as such."""
    import json
    from dataclasses import asdict

    try:
        result = json.loads(outcome.result) if outcome.result else None
    except ValueError:
        result = outcome.result
    found: dict[str, Any] = {
        "status": outcome.status,
        "requestId": outcome.request,
        "result": result,
        "milliseconds": round(outcome.seconds * 1000, 2),
        "log": [each.text for each in outcome.records],
    }
    if outcome.report is not None:
        found["report"] = asdict(outcome.report)
    if outcome.failed:
        found["error"] = {"type": outcome.error_type, "message": outcome.error}
        if where := _place(outcome, places):
            found["error"]["place"] = where
    return found
