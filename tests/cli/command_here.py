"""A command of the product run in this process: each start of another one takes a second."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def command_here(folder: Path, *arguments: str, typed: str = "") -> Ended:
    """Run ``amplify-tui ARGUMENTS`` in a folder, ``typed`` on its standard input."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO(typed)
    try:
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(list(arguments))
    except SystemExit as ended:  # a wrong command line
        code = int(ended.code or 0)
    finally:
        sys.stdin = before
    return Ended(code, out.getvalue(), err.getvalue())
