"""``amplify-tui functions events``: a function's past, saved and ready events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.output import done, out, out_data, out_json
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.functions.backend_functions import BackendFunction
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.functions.past_invocations import PastInvocation


def register(actions: Actions) -> None:
    """Add the sub-command."""
    events = add_functions_action(
        actions, "events", "a function's last invocations, and events to invoke it with", _run
    )
    events.add_argument("name", metavar="NAME")
    events.add_argument("--limit", type=int, default=20, help="so many invocations, newest first")
    events.add_argument(
        "--request", default="", metavar="ID", help="print the event of this invocation"
    )
    events.add_argument(
        "--as-trigger", default="", metavar="KIND", help="print a ready event of this kind"
    )
    events.add_argument("--saved", action="store_true", help="list the saved events")
    events.add_argument(
        "--save-as", default="", metavar="NAME", help="save the printed event in the project"
    )


def _run(arguments: argparse.Namespace) -> int:
    from workbench.functions.event_files import events_of
    from workbench.functions.open_functions import named
    from workbench.functions.past_invocations import past_invocations

    opened = opened_functions(arguments)
    function = named(opened.functions(), arguments.name)
    saved = events_of(opened.root, function.name)
    if arguments.request or arguments.as_trigger:
        text = _event(opened, function, arguments)
        if arguments.save_as:
            path = saved.save(arguments.save_as, text)
            done(f"Saved {path.relative_to(opened.root)}")
        else:
            out_data(text)
        return 0
    if arguments.saved:
        names = [each.name for each in saved.files()]
        out_json(names) if arguments.json else out(*(names or ["There are no saved events."]))
        return 0
    found = past_invocations(opened, function, limit=max(1, arguments.limit))
    if arguments.json:
        out_json([_document(each) for each in found])
        return 0
    for each in found:
        mark = "✗" if each.failed else "✓"
        source = f"  {each.source}" if each.source else ""
        out(f"{_clock(each.at)}  {mark} {each.milliseconds:9.1f} ms  {each.request}{source}")
    if not found:
        out(f"{function.name} has not run yet.")
    return 0


def _event(
    opened: OpenedFunctions, function: BackendFunction, arguments: argparse.Namespace
) -> str:
    import json

    from workbench.functions.past_invocations import invocation

    if arguments.as_trigger:
        return ready_event(opened, function, arguments.as_trigger)
    found = invocation(opened, function, arguments.request)
    if found is None or not found.event:
        events = amplify_tui("functions", "events", function.name)
        raise UserProblem(
            f"The event of {arguments.request} is not known.",
            f"`{events}` lists the invocations; AWS keeps no events.",
        )
    if found.is_cut:
        raise UserProblem(
            "This event was too long to be kept whole.", "Take another one, or a ready event."
        )
    return json.dumps(json.loads(found.event), indent=2, ensure_ascii=False)


def ready_event(opened: OpenedFunctions, function: BackendFunction, kind: str) -> str:
    """The ready event of a kind, such as ``bucket`` or ``PreSignUp``; raises UserProblem."""
    from workbench.functions.sample_events.ready_events import ready_events
    from workbench.functions.starts import starts_of

    live = opened.live()
    starts = starts_of(live).get(function.function, ())
    found = ready_events(opened, live, function, starts)
    wanted = kind.casefold()
    for each in found:
        if each.kind and wanted in (each.kind.casefold(), each.name.casefold()):
            return each.text
    for each in found:
        if each.kind and each.name.casefold().startswith(wanted):
            return each.text
    known = ", ".join(dict.fromkeys(f"{each.kind} ({each.name})" for each in found if each.kind))
    raise UserProblem(
        f"Nothing of the kind {kind!r} starts {function.name}.",
        f"Choose one of: {known}." if known else "Give an event with --event.",
    )


def _document(each: PastInvocation) -> dict[str, Any]:
    return {
        "requestId": each.request,
        "at": each.at,
        "milliseconds": each.milliseconds,
        "failed": each.failed,
        "source": each.source,
        "event": each.event,
        "result": each.result,
        "cut": each.is_cut,
    }


def _clock(at: int) -> str:
    from datetime import datetime

    return f"{datetime.fromtimestamp(at / 1000):%Y-%m-%d %H:%M:%S}"
