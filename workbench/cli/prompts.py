"""What commands ask: a confirmation, a password. Without a terminal nobody is asked.

Passwords and secrets are never arguments, which other users of the machine could see.
"""

from __future__ import annotations

import sys

from workbench.cli.output import ask, out
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import safe_line


def confirm(question: str, *, unasked: str, declined: str = "Nothing was deleted.") -> bool:
    """Ask for yes or no, no being the default, and say so if it was no.

    Raises UserProblem without a terminal: ``unasked`` says what the command would do.
    """
    if not sys.stdin.isatty():
        raise UserProblem(unasked, "Add --yes to confirm.")
    if ask(f"{question} [y/N] ").lower() in {"y", "yes"}:
        return True
    out(declined)
    return False


def read_hidden(label: str) -> str:
    """A line of standard input if it is piped, else typed without echo after ``label``."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    import getpass

    return getpass.getpass(f"{safe_line(label)}: ")


def read_password(user: str) -> str:
    """A user's password."""
    return read_hidden(f"Password of {user}")
