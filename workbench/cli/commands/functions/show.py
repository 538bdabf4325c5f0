"""``amplify-tui functions show``: what starts a function, what it may do, its variables, code."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.cli.commands.functions.listing import (
    function_document,
    starts_document,
    statistics_document,
)
from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.output import out, out_json

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.functions.event_sources import EventSource, Queue
    from workbench.functions.facts import FunctionFacts
    from workbench.functions.schedules import Schedule


def register(actions: Actions) -> None:
    """Add the sub-command."""
    show = add_functions_action(
        actions, "show", "what starts a function, what it may do, its variables and code", _run
    )
    show.add_argument("name", metavar="NAME")


def _run(arguments: argparse.Namespace) -> int:
    from workbench.functions.backend_functions import backend_functions
    from workbench.functions.fact_words import sections
    from workbench.functions.facts import read_facts
    from workbench.functions.open_functions import named

    opened = opened_functions(arguments)
    live = opened.live()
    facts = read_facts(opened, live, named(backend_functions(live), arguments.name))
    if arguments.json:
        out_json(_document(facts))
        return 0
    for at, section in enumerate(sections(facts, datetime.now().astimezone())):
        out(*([""] if at else []), section.title)
        out(*(f"  {line.text}{'  !' if line.warns else ''}" for line in section.lines))
    return 0


def _document(facts: FunctionFacts) -> dict[str, Any]:
    bundle = facts.bundle
    return {
        **function_document(facts.function),
        **starts_document(facts.starts),
        **statistics_document(facts.statistics),
        "eventSources": [source_document(each) for each in facts.sources],
        "schedules": [schedule_document(each) for each in facts.schedules],
        "deadLetters": [_queue(each) for each in facts.dead_letters],
        "role": facts.grants.role,
        "permissionsBoundary": facts.grants.boundary or None,
        "grants": [
            {
                "text": each.text,
                "actions": each.actions,
                "resource": each.resource,
                "policy": each.policy,
                "denies": each.denies,
                "wide": each.is_wide,
            }
            for each in facts.grants.grants
        ],
        "variables": [
            {
                "name": each.name,
                "value": each.value,
                "secret": each.is_secret,
                "path": each.path or None,
            }
            for each in facts.variables
        ],
        "code": {
            "packedBytes": facts.packed_size,
            "files": dict(bundle.sizes) if bundle is not None else None,
        },
        "runtimeVersion": facts.runtime_version or None,
        "changed": facts.modified,
        "notRead": list(facts.notes),
    }


def source_document(source: EventSource) -> dict[str, Any]:
    """An event source mapping."""
    return {
        "uuid": source.uuid,
        "name": source.name,
        "arn": source.arn,
        "state": source.state,
        "lastResult": source.last or None,
        "batchSize": source.batch,
        "windowSeconds": source.window,
        "filtered": source.is_filtered,
        "queue": _queue(source.queue),
        "deadLetters": _queue(source.dead_letters),
    }


def schedule_document(schedule: Schedule) -> dict[str, Any]:
    """A schedule."""
    return {
        "name": schedule.name,
        "group": schedule.group,
        "expression": schedule.expression,
        "timezone": schedule.zone or None,
        "enabled": schedule.is_on,
        "next": schedule.next.isoformat() if schedule.next is not None else None,
    }


def _queue(queue: Queue | None) -> dict[str, Any] | None:
    if queue is None:
        return None
    return {"arn": queue.arn, "waiting": queue.waiting, "inFlight": queue.in_flight}
