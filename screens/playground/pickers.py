"""The playground's pickers: a caller, a field, an earlier run, a saved file, a form to copy."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import localtime, strftime

from graphql import GraphQLSchema

from screens.dialogs.ask import Ask
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.dialogs.saved_picker import ask_saved_file
from screens.playground.address_screen import TokenScreen
from screens.playground.schema_rows import schema_rows
from screens.playground.tabs import TabContent
from screens.ports import Shell
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, OK, STRONG, TEXT
from workbench.outputs_file import ApiEndpoint
from workbench.playground.api import PlaygroundApi
from workbench.playground.authorizing import NotAuthorizedProblem
from workbench.playground.export import Exported, as_curl, as_python, as_typescript
from workbench.playground.history import History, Run
from workbench.playground.operations import model_operations, write_operation
from workbench.playground.requests import Request, Result
from workbench.playground.result_table import as_csv, tables
from workbench.playground.run_as import (
    As,
    RunAs,
    UnknownCallerProblem,
    choices,
    parse_run_as,
)
from workbench.playground.saved_operations import FOLDER, operations_of
from workbench.project.saved_files import NotSavedProblem

_ABOUT = {
    As.API_KEY: "the API key",
    As.USER: "a user of the pool, with real tokens",
    As.IAM_USER: "the same user, with the identity pool's role",
    As.GUEST: "not signed in, with the identity pool's guest role",
    As.ADMIN: "your own AWS credentials",
    As.PLAIN: "the headers of this address",
    As.LAMBDA: "a token for the Lambda authorizer",
}


async def ask_caller(
    ask: Ask, shell: Shell, api: PlaygroundApi, title: str, now: RunAs
) -> str | None:
    """Ask who runs the operation; returns what ``parse_run_as`` reads."""
    users: tuple[str, ...] = ()
    if api.endpoint.is_appsync:
        try:
            users = await api.users()
        except NotAuthorizedProblem as problem:
            shell.say(str(problem), "warning")
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
    hint = "search, or type user:NAME or iam:NAME" if api.endpoint.is_appsync else "search"
    picker = PickerScreen(title, lambda text: matching(rows, text), hint=hint, takes_text=True)
    chosen: str | None = await ask(picker)
    if chosen == "lambda":
        token = await ask(TokenScreen())
        return f"lambda:{token}" if token else None
    if chosen is None or not chosen.startswith("="):
        return chosen
    try:
        parse_run_as(chosen[1:])
    except UnknownCallerProblem as problem:
        shell.say(str(problem), "error")
        return None
    return chosen[1:]


async def ask_field(ask: Ask, schema: GraphQLSchema) -> TabContent | None:
    """Search the schema; returns an operation for the picked field, or all of a picked model."""
    picker = PickerScreen(
        "Schema",
        lambda text: schema_rows(schema, text),
        hint="search fields and types; Enter writes the operation",
    )
    chosen = await ask(picker)
    if chosen is None:
        return None
    kind, _, rest = chosen.partition(":")
    if kind == "model":
        return TabContent("\n".join(each.text for each in model_operations(schema, rest)))
    operation, _, name = rest.partition(":")
    written = write_operation(schema, operation, name)
    return TabContent(written.text, _unless_empty(written.variables))


async def ask_run(ask: Ask, shell: Shell, history: History) -> TabContent | None:
    """Search the earlier runs; returns the picked one with its caller."""
    try:
        runs = await asyncio.to_thread(history.find, "", 500)
    except (sqlite3.Error, OSError) as error:
        shell.say(f"Could not read the history: {error}", "error")
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
    chosen = await ask(picker)
    run = by_number.get(int(chosen)) if chosen and chosen.isdigit() else None
    if run is None:
        return None
    # A token is not kept, and the headers of an address are no caller of another API.
    run_as = run.run_as if run.run_as not in (As.LAMBDA, As.PLAIN) else ""
    return TabContent(run.query, _unless_empty(run.variables), run_as=run_as)


def _unless_empty(variables: str) -> str:
    return "" if variables == "{}" else variables


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


async def ask_saved(ask: Ask, shell: Shell, root: Path) -> TabContent | None:
    """Ask for a saved operation."""
    folder = operations_of(root)
    none = f"No saved operations in {FOLDER}/ yet. Press Ctrl+S to save this tab."
    chosen = await ask_saved_file(ask, shell, folder, none)
    if chosen is None:
        return None
    try:
        return TabContent(await asyncio.to_thread(folder.read, chosen), file=chosen)
    except NotSavedProblem as problem:
        shell.say(str(problem), "error")
        return None


async def ask_export(
    ask: Ask, endpoint: ApiEndpoint, caller: RunAs, request: Request, result: Result | None
) -> tuple[str, str] | None:
    """Ask for a form of what was run; returns what the form is and the text."""
    exported = Exported(
        endpoint.url, request.query, request.variables, caller.auth_mode, tuple(endpoint.headers)
    )
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
    chosen = await ask(picker)
    if chosen is None:
        return None
    about, write = forms[chosen]
    return about, write()
