"""Words for a border: a pane's or a dialog's title."""

from __future__ import annotations

from textual.content import Content

from workbench.terminal_text import safe_line


def as_title(words: str, *, error: str = "") -> Content:
    """The text on one line, never as markup; ``error`` follows in its colour."""
    title = Content(safe_line(words))
    if not error:
        return title
    wrong = Content.styled(f"✗ {safe_line(error)}", "$error")
    return title + Content(" · ") + wrong if words else wrong
