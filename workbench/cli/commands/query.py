"""``amplify-tui query``: runs a GraphQL query or mutation."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_operation
from workbench.cli.output import err, out_json, out_json_text
from workbench.cli.parser import Parser
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.playground.api import PlaygroundApi

NAME: Final = "query"
ABOUT: Final = "run a GraphQL query or mutation and print its result"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_operation(parser)
    add_json(parser, "the result on one line, nothing else")


def run(arguments: argparse.Namespace) -> int:
    """Run one operation and print its result as JSON; 1 if the result has errors."""
    import json

    from workbench.cli.graphql_operation import (
        chosen_caller,
        chosen_request,
        error_line,
        with_api,
    )
    from workbench.playground.denials import denied_fields, is_by_iam, not_granted

    request = chosen_request(arguments)

    async def use(api: PlaygroundApi) -> int:
        caller = chosen_caller(api, arguments)
        result = await api.run(caller, request)
        if arguments.json:
            out_json(json.loads(result.body) if result.status else {})
        elif result.status:
            out_json_text(result.body)
        paint = Paint.of(sys.stderr)
        for error in result.errors:
            err(error_line(paint, error))
            for name in denied_fields(error, request) if is_by_iam(error) else ():
                err(f"  → {not_granted(name)}")
        if not arguments.json and result.status:
            mark = paint.good("✓") if result.succeeded else paint.bad("✗")
            size = plural(result.size, "byte")
            details = f"{result.seconds * 1000:.0f} ms · {size} · as {caller.label}"
            err(f"{mark} {paint.faint(details)}")
        return 0 if result.succeeded else 1

    return with_api(arguments, use)
