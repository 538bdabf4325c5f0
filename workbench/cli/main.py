"""The command line: every command, its exit code, and no stack trace whatever happens.

Exit codes: 0 success; 1 failure; 2 a wrong command line; 5 a state of a newer release; 128 + n
ended by signal n, as 130 by Ctrl-C. There is no default command: ``amplify-tui`` without one is the
terminal app, which ``screens.launch`` starts.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Final, Protocol

from workbench.cli import problems
from workbench.cli.commands import (
    branches,
    convert,
    delete,
    diff,
    doctor,
    env,
    front_end,
    functions,
    history,
    init,
    local,
    login,
    outputs,
    pipeline_deploy,
    query,
    sandbox,
    schema,
    secret,
    status,
    subscribe,
    users,
)
from workbench.cli.output import OutputProblem, err, finish, give_up_output, out, prepare_streams
from workbench.cli.parser import Parser


class Command(Protocol):
    """A module of ``workbench.cli.commands``: its name, and what the list of commands says of it.

    Its arguments set ``run``, the function that runs it. All of these modules are imported at every
    start; what a command needs, it imports when it runs.
    """

    @property
    def NAME(self) -> str:  # noqa: N802 - a module's constant
        """The word on the command line."""

    @property
    def ABOUT(self) -> str:  # noqa: N802 - a module's constant
        """What it does, for the help."""

    def register(self, parser: Parser) -> None:
        """Add the arguments."""


COMMANDS: Final[tuple[Command, ...]] = (
    sandbox, diff, outputs, pipeline_deploy, delete, status, history, doctor, login,
    query, subscribe, schema, local, users, functions, secret, env, branches, init, front_end,
    convert,
)  # fmt: skip
"""In the order of the help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (a wrong command line ends the process with 2)."""
    prepare_streams()
    try:
        try:
            code = _run(list(sys.argv[1:] if argv is None else argv))
        finally:
            finish()
        return code
    except BrokenPipeError:
        give_up_output()
        return 128 + signal.SIGPIPE
    except OutputProblem as problem:
        give_up_output()
        return problems.show(problem)


def build_parser() -> Parser:
    """The parser of ``amplify-tui COMMAND …``; a command's function is in ``run``."""
    parser = Parser(
        prog="amplify-tui",
        description="AWS Amplify Gen 2 in the terminal. Without a command: the terminal app.",
        epilog="The app takes --local, --profile, --identifier, --no-type-check, --no-iam, --iam.",
    )
    parser.add_argument(
        "--version", "-v", action=_Version, help="show program's version number and exit"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for each in COMMANDS:
        commands.add_parser(
            each.NAME, help=each.ABOUT, description=each.ABOUT, register=each.register
        )
    return parser


def _run(words: list[str]) -> int:
    arguments = build_parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        err("")
        return 128 + signal.SIGINT
    except (BrokenPipeError, OutputProblem):
        raise
    except Exception as error:  # noqa: BLE001 - the one place that shows why a command failed
        return problems.show(error)


class _Version(argparse.Action):
    """``--version``; looked up when asked for, since that takes 30 ms."""

    def __init__(self, option_strings: Sequence[str], dest: str, **settings: str | None) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=settings["help"])

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            installed = version("amplify-tui")
        except PackageNotFoundError:
            installed = "(not installed)"
        out(f"{parser.prog} {installed}")
        parser.exit()
