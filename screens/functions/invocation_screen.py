"""One invocation: its facts, its log with traces that lead home, its event and its result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.functions.outcome_rows import text_rows
from screens.ports import UsesShell
from screens.widgets.format import LEVEL_MARKS, clock_time
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, STRONG, TEXT, WARN
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.function_logs.log_book import Head, head_text
from workbench.function_logs.records import LogRecord
from workbench.functions.past_invocations import PastInvocation
from workbench.functions.source_places import SourcePlace, SourcePlaces, has_frames
from workbench.model.user_problem import UserProblem

_PLACE = "place:"


@dataclass(frozen=True, slots=True)
class InvocationDetails:
    """What is read for the screen; ``past`` is None where it is not known, ``note`` says why."""

    past: PastInvocation | None
    places: SourcePlaces | None
    note: str = ""


class InvocationScreen(UsesShell, ModalScreen[str | None]):
    """Dismissed with the event that is to be sent again; ``read`` blocks: it runs in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "invocation.edit", "enter,e", "edit", "Edit", "Open the line of the trace in the editor"
        ),
        key("invocation.again", "i", "again", "Send again", "Change the event and send it again"),
        key("invocation.close", "escape", "close", "Close", "Back to the log"),
    ]

    def __init__(
        self, head: Head, lines: Sequence[LogRecord], read: Callable[[], InvocationDetails]
    ) -> None:
        super().__init__(id="function-invocation", classes="rows")
        self._head = head
        self._lines = lines
        self._read = read
        self._details: InvocationDetails | None = None
        self._found: list[SourcePlace] = []

    def compose(self) -> ComposeResult:
        """All of it as rows."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"{self._head.function} {self._head.request}")
            yield WrappedRows(id="invocation-rows", keys_by_row=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the log, then what more is known."""
        self.rows.focus()
        self.rows.show_wrapped(self._rows())
        self._load()

    @property
    def rows(self) -> WrappedRows:
        """The rows."""
        return self.query_one(WrappedRows)

    @work(group="invocation", exclusive=True)
    async def _load(self) -> None:
        self._details = await asyncio.to_thread(self._read)
        rows = await asyncio.to_thread(self._rows)
        if self.is_attached:
            self.rows.show_wrapped(rows)
            self._go_to_place()
            self.refresh_bindings()

    def _go_to_place(self) -> None:
        """Enter opens the first place of a trace, unless another row has been chosen."""
        if self.rows.cursor == 0:
            keys = [row.key for row in self.rows.rows]
            places = (at for at, each in enumerate(keys) if each.startswith(_PLACE))
            self.rows.cursor = next(places, 0)

    def _rows(self) -> list[Row]:
        head, details = self._head, self._details
        tone = FAIL if head.failed else ACCENT
        words = f"{clock_time(head.at / 1000)}  {head_text(head)}"
        rows = [Row(((words, tone),), copy=head.request)]
        if details is not None and details.note:
            rows.append(Row(((details.note, WARN),)))
        rows += [Row(()), Row((("Log", STRONG),))]
        for record in self._lines:
            rows += self._line_rows(record)
        if not self._lines:
            rows.append(Row((("  (no lines)", MUTED),)))
        past = details.past if details else None
        for title, text in (("Event", past.event), ("Result", past.result)) if past else ():
            rows += [Row(()), Row(((title, STRONG),), copy=text), *text_rows(text, TEXT)]
        return rows

    def _line_rows(self, record: LogRecord) -> list[Row]:
        mark, tone = LEVEL_MARKS[record.level]
        places = self._details.places if self._details else None
        if places is not None and has_frames(record.text):
            _mapped(places, record.text)  # all frames by one start of Node, then known
        rows: list[Row] = []
        for at, said in enumerate(record.text.split("\n")):
            first = (f"{mark} ", tone) if not at else ("  ", TEXT)
            place, line = None, said
            if places is not None and has_frames(said):
                place, line = _mapped(places, said)
            if place is None:
                rows.append(Row((first, (line, tone)), copy=line))
            else:
                self._found.append(place)
                rows.append(Row((first, (line, ACCENT)), f"{_PLACE}{len(self._found) - 1}", line))
        return rows

    @property
    def _place(self) -> SourcePlace | None:
        row = self.rows.current
        if row is None or not row.key.startswith(_PLACE):
            return None
        return self._found[int(row.key.removeprefix(_PLACE).partition("#")[0])]

    def action_edit(self) -> None:
        """Open the place in the user's editor."""
        place = self._place
        if place is not None:
            self.shell.edit(place.file, place.line, place.column)

    def action_again(self) -> None:
        """Go to the invoke screen with the event."""
        if self._details is not None and self._details.past is not None:
            self.dismiss(self._details.past.event)

    def action_close(self) -> None:
        """Back to the log."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "edit":
            return self._place is not None and self.shell.can_edit
        if action == "again":
            past = self._details.past if self._details else None
            return past is not None and bool(past.event) and not past.is_cut
        return super().check_action(action, parameters)


def _mapped(places: SourcePlaces, line: str) -> tuple[SourcePlace | None, str]:
    try:
        found = places.places(line)
        return (found[0], places.mapped(line)) if found else (None, line)
    except UserProblem:
        return None, line
