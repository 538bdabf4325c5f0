"""``amplify-tui functions run``: runs a function's saved code once, without deploying it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.cli.colours import Paint
from workbench.cli.commands.functions.invoke import (
    add_event,
    event_text,
    outcome_document,
    refuse_two_events,
    report_outcome,
)
from workbench.cli.flags import add_json, add_target
from workbench.cli.output import err, out_json
from workbench.cli.parser import add_action
from workbench.cli.session import connect_session

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.deploy.assembly.assembly import Assembly
    from workbench.functions.local_run import SavedFunction
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.model.events import AnyEvent
    from workbench.startup import Session


def register(actions: Actions) -> None:
    """Add the sub-command."""
    run = add_action(actions, "run", "run a function's saved code here, without deploying it", _run)
    add_target(run)
    add_json(run)
    run.add_argument("name", metavar="NAME")
    add_event(run)


def _run(arguments: argparse.Namespace) -> int:
    from workbench.functions.invoke import checked_event
    from workbench.functions.local_run import run_locally, saved_function, saved_functions
    from workbench.functions.open_functions import open_functions
    from workbench.functions.source_places import SourcePlaces
    from workbench.project.node_runtime import find_node

    refuse_two_events(arguments)
    event = checked_event(event_text(arguments.event))
    session = connect_session(arguments)
    assembly = _evaluated(session)
    if assembly is None:
        return 1
    opened = open_functions(session)
    function = saved_function(saved_functions(assembly, opened.live_if_deployed()), arguments.name)
    event = _chosen(opened, function, arguments) or event
    run = run_locally(opened, assembly, function, event)
    places = None
    if run.outcome.failed:
        amplify = opened.root / "amplify"
        places = SourcePlaces(opened.root, amplify, run.bundle, lambda: find_node().executable)
    if arguments.json:
        out_json({**outcome_document(run.outcome, places), "notices": list(run.notices)})
    else:
        paint = Paint.of(sys.stderr)
        err(*(paint.warn(each) for each in run.notices))
        report_outcome(run.outcome, places)
    return 1 if run.outcome.failed else 0


def _evaluated(session: Session) -> Assembly | None:
    """What the saved code evaluates to; says why where it cannot be."""
    import asyncio
    from dataclasses import replace

    from workbench.cli.event_text import HumanLines
    from workbench.loop.dry_run import saved_assembly
    from workbench.model.deployment import Failure
    from workbench.model.events import DiagnosticsReported, Level, LogLine

    human = HumanLines(Paint.of(sys.stderr))

    def emit(event: AnyEvent) -> None:
        said_by_user = isinstance(event, LogLine) and event.level is not Level.DEBUG
        if said_by_user or isinstance(event, DiagnosticsReported):
            err(*human.lines(event))

    # An assembly of its own: a sandbox that runs in another terminal may be reading the shared one.
    found = asyncio.run(saved_assembly(session, emit, session.sandbox_dir / "run.out"))
    if isinstance(found, Failure):
        err(*human.failure(replace(found, details=())))
        return None
    return found


def _chosen(opened: OpenedFunctions, function: SavedFunction, arguments: argparse.Namespace) -> str:
    """The ready or the saved event that was asked for, else empty."""
    from workbench.cli.commands.functions.events import ready_event
    from workbench.functions.event_files import events_of
    from workbench.functions.invoke import checked_event
    from workbench.functions.open_functions import named

    if arguments.as_trigger:
        return ready_event(opened, named(opened.functions(), function.name), arguments.as_trigger)
    if arguments.saved:
        return checked_event(events_of(opened.root, function.name).read(arguments.saved))
    return ""
