"""Wraps a row of spans at words, with a hanging indent, to a width in cells. Pure."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells

from screens.widgets.text_styles import TEXT, Span, Spans, plain
from workbench.terminal_text import safe_line

_WORDS = re.compile(r"\s+|\S+")


def wrap_spans(spans: Spans, width: int, indent: int | None = None) -> list[Spans]:
    """The row in lines of at most ``width`` cells, later ones indented as the first one's text."""
    spans = tuple((safe_line(text), tone) for text, tone in spans)
    text = plain(spans)
    if width < 8 or cell_len(text) <= width:
        return [spans]
    if indent is None:
        indent = len(text) - len(text.lstrip(" ✗!→·")) if text.strip() else 0
    indent = min(indent, width // 2)
    lines: list[list[Span]] = [[]]
    used = 0
    for piece, tone in spans:
        for found in _WORDS.findall(piece):
            word = found
            cells = cell_len(word)
            if used + cells <= width:
                lines[-1].append((word, tone))
                used += cells
                continue
            if word.isspace():
                continue
            if cells > width - indent and width - used >= 8:
                # A word longer than any line: begin it here rather than leave the line empty.
                head = chop_cells(word, width - used)[0]
                lines[-1].append((head, tone))
                word = word[len(head) :]
                cells = cell_len(word)
            parts = [word] if cells <= width - indent else chop_cells(word, width - indent)
            for part in parts:
                lines.append([(" " * indent, TEXT), (part, tone)])
                used = indent + cell_len(part)
    return [tuple(line) for line in lines if line]


def chop_text(text: str, width: int) -> list[str]:
    """The text in pieces of at most ``width`` cells, cut anywhere, as a log pane wraps."""
    if width < 1 or (len(text) <= width and text.isascii()):
        return [text]
    if text.isascii():
        return [text[start : start + width] for start in range(0, len(text), width)]
    return chop_cells(text, width) or [""]
