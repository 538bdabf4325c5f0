"""``amplify-tui functions sources``: turn what starts a function on or off, run a schedule now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.commands.functions.show import schedule_document, source_document
from workbench.cli.output import done, err, out, out_json
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.functions.backend_functions import BackendFunction
    from workbench.functions.event_sources import EventSource
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.functions.schedules import Schedule


def register(actions: Actions) -> None:
    """Add the sub-command."""
    sources = add_functions_action(
        actions, "sources", "a function's queues, streams and schedules, and switch them", _run
    )
    sources.add_argument("name", metavar="NAME")
    what = sources.add_mutually_exclusive_group()
    what.add_argument("--enable", metavar="SOURCE", help="let this one start the function again")
    what.add_argument("--disable", metavar="SOURCE", help="keep this one from starting it")
    what.add_argument("--run-now", metavar="SCHEDULE", help="invoke it as this schedule does")


def _run(arguments: argparse.Namespace) -> int:
    from workbench.functions.backend_functions import backend_functions
    from workbench.functions.event_sources import event_sources
    from workbench.functions.open_functions import named
    from workbench.functions.schedules import read_schedules

    opened = opened_functions(arguments)
    live = opened.live()
    function = named(backend_functions(live), arguments.name)
    notes: list[UserProblem] = []
    sources = event_sources(opened, function, notes.append)
    schedules = read_schedules(opened, live, function, notes.append)
    for note in dict.fromkeys(map(str, notes)):
        err(note)
    if wanted := arguments.enable or arguments.disable or arguments.run_now:
        found = _named([*sources, *schedules], wanted, function)
        _change(opened, function, found, arguments)
        return 0
    if arguments.json:
        out_json(
            {
                "eventSources": [source_document(each) for each in sources],
                "schedules": [schedule_document(each) for each in schedules],
            }
        )
        return 0
    _list(sources, schedules, function)
    return 0


def _list(
    sources: tuple[EventSource, ...], schedules: tuple[Schedule, ...], function: BackendFunction
) -> None:
    from workbench.functions.fact_words import schedule_words, source_words

    now = datetime.now().astimezone()
    for source in sources:
        out(f"{source.name}  {source_words(source)}")
    for schedule in schedules:
        out(f"{schedule.name}  {schedule_words(schedule, now)}")
    if not sources and not schedules:
        out(f"No queue, stream or schedule starts {function.name}.")


def _change(
    opened: OpenedFunctions,
    function: BackendFunction,
    source: EventSource | Schedule,
    arguments: argparse.Namespace,
) -> None:
    from workbench.functions.event_sources import EventSource, switch_source
    from workbench.functions.schedules import run_now, switch_schedule

    on = bool(arguments.enable)
    if arguments.run_now:
        if isinstance(source, EventSource):
            raise UserProblem(f"{source.name} is not a schedule.", "Name a schedule.")
        run_now(opened, function, source)
        done(f"Queued an invocation of {function.name}")
    elif isinstance(source, EventSource):
        state = switch_source(opened, source, on=on)
        done(f"{source.name} is {state.lower()}")
    else:
        switch_schedule(opened, source, on=on)
        done(f"{source.name} is {'enabled' if on else 'disabled'}")


def _named(
    sources: list[EventSource | Schedule], wanted: str, function: BackendFunction
) -> EventSource | Schedule:
    """The source by its name, expression, ARN or UUID."""
    found = [each for each in sources if wanted in _names(each)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(each.name for each in sources)
    if found:
        raise UserProblem(f"{wanted!r} is the name of several sources.", "Give its ARN or UUID.")
    raise UserProblem(
        f"No source {wanted!r} starts {function.name}.",
        f"Choose one of: {known}." if known else "Only queues, streams and schedules are switched.",
    )


def _names(source: EventSource | Schedule) -> tuple[str, ...]:
    from workbench.functions.event_sources import EventSource

    if isinstance(source, EventSource):
        return source.name, source.arn, source.uuid
    return source.name, source.expression
