"""Flags that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.cli.parser import Parser

_FORMATS = ("json", "dart", "ts", "mjs", "json-mobile")
_VERSIONS = ("0", "1", "1.1", "1.2", "1.3", "1.4", "1.5")


def add_target(parser: Parser) -> None:
    """Where to deploy, and as which sandbox; read by ``session.open_session``."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="the local cloud, without an account")
    where.add_argument("--profile", help="an AWS account, by this profile")
    parser.add_argument("--identifier", help="the sandbox's name (default: your user name)")


def add_app_flags(parser: Parser) -> None:
    """The flags of the terminal app, which is ``amplify-tui`` without a command."""
    add_target(parser)
    parser.add_argument("--no-type-check", action="store_true", help="deploy without type check")
    add_iam(parser)


def add_iam(parser: Parser) -> None:
    """``--no-iam`` and ``--iam``; ``None`` without either."""
    both = parser.add_mutually_exclusive_group()
    both.add_argument(
        "--no-iam",
        dest="iam",
        action="store_const",
        const=False,
        help="local cloud: enforce no IAM policies, until it stops or --iam",
    )
    both.add_argument(
        "--iam", action="store_const", const=True, help="local cloud: enforce IAM policies again"
    )


def add_json(parser: Parser, about: str = "the result as JSON") -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help=about)


def add_yes(parser: Parser, about: str = "don't ask") -> None:
    """``--yes``, for what asks before it deletes or deploys."""
    parser.add_argument("--yes", "-y", action="store_true", help=about)


def add_outputs(parser: Parser) -> None:
    """What ``amplify_outputs`` is written as, and where."""
    parser.add_argument("--outputs-format", "--format", choices=_FORMATS, default="json")
    parser.add_argument("--outputs-version", choices=_VERSIONS, default="1.5")
    parser.add_argument("--outputs-out-dir", "--out-dir", type=Path, metavar="DIR")


def add_operation(parser: Parser) -> None:
    """A GraphQL operation, its variables and who runs it."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "file", nargs="?", type=Path, help="a .graphql file (- or none: standard input)"
    )
    source.add_argument("-e", "--text", help="the operation itself")
    parser.add_argument("--operation", metavar="NAME", help="which one, if there are several")
    parser.add_argument("--variables", metavar="JSON", help="the variables, as a JSON object")
    parser.add_argument(
        "--as",
        dest="run_as",
        metavar="WHO",
        help="api-key, user:NAME, iam:NAME, guest, lambda:TOKEN, admin",
    )
    add_address(parser)
    add_target(parser)


def add_address(parser: Parser) -> None:
    """Another GraphQL API than the sandbox's."""
    parser.add_argument("--url", help="any GraphQL address instead of the sandbox's")
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME: VALUE",
        help="a header for --url; may be repeated",
    )
