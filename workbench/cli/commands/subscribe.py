"""``amplify-tui subscribe``: prints a GraphQL subscription's events as they come."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_operation
from workbench.cli.output import err, out_json_text
from workbench.cli.parser import Parser

if TYPE_CHECKING:
    import argparse

    from workbench.playground.api import PlaygroundApi

NAME: Final = "subscribe"
ABOUT: Final = "print a GraphQL subscription's events as they come"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_operation(parser)
    add_json(parser, "one line for each event")
    parser.add_argument("--count", type=int, default=0, help="end after this many events")


def run(arguments: argparse.Namespace) -> int:
    """Print one JSON document for each event, until Ctrl-C or ``--count`` of them."""
    import json

    from workbench.cli.graphql_operation import (
        chosen_caller,
        chosen_request,
        error_line,
        with_api,
    )

    request = chosen_request(arguments)
    paint = Paint.of(sys.stderr)

    async def use(api: PlaygroundApi) -> int:
        caller = chosen_caller(api, arguments)

        def started() -> None:
            if not arguments.json:
                err(paint.faint(f"subscribed as {caller.label}; Ctrl-C ends it"))

        count = 0
        async for event in api.subscribe(caller, request, started):
            out_json_text(json.dumps(event.data) if arguments.json else event.body, flush=True)
            for error in event.errors:
                err(error_line(paint, error))
            count += 1
            if arguments.count and count >= arguments.count:
                break
        return 0

    return with_api(arguments, use)
