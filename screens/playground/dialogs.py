"""The playground's questions: who runs, which field, which run, which file, copied as what."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import localtime, strftime
from typing import TYPE_CHECKING

from graphql import GraphQLSchema

from screens.playground.picker_screen import PickerScreen, matching
from screens.playground.schema_rows import schema_rows
from screens.widgets.row_list import Row
from screens.widgets.tones import ACCENT, FAIL, MUTED, OK, STRONG, TEXT
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.collections import FOLDER, NotSavedError, list_saved, read_saved
from workbench.playground.export import Exported, as_curl, as_python, as_typescript
from workbench.playground.history import History, Run
from workbench.playground.operations import Written, model_operations, write_operation
from workbench.playground.run_as import (
    As,
    RunAs,
    UnknownCallerError,
    choices,
    parse_run_as,
)

if TYPE_CHECKING:
    from screens.playground.screen import PlaygroundScreen

_ABOUT = {
    As.API_KEY: "the API's key",
    As.USER: "a user of the pool, with real tokens",
    As.IAM_USER: "the same user, by the identity pool's role",
    As.GUEST: "nobody signed in, by the identity pool's role",
    As.ADMIN: "your own AWS credentials",
    As.PLAIN: "the headers of this address",
    As.LAMBDA: "a token for the Lambda authorizer",
}


async def ask_caller(screen: PlaygroundScreen, title: str, now: RunAs) -> str | None:
    """Ask who runs; returns what ``parse_run_as`` reads."""
    if screen.api is None:
        screen.app.say("Not connected yet", "warning")
        return None
    users: tuple[str, ...] = ()
    try:
        users = await screen.api.users()
    except NotAuthorizedError as problem:
        screen.app.say(str(problem), "warning")
    rows = [
        Row(
            (
                ("● " if each == now else "  ", OK),
                (each.label, STRONG),
                (f"  {_ABOUT[each.kind]}", MUTED),
            ),
            each.label,
        )
        for each in choices(screen.api.environment, users)
    ]
    hint = "search, or write user:NAME, iam:NAME, lambda:TOKEN"
    picker = PickerScreen(title, lambda text: matching(rows, text), hint=hint, takes_text=True)
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is None or not chosen.startswith("="):
        return chosen
    try:
        parse_run_as(chosen[1:])
    except UnknownCallerError as problem:
        screen.app.say(str(problem), "error")
        return None
    return chosen[1:]


async def ask_field(screen: PlaygroundScreen, schema: GraphQLSchema) -> tuple[Written, ...]:
    """Search the schema; returns the operations for what was picked."""
    picker = PickerScreen(
        "Schema",
        lambda text: schema_rows(schema, text),
        hint="search fields and types; Enter writes the operation",
    )
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is None:
        return ()
    kind, _, rest = chosen.partition(":")
    if kind == "model":
        written = model_operations(schema, rest)
        text = "\n".join(each.text for each in written)
        return (Written(rest, "query", text, "{}"),)
    operation, _, name = rest.partition(":")
    return (write_operation(schema, operation, name),)


async def ask_run(screen: PlaygroundScreen, history: History) -> Run | None:
    """Search what was run."""
    try:
        runs = await asyncio.to_thread(history.find, "", 500)
    except (sqlite3.Error, OSError) as error:
        screen.app.say(f"The history cannot be read: {error}", "error")
        return None
    rows = [_run_row(run) for run in runs]
    by_number = {run.number: run for run in runs}

    def search(text: str) -> Sequence[Row]:
        words = text.casefold().split()
        return [
            row
            for row, run in zip(rows, runs, strict=True)
            if all(word in f"{run.query} {run.variables} {run.run_as}".casefold() for word in words)
        ]

    picker = PickerScreen("History", search, hint="search in operations and variables")
    chosen = await screen.app.push_screen_wait(picker)
    return by_number.get(int(chosen)) if chosen and chosen.isdigit() else None


def _run_row(run: Run) -> Row:
    good = run.status == 200 and not run.errors
    query = " ".join(run.query.split())
    return Row(
        (
            ("✓ " if good else "✗ ", OK if good else FAIL),
            (strftime("%m-%d %H:%M:%S  ", localtime(run.at)), MUTED),
            (f"{run.title}  ", STRONG),
            (f"{run.run_as}  {run.seconds * 1000:.0f} ms  ", MUTED),
            (query, TEXT),
        ),
        str(run.number),
        run.query,
    )


async def ask_saved(screen: PlaygroundScreen, root: Path) -> tuple[str, str] | None:
    """Ask for a saved file; returns its name and text."""
    found = await asyncio.to_thread(list_saved, root)
    if not found:
        screen.app.say(f"Nothing is saved in {FOLDER}/ yet: Ctrl+S saves this tab")
        return None
    rows = [Row(((each.name, STRONG),), each.name) for each in found]
    picker = PickerScreen(
        f"Saved in {FOLDER}/", lambda text: matching(rows, text), hint="search by name"
    )
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is None:
        return None
    try:
        return chosen, await asyncio.to_thread(read_saved, root, chosen)
    except NotSavedError as problem:
        screen.app.say(str(problem), "error")
        return None


async def ask_export(
    screen: PlaygroundScreen, exported: Exported, body: str
) -> tuple[str, str] | None:
    """Ask for a form; returns what it is and the text."""
    forms: dict[str, tuple[str, Callable[[], str]]] = {
        "json": ("the result as JSON", lambda: body),
        "curl": ("a curl command", lambda: as_curl(exported)),
        "typescript": ("TypeScript for the Amplify client", lambda: as_typescript(exported)),
        "python": ("a Python script", lambda: as_python(exported)),
        "query": ("the operation", lambda: exported.query),
    }
    rows = [
        Row(((name, STRONG), (f"  {about}", ACCENT)), name) for name, (about, _) in forms.items()
    ]
    picker = PickerScreen("Copy as", lambda text: matching(rows, text))
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is None:
        return None
    about, write = forms[chosen]
    return about, write()
