"""One deployment of the history: its result, timings, diff and log again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from screens.ports import Past
from screens.sandbox.diff_rows import diff_rows
from screens.sandbox.log_buffer import LogBuffer, LogRow, row_spans
from screens.sandbox.log_lines import narrate
from screens.sandbox.problem_rows import diagnostic_rows, failure_rows, merged, own_failure
from screens.sandbox.questions import loss_rows
from screens.sandbox.stage_rows import stage_rows
from screens.sandbox.view_state import DeploymentState, SandboxState, deployment_state
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT, WARN
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.deploy.plan.data_loss import decision_text
from workbench.model.events import AnyEvent, Level, LogLine


class DeploymentScreen(Screen[None]):
    """A read-only page about one deployment; read from the journal in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("page.back", "escape,left,h", "app.pop_screen", "Back", "To the panes"),
        key("deployment.newer", "n", "step(1)", "Newer", "The next deployment"),
        key("deployment.older", "p", "step(-1)", "Older", "The one before"),
    ]

    def __init__(self, number: int, past: Past, state: SandboxState) -> None:
        super().__init__(id="deployment-page")
        self._number = number
        self._past = past
        self._state = state

    def compose(self) -> ComposeResult:
        """One list of rows, and the keys."""
        yield WrappedRows(id="page", classes="pane")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the deployment."""
        self.query_one(WrappedRows).focus()
        self._open()

    def _open(self) -> None:
        known = self._state.history.get(self._number)
        self.query_one(WrappedRows).border_title = as_title(f"Deployment #{self._number}")
        if known is not None:
            self._show(known, [])
        self._read(self._number)

    @work(thread=True, exclusive=True, group="deployment")
    def _read(self, number: int) -> None:
        events = list(self._past.events_of(number))
        self.app.call_from_thread(self._read_done, number, events)

    def _read_done(self, number: int, events: list[AnyEvent]) -> None:
        if number == self._number and events:
            self._show(deployment_state(number, events), events)

    def _show(self, state: DeploymentState, events: Iterable[AnyEvent]) -> None:
        rows: list[Row] = stage_rows(state, state.started + state.seconds)
        for decision in state.decisions:
            tone = WARN if decision.allowed else TEXT
            rows += [Row(()), Row((("Data loss ", STRONG), (decision_text(decision), tone)))]
            rows += loss_rows(decision.losses)
        found = merged(state.diagnostics)
        failure = own_failure(state.failure, found)
        if failure is not None:
            rows += [Row(()), Row((("Why it failed", STRONG),)), *failure_rows(failure)]
        if found:
            rows += [Row(()), Row((("In your files", STRONG),)), *diagnostic_rows(found)]
        rows += [Row(()), Row((("Diff", STRONG),))]
        rows += diff_rows(state) or [Row((("  not computed", MUTED),))]
        rows += [Row(()), Row((("Log", STRONG),))]
        rows += _log_rows(events) or [Row((("  no lines", MUTED),))]
        self.query_one(WrappedRows).show_wrapped(rows)
        self.query_one(WrappedRows).border_title = as_title(f"Deployment #{state.number}")

    def action_step(self, step: int) -> None:
        """Go to the deployment before or after."""
        self._number += step
        self._open()
        self.query_one(WrappedRows).action_first()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only to deployments that exist."""
        if action == "step" and parameters:
            step = parameters[0]
            return isinstance(step, int) and self._number + step in self._state.history
        return super().check_action(action, parameters)


def _log_rows(events: Iterable[AnyEvent]) -> list[Row]:
    lines: list[LogLine] = []
    for event in events:
        lines.extend((event,) if isinstance(event, LogLine) else narrate(event))
    buffer = LogBuffer()
    buffer.minimum = Level.DEBUG
    buffer.append(lines)
    return [
        Row((("  ", TEXT), *row_spans(LogRow(row.line, row.text, True))), copy=row.line.text)
        for row in buffer.rows
    ]
