"""Saves a tab's operations in the project, and a result in a file of the user's choice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import strftime

from screens.dialogs.ask import Ask
from screens.dialogs.form_screen import Filled, FormField, FormScreen
from screens.playground.shown_result import FileContent
from screens.playground.tab_state import TabState
from screens.ports import Shell
from workbench.atomic_files import write_whole
from workbench.playground.saved_operations import operations_of
from workbench.project.saved_files import NotSavedProblem


async def save_tab(shell: Shell, root: Path, tab: TabState) -> None:
    """Save a tab's text in the project's graphql/ folder; the tab is that file's from then on."""
    name = tab.file or f"{tab.title}.graphql"
    try:
        path = await asyncio.to_thread(
            operations_of(root).save, name, tab.text, replace=bool(tab.file)
        )
    except NotSavedProblem as problem:
        shell.say(str(problem), "error")
        return
    tab.file = name
    shell.say(f"Saved {path.relative_to(root)}")


async def ask_and_save(ask: Ask, shell: Shell, root: Path, content: FileContent) -> None:
    """Ask for the name, and before a file is overwritten; write the file.

    A name such as ``result-20260131-120000.json`` in the project is offered.
    """
    stem, _, suffix = content.name.partition(".")
    name = f"{stem}-{strftime('%Y%m%d-%H%M%S')}.{suffix}"
    form = FormScreen(
        "Save",
        [
            FormField("file", f"File, in {root}", name),
            FormField("over", "Overwrite an existing file", kind="tick"),
        ],
        lambda filled: _problem(filled, root),
    )
    filled = await ask(form)
    if filled is None:
        return
    path = _path(filled["file"], root)
    try:
        await asyncio.to_thread(_write, path, content.text, over=bool(filled["over"]))
    except OSError as error:
        shell.say(f"Not saved: {error.strerror} ({path})", "error")
    else:
        shell.say(f"Saved {path}")


def _path(typed: str, root: Path) -> Path:
    """The path of a typed name, relative to the project."""
    return root / Path(typed.strip()).expanduser()


def _problem(filled: Filled, root: Path) -> str:
    if not filled["file"]:
        return "Enter a file name."
    path = _path(filled["file"], root)
    if path.is_dir():
        return f"{path} is a folder."
    if not path.parent.is_dir():
        return f"The folder {path.parent} does not exist."
    if path.exists() and not filled["over"]:
        return f"{path} already exists: choose another name, or tick Overwrite."
    return ""


def _write(path: Path, text: str, *, over: bool) -> None:
    """Write the file; "x" refuses one that was written meanwhile."""
    if not over:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
        return
    write_whole(path, text)
