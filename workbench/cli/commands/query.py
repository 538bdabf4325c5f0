"""``amplify-tui query``, ``subscribe`` and ``schema``: the playground for scripts."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.cli.colours import Paint
from workbench.cli.output import err, out_data, out_json, out_json_text
from workbench.model.events import unheard
from workbench.playground.api import PlaygroundApi
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.documents import definitions, runnable
from workbench.playground.open_api import open_sandbox_api, open_url_api
from workbench.playground.requests import Request, ResultError
from workbench.playground.run_as import RunAs, UnknownCallerError, default_run_as, parse_run_as
from workbench.playground.schema_source import NoSchemaError, introspection_json
from workbench.playground.stream import StreamError
from workbench.project.models import ProjectProblem
from workbench.startup import Session, connect
from workbench.wording import plural

OpenSession = Callable[[], Session]


def run_query(open_session: OpenSession, arguments: argparse.Namespace) -> int:
    """Run one operation and print its result as JSON; 1 where the result has errors."""
    request = _request(arguments)

    async def go(api: PlaygroundApi) -> int:
        caller = _caller(api, arguments)
        result = await api.run(caller, request)
        if arguments.json:
            out_json(json.loads(result.body) if result.status else {})
        elif result.status:
            out_json_text(result.body)
        paint = Paint.of(sys.stderr)
        for error in result.errors:
            err(_error_line(paint, error))
        if not arguments.json and result.status:
            mark = paint.good("✓") if result.succeeded else paint.bad("✗")
            told = f"{result.seconds * 1000:.0f} ms · {result.size} bytes · as {caller.label}"
            err(f"{mark} {paint.faint(told)}")
        return 0 if result.succeeded else 1

    return _with_api(open_session, arguments, go)


def run_subscribe(open_session: OpenSession, arguments: argparse.Namespace) -> int:
    """Print a subscription's events, one JSON document each, until Ctrl-C or ``--count`` of them."""
    request = _request(arguments)
    paint = Paint.of(sys.stderr)

    async def go(api: PlaygroundApi) -> int:
        caller = _caller(api, arguments)

        def started() -> None:
            if not arguments.json:
                told = f"subscribed as {caller.label}; Ctrl-C ends it"
                err(paint.faint(told))

        count = 0
        async for event in api.subscribe(caller, request, started):
            out_json_text(json.dumps(event.data) if arguments.json else event.body, flush=True)
            for error in event.errors:
                err(_error_line(paint, error))
            count += 1
            if arguments.count and count >= arguments.count:
                break
        return 0

    return _with_api(open_session, arguments, go)


def show_schema(open_session: OpenSession, arguments: argparse.Namespace) -> int:
    """Print the live schema as SDL, or as the result of an introspection query."""

    async def go(api: PlaygroundApi) -> int:
        loaded = await api.load_schema()
        if arguments.introspection:
            out_json_text(introspection_json(loaded))
        else:
            out_data(loaded.text.strip())
        return 0

    return _with_api(open_session, arguments, go)


def _with_api(
    open_session: OpenSession,
    arguments: argparse.Namespace,
    go: Callable[[PlaygroundApi], Any],
) -> int:
    async def run() -> int:
        api = _open(open_session, arguments)
        try:
            return int(await go(api))
        finally:
            await api.close()

    try:
        return asyncio.run(run())
    except (NotAuthorizedError, NoSchemaError, UnknownCallerError, StreamError) as problem:
        paint = Paint.of(sys.stderr)
        if isinstance(problem, StreamError):
            for error in problem.errors:
                err(_error_line(paint, error))
        else:
            err(*f"{paint.bad('✗')} {problem}".split("\n"))
        return 1


def _open(open_session: OpenSession, arguments: argparse.Namespace) -> PlaygroundApi:
    headers = dict(_header(each) for each in arguments.header)
    if arguments.url:
        return open_url_api(arguments.url, headers)
    if headers:
        raise ProjectProblem("--header belongs to --url.", "Leave it out, or name the address.")
    return open_sandbox_api(connect(open_session(), unheard))


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator or not name.strip():
        raise ProjectProblem("--header is NAME: VALUE.", "Such as --header 'x-api-key: da2-…'.")
    return name.strip(), value.strip()


def _caller(api: PlaygroundApi, arguments: argparse.Namespace) -> RunAs:
    written = arguments.run_as
    return parse_run_as(written) if written else default_run_as(api.endpoint)


def _request(arguments: argparse.Namespace) -> Request:
    text = arguments.text if arguments.text is not None else _read(arguments.file)
    operations = [each for each in definitions(text) if each.is_operation]
    if not operations:
        raise ProjectProblem("There is no operation to run.", "Write one, such as: { __typename }")
    chosen = operations[0]
    if arguments.operation:
        named = [each for each in operations if each.name == arguments.operation]
        if not named:
            known = ", ".join(each.title for each in operations)
            raise ProjectProblem(
                f"There is no operation {arguments.operation}.", f"There are: {known}."
            )
        chosen = named[0]
    elif len(operations) > 1:
        known = ", ".join(each.title for each in operations)
        raise ProjectProblem(
            f"There are {plural(len(operations), 'operation')}: {known}.",
            "Name one with --operation.",
        )
    try:
        variables = json.loads(arguments.variables or "{}")
    except ValueError as error:
        raise ProjectProblem(
            f"--variables is not valid JSON: {error}",
            "Write an object: {'id': 1} in double quotes.",
        ) from None
    if not isinstance(variables, dict):
        raise ProjectProblem("--variables is not a JSON object.", 'Such as \'{"id": "1"}\'.')
    return Request(runnable(text, chosen), variables)


def _read(file: Path | None) -> str:
    if file is None or str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ProjectProblem(
            f"It cannot be read: {reason}.", "Name a .graphql file.", where=str(file)
        ) from None


def _error_line(paint: Paint, error: ResultError) -> str:
    kind = f"{error.type}: " if error.type else ""
    place = f" (line {error.line}, column {error.column})" if error.line else ""
    path = f" at {'.'.join(str(each) for each in error.path)}" if error.path else ""
    return f"{paint.bad('✗')} {kind}{error.message}{path}{place}"
