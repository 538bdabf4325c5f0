"""Where pasted text goes: into the text that has the focus, on one line where it has only one."""

from __future__ import annotations

from textual.events import Paste
from textual.widget import Widget
from textual.widgets import Input, TextArea

from screens.bursts import pasted_text
from screens.widgets.row_list import RowList


def fit_paste(event: Paste, focused: Widget | None) -> bool:
    """Fit the event's text to the widget that would get it; False where that takes no text."""
    if isinstance(focused, TextArea):
        event.text = pasted_text(event.text)
        return not focused.read_only
    if isinstance(focused, Input):
        event.text = _on_one_line(event.text)
        return True
    if isinstance(focused, RowList) and focused.takes_text:
        event.text = _on_one_line(event.text)
        return True
    return False


def _on_one_line(text: str) -> str:
    return " ".join(line.strip() for line in pasted_text(text).splitlines()).strip()
