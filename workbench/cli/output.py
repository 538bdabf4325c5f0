"""The one place where commands write: text made safe, then coloured, in the stream's encoding.

Lines are for people: text of others in them is cleaned, and only ``Paint``'s colours reach the
terminal. JSON escapes what is unsafe. Data (an exported file, a secret's value) is exact in a pipe
or a file, and cleaned on a terminal. Nothing else in this room may print; a test checks it.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TextIO

from workbench.cli.colours import Paint, coloured
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import safe_json, safe_line, safe_text

_PLAIN_SIGNS: Final = {
    "✓": "+", "✗": "x", "→": "->", "…": "...", "·": "-", "•": "*", "▸": ">", "▾": "v", "│": "|",
    "±": "+/-", "−": "-", "×": "x", "–": "-", "⏎": " ", "\ufffd": "?", "“": '"', "”": '"',
}  # fmt: skip
_ERRORS: Final = "amplify-tui-signs"


class OutputProblem(UserProblem):
    """Standard output cannot take what is written, for example because the disk is full."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The output cannot be written: {why}.", "Free some space, or write it elsewhere."
        )


def prepare_streams() -> None:
    """Make the standard streams take any text, and open those that are closed; call this first."""
    codecs.register_error(_ERRORS, _replace)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller, as with ``>&-``
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def out(*lines: str, flush: bool = False) -> None:
    """Write lines for people on standard output; each argument is one line."""
    _write(sys.stdout, lines, flush)


def err(*lines: str) -> None:
    """Write lines for people on standard error; each argument is one line."""
    _write(sys.stderr, lines, True)


def done(what: str) -> None:
    """Say on standard error that something was done; standard output is for results."""
    err(f"{Paint.of(sys.stderr).good('✓')} {what}")


def out_json(value: object, *, default: Callable[[Any], object] | None = None) -> None:
    """Write one value as one line of JSON on standard output."""
    import json

    out_json_text(json.dumps(value, default=default))


def out_json_text(text: str, *, flush: bool = False) -> None:
    """Write JSON that is text already, on standard output; its value stays the same."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    _put(sys.stdout, safe_json(text, ascii_only=not unicode) + "\n", flush)


def out_data(text: str, *, end: str = "\n") -> None:
    """Write data for a program or a file on standard output: exact, except on a terminal."""
    _put(sys.stdout, (safe_text(text) if sys.stdout.isatty() else text) + end, False)


class DataOutput:
    """``out_data`` as a file to write to."""

    def write(self, text: str, /) -> int:
        """Write a piece of the data; returns its length."""
        out_data(text, end="")
        return len(text)


def ask(question: str) -> str:
    """Ask on standard output and read a line; stripped, empty at the end of the input."""
    _put(sys.stdout, coloured(question, safe_line), True)
    return sys.stdin.readline().strip()


def text_lines(text: str) -> list[str]:
    """Split a text into lines for ``out`` and ``err``."""
    return safe_text(text).split("\n")


def finish() -> None:
    """Flush standard output; raises OutputProblem and BrokenPipeError, like all that write."""
    _put(sys.stdout, "", True)


def give_up_output() -> None:
    """Discard all further output, so that Python's own exit does not fail on it again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # no real file, as in a test
        return
    finally:
        os.close(nowhere)


def _write(stream: TextIO, lines: tuple[str, ...], flush: bool) -> None:
    text = "".join(coloured(line, safe_line) + "\n" for line in lines)
    if stream is sys.stderr:
        try:
            stream.write(text)
            stream.flush()
        except OSError:
            return  # nobody reads it; the command goes on
    else:
        _put(stream, text, flush)


def _put(stream: TextIO, text: str, flush: bool) -> None:
    try:
        stream.write(text)
        if flush:
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputProblem(error.strerror or str(error)) from None


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Replace a sign of ours by a plain one, and any other character by an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = (
        _PLAIN_SIGNS.get(each) or each.encode("ascii", "backslashreplace").decode("ascii")
        for each in error.object[error.start : error.end]
    )
    return "".join(signs), error.end
