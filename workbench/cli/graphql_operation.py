"""What ``query``, ``subscribe`` and ``schema`` share: the API, the operation and who runs it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.colours import Paint
from workbench.cli.output import err
from workbench.cli.session import connect_session
from workbench.model.user_problem import UserProblem
from workbench.playground.documents import definitions, runnable
from workbench.playground.open_api import open_sandbox_api, open_url_api
from workbench.playground.requests import Request
from workbench.playground.run_as import default_run_as, parse_run_as
from workbench.playground.stream import StreamProblem
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.playground.api import PlaygroundApi
    from workbench.playground.requests import ResultError
    from workbench.playground.run_as import RunAs


def with_api(arguments: argparse.Namespace, use: Callable[[PlaygroundApi], Awaitable[int]]) -> int:
    """Open the API, use it and close it; the exit code is what ``use`` returns."""

    async def run() -> int:
        api = _open(arguments)
        try:
            return await use(api)
        finally:
            await api.close()

    try:
        return asyncio.run(run())
    except StreamProblem as problem:
        paint = Paint.of(sys.stderr)
        err(*(error_line(paint, error) for error in problem.errors))
        return 1


def _open(arguments: argparse.Namespace) -> PlaygroundApi:
    headers = dict(_header(each) for each in arguments.header)
    if arguments.url:
        return open_url_api(arguments.url, headers)
    if headers:
        raise UserProblem("--header belongs to --url.", "Leave it out, or name the address.")
    return open_sandbox_api(connect_session(arguments))


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator or not name.strip():
        raise UserProblem("--header takes NAME: VALUE.", "Such as --header 'x-api-key: da2-…'.")
    return name.strip(), value.strip()


def chosen_caller(api: PlaygroundApi, arguments: argparse.Namespace) -> RunAs:
    """Who runs the operation; by default as the API's default authorization wants."""
    written = arguments.run_as
    return parse_run_as(written) if written else default_run_as(api.endpoint)


def chosen_request(arguments: argparse.Namespace) -> Request:
    """The operation and its variables; raises UserProblem."""
    text = arguments.text if arguments.text is not None else _read(arguments.file)
    operations = [each for each in definitions(text) if each.is_operation]
    if not operations:
        raise UserProblem("There is no operation to run.", "Write one, such as: { __typename }")
    chosen = operations[0]
    known = ", ".join(each.title for each in operations)
    if arguments.operation:
        named = [each for each in operations if each.name == arguments.operation]
        if not named:
            raise UserProblem(
                f"There is no operation {arguments.operation}.", f"There are: {known}."
            )
        chosen = named[0]
    elif len(operations) > 1:
        raise UserProblem(
            f"There are {plural(len(operations), 'operation')}: {known}.",
            "Name one with --operation.",
        )
    return Request(runnable(text, chosen), _variables(arguments.variables or "{}"))


def _variables(text: str) -> dict[str, object]:
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise UserProblem(
            f"--variables is not valid JSON: {error}", 'Write an object, such as \'{"id": "1"}\'.'
        ) from None
    if not isinstance(variables, dict):
        raise UserProblem("--variables is not a JSON object.", 'Such as \'{"id": "1"}\'.')
    return variables


def _read(file: Path | None) -> str:
    if file is None or str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserProblem(
            f"It cannot be read: {reason}.", "Name a .graphql file.", where=str(file)
        ) from None


def error_line(paint: Paint, error: ResultError) -> str:
    """A GraphQL error in one line: its type, message, path and place in the document."""
    kind = f"{error.type}: " if error.type else ""
    place = f" (line {error.line}, column {error.column})" if error.line else ""
    path = f" at {'.'.join(str(each) for each in error.path)}" if error.path else ""
    return f"{paint.bad('✗')} {kind}{error.message}{path}{place}"
