"""The last check of text on its way to the terminal, whatever a pane forgot.

Rows, titles and messages are cleaned where they are built. Here nothing that a terminal obeys
passes, and text whose width terminals disagree on (emoji sequences, Indic vowels: tmux and a modern
terminal draw some of them one cell wider or narrower than Textual counts) is pinned to the cells
that Textual gave it, so that no border moves.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, get_character_cell_size
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from workbench.terminal_text import HIDDEN, safe_characters

_UNSURE: Final = (
    "\u0900-\u109f\u1700-\u18af\ua800-\ua9ff\uaa00-\uabff\u2630-\u2637\u268a-\u268f\u302e\u302f"
    "\u3248-\u324f\u4dc0-\u4dff\U00016000-\U0001ffff"
)
_JOINS: Final = "\u200c\u200d\u20e3\ufe0e\ufe0f"
_PINNED = re.compile(f"(?:[^ ][{_JOINS}]|[{_UNSURE}])(?:[{_UNSURE}]|[^ ]?[{_JOINS}])*")


def guard_output() -> None:
    """Let all that Textual writes of a screen's text pass by here; safe to call again."""
    Strip.render = _render  # type: ignore[method-assign]


_textuals_own = Strip.render


def _render(self: Strip, console: Console) -> str:
    """Textual's own rendering of a strip, cached by it, of segments that are safe to write."""
    if self._render_cache is None and not all(_is_plain(each) for each in self._segments):
        safe = Strip([_guarded(each) for each in self._segments], self.cell_length)
        self._render_cache = _textuals_own(safe, console)
    return _textuals_own(self, console)


def _is_plain(segment: Segment) -> bool:
    text, style, _ = segment
    return text.isascii() and text.isprintable() and (style is None or style.link is None)


def _guarded(segment: Segment) -> Segment:
    text, style, control = segment
    if style is not None and style.link is not None and not style.link.isprintable():
        style = style.update_link(None)
    return Segment(shown(text), style, control)


@lru_cache(maxsize=2048)
def shown(text: str) -> str:
    """The text as it may be written, in exactly the cells that Textual counts for it."""
    safe = safe_characters(text)
    if safe != text or not text.isprintable():
        safe = "".join(map(_in_its_cells, text, safe))
    return _PINNED.sub(_pin, safe)


def _in_its_cells(original: str, safe: str) -> str:
    """A character as shown; nothing where Textual gave the hidden one no cell."""
    if safe in "\t\n" or (safe == HIDDEN and not get_character_cell_size(original)):
        return ""
    return safe


def _pin(match: re.Match[str]) -> str:
    """Clear the cells, draw, then go to where the text ends by Textual's count."""
    width = cell_len(match[0])
    return f"\x1b7{' ' * width}\x1b8{match[0]}\x1b8\x1b[{width}C" if width else match[0]
