"""The argument parser: plain ``argparse`` that suggests what a mistyped word probably meant."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeAlias

from workbench.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import SupportsWrite


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line instead of the whole usage.

    ``register`` adds its arguments when they are first needed: every start lists all commands, and
    adding the arguments of all takes 12 ms.
    """

    def __init__(self, *, register: Register | None = None, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)
        self._add_arguments = register

    def filled(self) -> Self:
        """This parser with its arguments."""
        add_arguments, self._add_arguments = self._add_arguments, None
        if add_arguments is not None:
            add_arguments(self)
        return self

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; the parser of a command is entered here."""
        return super(Parser, self.filled()).parse_known_args(args, namespace)

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
            return ""  # a word of another command: there is nothing to correct
        import difflib

        found = difflib.get_close_matches(wrong[1], known, n=1, cutoff=0.6)
        return found[0] if found else ""

    def known_words(self) -> list[str]:
        """All commands and flags below this parser."""
        words: list[str] = []
        for action in self.filled()._actions:
            words += action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for name, parser in action.choices.items():
                    words.append(name)
                    words += parser.known_words()
        return words


Actions: TypeAlias = "argparse._SubParsersAction[Parser]"
"""The sub-commands of a command."""

Register: TypeAlias = "Callable[[Parser], None]"
"""Adds a command's arguments, and sets ``run`` to the function that runs it."""

Run: TypeAlias = "Callable[[argparse.Namespace], int]"
"""What a command does with its arguments; returns the exit code."""


def add_actions(command: Parser) -> Actions:
    """Give a command sub-commands, of which one must be named."""
    return command.add_subparsers(dest="action", metavar="ACTION", required=True)


def add_action(actions: Actions, name: str, about: str, run: Run) -> Parser:
    """Add a sub-command; ``about`` stands in the list of them and over its own help."""
    parser = actions.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser
