"""A password for a command: never an argument, which other users of the machine could see."""

from __future__ import annotations

import getpass
import sys


def read_password(whom: str) -> str:
    """From standard input where it is piped, else typed unseen."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass(f"Password of {whom}: ")
