"""Dialogs that choose an event: a ready one, a past invocation's, a saved one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from screens.dialogs.ask import Ask
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.dialogs.saved_picker import ask_saved_file
from screens.functions.outcome_rows import pretty
from screens.ports import Shell
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, OK, STRONG
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.event_files import events_of
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.past_invocations import PastInvocation, past_invocations
from workbench.functions.sample_events.ready_events import ReadyEvent

_MOST_PAST = 200


async def ask_ready(ask: Ask, ready: Sequence[ReadyEvent]) -> str | None:
    """Choose a ready event; returns its text."""
    rows = [
        Row(((f"{each.kind or 'any':<14}", ACCENT), (each.name, STRONG)), str(at))
        for at, each in enumerate(ready)
    ]
    chosen = await ask(
        PickerScreen("Ready events", lambda text: matching(rows, text), hint="search")
    )
    return ready[int(chosen)].text if chosen is not None else None


async def ask_past(
    ask: Ask, shell: Shell, opened: OpenedFunctions, function: BackendFunction
) -> PastInvocation | None:
    """Choose a past invocation whose event is known; raises UserProblem."""
    found = await asyncio.to_thread(past_invocations, opened, function, limit=_MOST_PAST)
    known = {each.request: each for each in found if each.event and not each.is_cut}
    if not known:
        why = "has not run yet" if not found else "has no invocation whose event is kept"
        shell.say(f"{function.name} {why}.")
        return None
    rows = [_past_row(each) for each in known.values()]
    picker = PickerScreen(
        f"Invocations of {function.name}", lambda text: matching(rows, text), hint="search"
    )
    chosen = await ask(picker)
    return known.get(chosen) if chosen is not None else None


def _past_row(each: PastInvocation) -> Row:
    at = f"{datetime.fromtimestamp(each.at / 1000):%m-%d %H:%M:%S}"
    event = " ".join(each.event.split())
    return Row(
        (
            ("✗ " if each.failed else "✓ ", FAIL if each.failed else OK),
            (f"{at}  ", MUTED),
            (f"{each.milliseconds:8.1f} ms  ", MUTED),
            (f"{each.source}  ", STRONG),
            (event[:200], MUTED),
        ),
        each.request,
        copy=each.event,
    )


async def ask_saved_event(
    ask: Ask, shell: Shell, opened: OpenedFunctions, function: BackendFunction
) -> tuple[str, str] | None:
    """Choose a saved event; returns its name and its text. Raises NotSavedProblem."""
    folder = events_of(opened.root, function.name)
    none = f"No saved events in {folder.folder}/ yet. Ctrl+S saves this one."
    chosen = await ask_saved_file(ask, shell, folder, none)
    if chosen is None:
        return None
    return chosen, pretty(await asyncio.to_thread(folder.read, chosen))
