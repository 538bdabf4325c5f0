"""Chooses one of the files that users have saved in a folder of their project."""

from __future__ import annotations

import asyncio

from screens.dialogs.ask import Ask
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.ports import Shell
from screens.widgets.row_list import Row
from screens.widgets.text_styles import STRONG
from workbench.project.saved_files import SavedFolder


async def ask_saved_file(ask: Ask, shell: Shell, folder: SavedFolder, none: str) -> str | None:
    """The name of the chosen file; where there are none, ``none`` is said."""
    found = await asyncio.to_thread(folder.files)
    if not found:
        shell.say(none)
        return None
    rows = [Row(((each.name, STRONG),), each.name) for each in found]
    picker = PickerScreen(
        f"Saved in {folder.folder}/", lambda text: matching(rows, text), hint="search by name"
    )
    return await ask(picker)
