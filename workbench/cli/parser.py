"""The argument parser: plain ``argparse`` that suggests what a mistyped word probably meant."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from workbench.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import SupportsWrite


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line instead of the whole usage."""

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


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
"""The commands of ``amplify-tui``, or the sub-commands of one."""


Run: TypeAlias = "Callable[[argparse.Namespace], int]"
"""What a command does with its arguments; returns the exit code."""


def add_command(commands: Commands, name: str, about: str, run: Run | None = None) -> Parser:
    """Add a command; ``about`` stands in the list of commands and over its own help.

    ``run`` is left out only where sub-commands have their own.
    """
    parser = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
    parser.set_defaults(run=run)
    return parser


def add_actions(command: Parser) -> Commands:
    """Give a command sub-commands, of which one must be named; it is in ``action``."""
    return command.add_subparsers(dest="action", metavar="ACTION", required=True)
