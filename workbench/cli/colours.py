"""Colours for terminal lines: only on a terminal, never if NO_COLOR is set."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Final, NamedTuple, TextIO

_OURS: Final = os.urandom(8).hex()
"""Marks our colours; the text of others cannot know it, so it cannot have colours."""

_MARK = re.compile(f"\x1b{_OURS}\\[(\\d+)m")


class Paint(NamedTuple):
    """Marks text with colours, or leaves it as it is; ``output`` turns the marks into colours."""

    enabled: bool

    @classmethod
    def of(cls, stream: TextIO) -> Paint:
        """Use colours if the stream is a terminal that wants them (https://no-color.org)."""
        wanted = stream.isatty() and not os.environ.get("NO_COLOR")
        return cls(wanted and os.environ.get("TERM") != "dumb")

    def good(self, text: str) -> str:
        """Green: success."""
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        """Red: failure."""
        return self._wrap("31", text)

    def warn(self, text: str) -> str:
        """Yellow: a warning, or a change that costs something."""
        return self._wrap("33", text)

    def strong(self, text: str) -> str:
        """Bold: what the eye should find first."""
        return self._wrap("1", text)

    def faint(self, text: str) -> str:
        """Faint: what matters least."""
        return self._wrap("2", text)

    def _wrap(self, code: str, text: str) -> str:
        if not (self.enabled and text):
            return text
        return f"\x1b{_OURS}[{code}m{text}\x1b{_OURS}[0m"


def coloured(line: str, clean: Callable[[str], str]) -> str:
    """Turn a line's marks into colours, and clean all between them."""
    pieces = _MARK.split(line)
    for at, piece in enumerate(pieces):
        pieces[at] = f"\x1b[{piece}m" if at % 2 else clean(piece)
    return "".join(pieces)
