"""Saving what the result pane shows: under a name that the user sees first, never over a file unasked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import strftime
from typing import TYPE_CHECKING

from screens.dialogs.form_screen import Filled, FormField, FormScreen
from workbench.atomic_files import write_whole

if TYPE_CHECKING:
    from screens.playground.screen import PlaygroundScreen


def place_of(name: str, root: Path) -> Path:
    """Where a typed name lies: in the project where it is no whole path."""
    return root / Path(name.strip()).expanduser()


async def ask_and_save(screen: PlaygroundScreen, root: Path, text: str, kind: str) -> None:
    """Offer a name such as ``result-20260131-120000.json`` in the project, and write the file.

    ``kind`` is the name's first part with its suffix, such as ``trace.json``.
    """
    stem, _, suffix = kind.partition(".")
    name = f"{stem}-{strftime('%Y%m%d-%H%M%S')}.{suffix}"

    def check(filled: Filled) -> str:
        if not filled["file"]:
            return "Write a name for the file."
        place = place_of(filled["file"], root)
        if place.is_dir():
            return f"{place} is a folder."
        if not place.parent.is_dir():
            return f"There is no folder {place.parent}."
        if place.exists() and not filled["over"]:
            return f"{place} exists already: another name, or tick the box."
        return ""

    form = FormScreen(
        "Save",
        [
            FormField("file", f"File, in {root}", name),
            FormField("over", "Write over a file that is there", kind="tick"),
        ],
        check,
    )
    filled = await screen.app.push_screen_wait(form)
    if filled is None:
        return
    place = place_of(filled["file"], root)
    try:
        await asyncio.to_thread(_write, place, text, over=bool(filled["over"]))
    except OSError as error:
        screen.shell.say(f"Not saved: {error.strerror} ({place})", "error")
    else:
        screen.shell.say(f"Saved {place}")


def _write(place: Path, text: str, *, over: bool) -> None:
    """The whole file or none; "x" refuses one that came meanwhile."""
    if not over:
        with place.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
        return
    write_whole(place, text)
