"""A dialog of lines to fill in, checked before it is taken; what is typed is never lost to a no."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Static

from screens.playground.address_screen import Tick
from screens.widgets.key_bar import KeyBar
from screens.widgets.titles import as_title

Filled = Mapping[str, str]
"""What was filled in, by the fields' names; a tick is ``true`` or ````."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One line: a text, a secret (shown as dots), or a tick."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    kind: str = "text"


class FormScreen(ModalScreen[Filled | None]):
    """Dismissed with what was filled in, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f5,ctrl+enter,ctrl+j",
            "take",
            "Do it",
            id="form.take",
            tooltip="Take what is filled in",
        ),
        # With priority: what is typed right behind the key must land in the next line.
        Binding(
            "tab",
            "app.focus_next",
            "Next",
            id="form.next",
            tooltip="Go to the next line",
            priority=True,
        ),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "Previous",
            False,
            id="form.previous",
            tooltip="Go to the previous line",
            priority=True,
        ),
        Binding("escape", "cancel", "Close", id="form.close", tooltip="Close; nothing is done"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        check: Callable[[Filled], str],
        about: str = "",
    ) -> None:
        """``check`` says what is wrong with what was filled in, "" for nothing."""
        # No id: one form may follow another before the first is gone.
        super().__init__(classes="form")
        self._title = title
        self._fields = fields
        self._check = check
        self._about = about

    def compose(self) -> ComposeResult:
        """A caption and a line for each field."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(self._title)
            if self._about:
                yield Static(self._about, classes="caption", markup=False)
            for at, field in enumerate(self._fields):
                if field.kind == "tick":
                    yield Tick(field.label, field.value == "true", id=f"form-{at}")
                    continue
                yield Static(field.label, classes="caption", markup=False)
                yield Input(
                    field.value,
                    placeholder=field.hint,
                    password=field.kind == "secret",
                    id=f"form-{at}",
                )
            yield Static("", id="form-problem", markup=False)
        yield KeyBar()

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        at = int(str(event.input.id).rpartition("-")[2])
        later = [n for n in range(at + 1, len(self._fields)) if self._fields[n].kind != "tick"]
        if later:
            self.query_one(f"#form-{later[0]}").focus()
        else:
            self.action_take()

    def action_take(self) -> None:
        """Take it where nothing is wrong with it."""
        filled = {}
        for at, field in enumerate(self._fields):
            if field.kind == "tick":
                filled[field.name] = "true" if self.query_one(f"#form-{at}", Checkbox).value else ""
            else:
                text = self.query_one(f"#form-{at}", Input).value
                filled[field.name] = text if field.kind == "secret" else text.strip()
        problem = self._check(filled)
        if problem:
            self.query_one("#form-problem", Static).update(f"✗ {problem}")
        else:
            self.dismiss(filled)

    def action_cancel(self) -> None:
        """Close without it."""
        self.dismiss(None)
