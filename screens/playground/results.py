"""The results of the tab in front: one pane, or two side by side where two callers are compared."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from screens.playground.result_pane import ResultPane
from screens.playground.shown_result import WhoMay
from screens.playground.tab_state import Outcome, StreamState, TabState


class Results(Horizontal):
    """Both panes; the second is hidden unless two callers are compared."""

    def __init__(self, who_may: WhoMay) -> None:
        super().__init__(id="play-results")
        self.first = ResultPane(who_may, id="result")
        self.second = ResultPane(who_may, id="result-other")
        self.second.display = False

    def compose(self) -> ComposeResult:
        """Side by side."""
        yield self.first
        yield self.second

    def show(self, tab: TabState) -> None:
        """Show what the last run of a tab left."""
        self.first.search("")
        self.second.display = tab.compares
        if tab.stream is not None:
            self.first.show_stream(tab.stream)
        elif tab.outcomes:
            for outcome, pane in zip(tab.outcomes, (self.first, self.second), strict=False):
                pane.show_outcome(outcome)
        else:
            self.first.show_nothing()
        if tab.problem:
            self.first.show_problem(tab.problem, above=bool(tab.stream or tab.outcomes))

    def show_started(self, tab: TabState) -> None:
        """Show that a tab's operation runs; the last result stays until there is another."""
        self.second.display = tab.compares
        if tab.stream is not None:
            self.first.show_stream(tab.stream)
        for outcome, pane in zip(tab.outcomes, (self.first, self.second), strict=False):
            pane.show_running(outcome.caller.label)

    def update(self, tab: TabState, outcome: Outcome) -> None:
        """Show the news of one of a tab's runs."""
        for each, pane in zip(tab.outcomes, (self.first, self.second), strict=False):
            if each.run != outcome.run:
                continue
            if outcome.trace is None:
                pane.show_outcome(outcome)
            else:
                pane.show_trace(outcome)

    def stream_changed(self, tab: TabState, stream: StreamState) -> None:
        """Show the news of a tab's stream."""
        if tab.stream is stream:
            self.first.stream_changed()


class ResultSearch(Input):
    """The line for searching in a result; hidden while nothing is searched."""

    def __init__(self) -> None:
        super().__init__(id="result-search", placeholder="search in the result")
        self._pane: ResultPane | None = None
        self.display = False

    def begin(self, pane: ResultPane) -> None:
        """Search in a pane from now on."""
        self._pane = pane
        self.display = True
        self.focus()

    def end(self) -> None:
        """Hide the line and go back to the result; the matches stay marked."""
        self.display = False
        if self._pane is not None:
            self._pane.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while typing."""
        event.stop()
        if self._pane is not None:
            self._pane.search(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the matches marked."""
        event.stop()
        self.end()
