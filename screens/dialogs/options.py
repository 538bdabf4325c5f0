"""A choice between a few options in a form, all of them visible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from screens.widgets.keys import key


class Options(Widget, can_focus=True):
    """A line for each choice; arrows move the mark, a click sets it, Enter goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("options.next", "down,right,space", "move(1)", "Other", "Choose the next"),
        key(
            "options.previous", "up,left", "move(-1)", "Previous", "Choose the previous", show=False
        ),
        key("options.submit", "enter", "submit", "Next", "Go to the next line", show=False),
    ]  # fmt: skip

    chosen: reactive[int] = reactive(0)

    class Submitted(Message):
        """Enter was pressed here."""

        def __init__(self, options: Options) -> None:
            super().__init__()
            self.options = options

    def __init__(self, options: Sequence[tuple[str, str]], value: str, *, id: str) -> None:  # noqa: A002
        """``options`` are values and their words."""
        super().__init__(id=id)
        self._options = options
        values = [each for each, _ in options]
        self.set_reactive(Options.chosen, values.index(value) if value in values else 0)

    def on_mount(self) -> None:
        """As high as there are choices."""
        self.styles.height = len(self._options)

    @property
    def value(self) -> str:
        """The chosen one's value."""
        return self._options[self.chosen][0]

    def render(self) -> Content:
        """The mark is a sign, not colour alone."""
        lines = [
            Content.styled(
                f"({'•' if at == self.chosen else ' '}) {words}",
                "bold" if at == self.chosen and self.has_focus else "",
            )
            for at, (_, words) in enumerate(self._options)
        ]
        return Content("\n").join(lines)

    def action_move(self, by: int) -> None:
        """Choose the next one, round and round."""
        self.chosen = (self.chosen + by) % len(self._options)

    def action_submit(self) -> None:
        """Go to the form's next line."""
        self.post_message(self.Submitted(self))

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked one."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._options):
            self.chosen = offset.y
