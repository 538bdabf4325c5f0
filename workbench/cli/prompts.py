"""Passwords and secrets for commands: never an argument, which other users of the machine could see."""

from __future__ import annotations

import getpass
import sys

from workbench.terminal_text import safe_line


def read_hidden(label: str) -> str:
    """A line of standard input where it is piped, else typed unseen after ``label``."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass(f"{safe_line(label)}: ")


def read_password(whom: str) -> str:
    """A user's password."""
    return read_hidden(f"Password of {whom}")
