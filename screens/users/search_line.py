"""The line to search users with: closed until it is asked for."""

from __future__ import annotations

from textual import on
from textual.message import Message
from textual.widgets import Input

_HINT_LOCAL = "any part of a name or an attribute · name=Ann exactly · name^An the beginning"
_HINT_AWS = "an e-mail's beginning · ~smith anywhere, reads all users · name=Ann · name^An"


class SearchLine(Input):
    """Posts ``Searched`` on Enter."""

    class Searched(Message):
        """Search for this text, "" for no search."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(id="users-search")

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    def open(self, text: str, *, everywhere: bool) -> None:
        """Show it, to change this search; ``everywhere``: a plain text is searched everywhere."""
        self.add_class("-open")
        self.placeholder = _HINT_LOCAL if everywhere else _HINT_AWS
        self.value = text
        self.focus()

    def close(self) -> None:
        """Hide it."""
        self.remove_class("-open")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()
        self.post_message(self.Searched(event.value.strip()))
