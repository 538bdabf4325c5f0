"""Chooses which functions' lines are shown among those of the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from screens.dialogs.ask import Ask
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    from workbench.functions.open_functions import OpenedFunctions

_ALL: Final = "*"


async def choose_functions(
    ask: Ask, open_functions: Callable[[], OpenedFunctions]
) -> tuple[str, ...] | None:
    """The names of the chosen functions, none of them for all; None where nothing is chosen.

    With one function, or where they are not known yet, nothing is asked.
    """
    try:
        functions = await asyncio.to_thread(lambda: open_functions().functions())
    except UserProblem:  # not deployed yet: all that come
        return ()
    names = [each.name for each in functions if not each.is_internal]
    if len(names) < 2:
        return ()
    rows = [Row((("All functions", STRONG), (f"  {len(names)}", MUTED)), _ALL)]
    rows += [Row(((name, STRONG),), name) for name in names]
    picker = PickerScreen(
        "Functions' logs", lambda text: matching(rows, text), hint="search by name"
    )
    chosen = await ask(picker)
    if chosen is None:
        return None
    return () if chosen == _ALL else (chosen,)
