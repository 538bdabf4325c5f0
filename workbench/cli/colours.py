"""Colours for terminal lines: only on a terminal, never where NO_COLOR is set."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TextIO

_OURS: Final = secrets.token_hex(8)
"""Tells our colours from those in the text of others, which cannot know it."""

_MARK = re.compile(f"\x1b{_OURS}\\[(\\d+)m")


@dataclass(frozen=True, slots=True)
class Paint:
    """Marks text with colours, or leaves it as it is; ``output`` turns the marks into colours."""

    enabled: bool

    @classmethod
    def of(cls, stream: TextIO) -> Paint:
        """Colours where the stream is a terminal that wants them (https://no-color.org)."""
        wanted = stream.isatty() and not os.environ.get("NO_COLOR")
        return cls(wanted and os.environ.get("TERM") != "dumb")

    def good(self, text: str) -> str:
        """Success."""
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        """Failure."""
        return self._wrap("31", text)

    def warn(self, text: str) -> str:
        """A warning, or a change that costs something."""
        return self._wrap("33", text)

    def strong(self, text: str) -> str:
        """What the eye should find first."""
        return self._wrap("1", text)

    def faint(self, text: str) -> str:
        """What matters least."""
        return self._wrap("2", text)

    def _wrap(self, code: str, text: str) -> str:
        if not (self.enabled and text):
            return text
        return f"\x1b{_OURS}[{code}m{text}\x1b{_OURS}[0m"


def coloured(line: str, clean: Callable[[str], str]) -> str:
    """The line with its marks as colours, and all between them cleaned."""
    pieces = _MARK.split(line)
    for at, piece in enumerate(pieces):
        pieces[at] = f"\x1b[{piece}m" if at % 2 else clean(piece)
    return "".join(pieces)
