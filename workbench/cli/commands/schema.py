"""``amplify-tui schema``: prints the GraphQL API's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.cli.flags import add_address, add_target
from workbench.cli.output import out_data, out_json_text
from workbench.cli.parser import Parser

if TYPE_CHECKING:
    import argparse

    from workbench.playground.api import PlaygroundApi

NAME: Final = "schema"
ABOUT: Final = "print the GraphQL API's schema"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--sdl", action="store_true", help="as SDL (the default)")
    form.add_argument("--introspection", action="store_true", help="as introspection's JSON")
    add_address(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the live schema as SDL, or as the result of an introspection query."""
    from workbench.cli.graphql_operation import with_api
    from workbench.playground.schema_source import introspection_json

    async def use(api: PlaygroundApi) -> int:
        loaded = await api.load_schema()
        if arguments.introspection:
            out_json_text(introspection_json(loaded))
        else:
            out_data(loaded.text.strip())
        return 0

    return with_api(arguments, use)
