"""The headless command line: commands, flags, and what a mistyped one probably meant."""

from __future__ import annotations

import argparse
import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from workbench.cli.commands.branches import add_branches, add_secrets, add_variables
from workbench.cli.commands.users import add_users
from workbench.terminal_text import safe_text

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

FORMATS = ("json", "dart", "ts", "mjs", "json-mobile")
VERSIONS = ("0", "1", "1.1", "1.2", "1.3", "1.4", "1.5")


class Parser(argparse.ArgumentParser):
    """An argument parser that suggests, in one line, instead of printing the whole usage."""

    words: list[str]

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if message:
            super()._print_message(safe_text(message), file)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and the nearest right word; ends the process with exit code 2."""
        near = self._nearest(message)
        hint = f"Did you mean {near}?" if near else f"See: {self.prog} --help"
        self.exit(2, f"{self.prog}: {message}\n  → {hint}\n")

    def _nearest(self, message: str) -> str:
        wrong = re.search(r"(?:unrecognized arguments: |invalid choice: ')([^\s'=]+)", message)
        if wrong is None:
            return ""
        known = self.known_words()
        if wrong[1] in known:
            return ""  # right for another command: it would be told to write what it wrote
        found = difflib.get_close_matches(wrong[1], known, n=1, cutoff=0.6)
        return found[0] if found else ""

    def known_words(self) -> list[str]:
        """All commands and flags below this parser."""
        words: list[str] = []
        for action in self._actions:
            words += action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for name, parser in action.choices.items():
                    words.append(name)
                    words += parser.known_words()
        return words


def build_parser(version: str) -> Parser:
    """The parser of ``amplify-tui COMMAND …``; the chosen command is in ``command``."""
    parser = Parser(
        prog="amplify-tui",
        description="AWS Amplify Gen 2 in the terminal. Without a command: the terminal app.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", "-v", action="version", version=f"amplify-tui {version}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, about: str) -> Parser:
        return commands.add_parser(name, help=about, description=about, allow_abbrev=False)

    sandbox = command("sandbox", "deploy, then deploy again on each save")
    _target(sandbox)
    sandbox.add_argument("--once", action="store_true", help="deploy once, then end")
    sandbox.add_argument("--json", action="store_true", help="one JSON object for each event")
    sandbox.add_argument("--no-type-check", action="store_true", help="deploy without type check")
    sandbox.add_argument(
        "--allow-destroy", action="store_true", help="allow changes that destroy data"
    )
    sandbox.add_argument("--dir-to-watch", type=Path, help="watch this folder (default: amplify)")
    sandbox.add_argument(
        "--exclude",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATTERN",
        help="ignore changes of files like these",
    )
    _outputs(sandbox)

    diff = command("diff", "show what a deployment would change, and change nothing")
    _target(diff)
    diff.add_argument("--json", action="store_true", help="the diff as JSON")

    outputs = command("outputs", "write amplify_outputs.json from the deployed stack")
    _target(outputs)
    _outputs(outputs)

    pipeline = command("pipeline-deploy", "deploy a branch's backend once, in CI")
    pipeline.add_argument("--branch", required=True, help="the Git branch's name")
    pipeline.add_argument("--app-id", required=True, help="the Amplify app's id")
    pipeline.add_argument("--json", action="store_true", help="one JSON object for each event")
    _target(pipeline)
    _outputs(pipeline)

    delete = command("delete", "delete the sandbox with all its data")
    _target(delete)
    delete.add_argument("--yes", "-y", action="store_true", help="don't ask")

    status = command("status", "what is deployed, and who deploys it")
    _target(status)
    status.add_argument("--json", action="store_true", help="as JSON")

    history = command("history", "past deployments; with a number, everything about that one")
    history.add_argument("number", nargs="?", type=int, help="a deployment's number")
    history.add_argument("--limit", type=int, default=20, help="how many to list (default: 20)")
    history.add_argument("--identifier", help="the sandbox's name")
    history.add_argument("--json", action="store_true", help="one JSON object a line")

    doctor = command("doctor", "what is installed, what is wrong, and how to mend it")
    _target(doctor)

    query = command("query", "run a GraphQL query or mutation and print its result")
    _operation(query)
    query.add_argument("--json", action="store_true", help="the result on one line, nothing else")

    subscribe = command("subscribe", "print a GraphQL subscription's events as they come")
    _operation(subscribe)
    subscribe.add_argument("--json", action="store_true", help="one line for each event")
    subscribe.add_argument("--count", type=int, default=0, help="end after so many events")

    schema = command("schema", "print the GraphQL API's schema")
    _target(schema)
    form = schema.add_mutually_exclusive_group()
    form.add_argument("--sdl", action="store_true", help="as SDL (the default)")
    form.add_argument("--introspection", action="store_true", help="as introspection's JSON")
    _address(schema)

    local = command("local", "the local cloud: start, stop, status, env, reset")
    actions = local.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, about in (
        ("start", "start it, unless it runs"),
        ("stop", "stop it; its state is kept"),
        ("status", "where it is and whether it answers"),
        ("env", 'shell lines that point AWS tools at it: eval "$(amplify-tui local env)"'),
        ("reset", "forget everything it holds"),
    ):
        action = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        if name == "reset":
            action.add_argument("--yes", "-y", action="store_true", help="don't ask")
        if name == "stop":
            action.add_argument(
                "--force", action="store_true", help="though a sandbox uses it, and starts it again"
            )
        if name == "status":
            action.add_argument("--json", action="store_true", help="as JSON")
        if name == "start":
            action.add_argument("--port", type=int, help="this port and no other")

    add_users(command("users", "list, make and change the user pool's users"), _target)
    add_secrets(command("secret", "the sandbox's or a branch's secrets"), _target)
    add_variables(command("env", "an app's or a branch's environment variables"), _target)
    add_branches(
        command("branches", "Git branches as environments: jobs, logs, promotion"), _target
    )

    init = command("init", "make a new project")
    init.add_argument("directory", nargs="?", type=Path, default=Path(), help="where (default: .)")
    init.add_argument("--language", default="typescript", help="typescript (the default) or python")
    init.add_argument("--no-install", action="store_true", help="don't install npm packages")

    convert = command("convert", "show how a TypeScript project's data reads in Python")
    convert.add_argument("--out", type=Path, help="write it to this file (default: print it)")
    return parser


def _target(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="the local cloud, without an account")
    where.add_argument("--profile", help="an AWS account, by this profile")
    parser.add_argument("--identifier", help="the sandbox's name (default: your user name)")


def _operation(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "file", nargs="?", type=Path, help="a .graphql file (- or none: standard input)"
    )
    source.add_argument("-e", "--text", help="the operation itself")
    parser.add_argument("--operation", metavar="NAME", help="which one, where there are several")
    parser.add_argument("--variables", metavar="JSON", help="the variables, as a JSON object")
    parser.add_argument(
        "--as",
        dest="run_as",
        metavar="WHO",
        help="api-key, user:NAME, iam:NAME, guest, lambda:TOKEN, admin",
    )
    _address(parser)
    _target(parser)


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help="any GraphQL address instead of the sandbox's")
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME: VALUE",
        help="a header for --url; may be repeated",
    )


def _outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--outputs-format", "--format", choices=FORMATS, default="json")
    parser.add_argument("--outputs-version", choices=VERSIONS, default="1.5")
    parser.add_argument("--outputs-out-dir", "--out-dir", type=Path, metavar="DIR")
