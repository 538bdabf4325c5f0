"""Colours for terminal lines: only on a terminal, never where NO_COLOR is set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Paint:
    """Wraps text in ANSI colours, or leaves it as it is."""

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
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text
