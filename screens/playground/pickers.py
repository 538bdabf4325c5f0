"""The playground's questions: who runs, which field, which run, which file, copied as what."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import localtime, strftime
from typing import TYPE_CHECKING

from graphql import GraphQLSchema

from screens.dialogs.picker_screen import PickerScreen, matching
from screens.playground.address_screen import AddressScreen, TokenScreen
from screens.playground.schema_rows import schema_rows
from screens.playground.tab_state import Outcome
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, OK, STRONG, TEXT
from workbench.playground.addresses import (
    Address,
    forget_address,
    load_addresses,
    remember_address,
)
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.export import Exported, as_curl, as_python, as_typescript
from workbench.playground.history import History, Run
from workbench.playground.operations import Written, model_operations, write_operation
from workbench.playground.result_table import as_csv, tables
from workbench.playground.run_as import (
    As,
    RunAs,
    UnknownCallerError,
    choices,
    parse_run_as,
)
from workbench.playground.saved_operations import FOLDER, NotSavedError, list_saved, read_saved

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
    api = screen.api
    if api is None:
        screen.shell.say("Not connected yet", "warning")
        return None
    users: tuple[str, ...] = ()
    if api.endpoint.is_appsync:
        try:
            users = await api.users()
        except NotAuthorizedError as problem:
            screen.shell.say(str(problem), "warning")
    rows = [
        Row(
            (
                ("● " if each == now else "  ", OK),
                (each.label, STRONG),
                (f"  {_ABOUT[each.kind]}", MUTED),
            ),
            each.label,
        )
        for each in choices(api.endpoint, users)
    ]
    if "AWS_LAMBDA" in api.endpoint.modes:
        mark = "● " if now.kind is As.LAMBDA else "  "
        rows.append(
            Row(((mark, OK), ("lambda", STRONG), (f"  {_ABOUT[As.LAMBDA]} …", MUTED)), "lambda")
        )
    hint = "search, or write user:NAME, iam:NAME" if api.endpoint.is_appsync else "search"
    picker = PickerScreen(title, lambda text: matching(rows, text), hint=hint, takes_text=True)
    chosen = await screen.app.push_screen_wait(picker)
    if chosen == "lambda":
        token = await screen.app.push_screen_wait(TokenScreen())
        return f"lambda:{token}" if token else None
    if chosen is None or not chosen.startswith("="):
        return chosen
    try:
        parse_run_as(chosen[1:])
    except UnknownCallerError as problem:
        screen.shell.say(str(problem), "error")
        return None
    return chosen[1:]


async def ask_place(screen: PlaygroundScreen) -> tuple[Address | None] | None:
    """Ask for the API to talk to: a tuple of the address (None: the sandbox), or None."""
    folder = screen.desk.sheets.folder
    known, warning = await asyncio.to_thread(load_addresses, folder)
    if warning:
        screen.shell.say(warning, "warning")
    now = screen.connection.address
    rows = [_place_row("sandbox", "sandbox", "the API of this backend", now is None)]
    for at, each in enumerate(known):
        lacks = ", ".join("the part behind ?" if name == "?" else name for name in each.lacks)
        about = f"asks again for {lacks}" if lacks else "with all that it needs"
        is_now = now is not None and now.label == each.label
        rows.append(_place_row(f"known:{at}", each.label, about, is_now))
    rows.append(_place_row("new", "another address …", "AWS or any GraphQL endpoint", False))
    rows += [
        _place_row(f"forget:{at}", f"forget {each.label}", "and what is kept with it", False)
        for at, each in enumerate(known)
    ]
    picker = PickerScreen("Go to", lambda text: matching(rows, text), hint="search")
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is None:
        return None
    kind, _, number = chosen.partition(":")
    if kind == "sandbox":
        return (None,)
    if kind == "forget":
        try:
            await asyncio.to_thread(forget_address, folder, known[int(number)])
        except OSError as error:
            screen.shell.say(f"Not forgotten: {error.strerror}", "warning")
        return None
    if kind == "known":
        address = known[int(number)]
        if now is not None and now.label == address.label and not now.lacks:
            return (now,)
        if not address.lacks:
            return (address,)
        typed = await screen.app.push_screen_wait(AddressScreen(address))
    else:
        typed = await screen.app.push_screen_wait(AddressScreen())
    if typed is None:
        return None
    try:
        await asyncio.to_thread(remember_address, folder, typed)
    except OSError as error:
        screen.shell.say(f"The address is not remembered: {error.strerror}", "warning")
    return (typed,)


def _place_row(key: str, name: str, about: str, is_now: bool) -> Row:
    return Row((("● " if is_now else "  ", OK), (name, STRONG), (f"  {about}", MUTED)), key)


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
        screen.shell.say(f"The history cannot be read: {error}", "error")
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
        screen.shell.say(f"Nothing is saved in {FOLDER}/ yet: Ctrl+S saves this tab")
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
        screen.shell.say(str(problem), "error")
        return None


async def ask_export(screen: PlaygroundScreen, outcome: Outcome | None) -> tuple[str, str] | None:
    """Ask for a form of what was run last; returns what it is and the text."""
    last, api = screen.sheet.last, screen.api
    if last is None or api is None:
        return None
    caller, request = (outcome.caller, outcome.request) if outcome is not None else last
    exported = Exported(
        api.endpoint.url,
        request.query,
        request.variables,
        caller.auth_mode,
        tuple(api.endpoint.headers),
    )
    result = outcome.result if outcome is not None else None
    body = result.body if result is not None else ""
    forms: dict[str, tuple[str, Callable[[], str]]] = {
        "json": ("the result as JSON", lambda: body),
        "curl": ("a curl command", lambda: as_curl(exported)),
        "typescript": ("TypeScript for the Amplify client", lambda: as_typescript(exported)),
        "python": ("a Python script", lambda: as_python(exported)),
        "query": ("the operation", lambda: exported.query),
    }
    found = tables(result.data) if result is not None else ()
    if found:
        forms["csv"] = ("the table as CSV", lambda: as_csv(found))
    if not body:
        del forms["json"]
    rows = [
        Row(((name, STRONG), (f"  {about}", ACCENT)), name) for name, (about, _) in forms.items()
    ]
    picker = PickerScreen("Copy as", lambda text: matching(rows, text))
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is None:
        return None
    about, write = forms[chosen]
    return about, write()
