"""A value in a column of fixed width."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from workbench.terminal_text import safe_line


def column(words: str, width: int) -> str:
    """The text as one safe line of exactly ``width`` cells, cut with an ellipsis."""
    line = safe_line(words)
    if width > 0 and cell_len(line) > width:
        line = set_cell_size(line, width - 1) + "…"
    return set_cell_size(line, width)
