"""One tab of the playground: its text, its caller, its last results or stream. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.playground.documents import Definition, first_name
from workbench.playground.requests import Request, Result
from workbench.playground.run_as import RunAs
from workbench.playground.stream import StreamEvent

WELCOME = """# F5 or Ctrl+J runs the operation at the cursor, F3 writes one from the schema,
# F2 chooses who runs it. Ctrl+Space proposes what fits.
{
  __typename
}
"""
KEPT_EVENTS = 1_000
KEPT_WHILE_PAUSED = 5_000


@dataclass(slots=True)
class StreamState:
    """The events of a tab's subscription; ``total`` counts the dropped ones too.

    ``paused_at`` is the total when it was paused, None while it is not; ``end`` says why it ended.
    """

    caller: RunAs
    request: Request
    events: list[tuple[int, StreamEvent]] = field(default_factory=list)
    total: int = 0
    started: bool = False
    end: str = ""
    failed: bool = False
    paused_at: int | None = None

    def add(self, event: StreamEvent) -> None:
        """Append an event; the oldest ones are dropped."""
        self.total += 1
        self.events.append((self.total, event))
        del self.events[: -(KEPT_EVENTS if self.paused_at is None else KEPT_WHILE_PAUSED)]

    def toggle_pause(self) -> None:
        """Hide the events that come from now on, or show those that were hidden."""
        self.paused_at = self.total if self.paused_at is None else None
        del self.events[: -(KEPT_EVENTS if self.paused_at is None else KEPT_WHILE_PAUSED)]

    @property
    def shown(self) -> list[tuple[int, StreamEvent]]:
        """The events with their numbers, without those that a pause hides."""
        if self.paused_at is None:
            return self.events
        return [each for each in self.events if each[0] <= self.paused_at]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of an operation as one caller: still waiting, a result, or why there is none.

    ``run`` is the run's number: an outcome is replaced by a later one of the same run.
    """

    run: int
    caller: RunAs
    operation: Definition
    request: Request
    result: Result | None = None
    problem: str = ""
    trace: Mapping[str, Any] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the request has not been answered yet."""
        return self.result is None and not self.problem


@dataclass(slots=True)
class TabState:
    """One tab; it has two outcomes while two callers are compared."""

    id: int
    text: str = ""
    variables: str = ""
    run_as: str = ""
    file: str = ""
    cursor: int = 0
    broken: bool = False
    problem: str = ""
    """Why the last run could not start."""
    outcomes: tuple[Outcome, ...] = ()
    stream: StreamState | None = None

    @property
    def title(self) -> str:
        """The file's name, else the first operation's name, else the tab's number."""
        if self.file:
            return self.file.removesuffix(".graphql")
        return first_name(self.text)[:20] or f"tab {self.id}"

    @property
    def is_live(self) -> bool:
        """Whether a subscription is open in it."""
        return self.stream is not None and not self.stream.end

    @property
    def is_running(self) -> bool:
        """Whether one of its requests has not been answered yet."""
        return any(each.is_waiting for each in self.outcomes)

    @property
    def is_untouched(self) -> bool:
        """Whether the user has written nothing in it."""
        return self.text in ("", WELCOME) and not self.file

    @property
    def compares(self) -> bool:
        """Whether two callers' results stand side by side."""
        return len(self.outcomes) > 1

    def show_outcomes(self, outcomes: tuple[Outcome, ...]) -> None:
        """Replace what the last run left by these."""
        self.problem, self.outcomes, self.stream = "", outcomes, None

    def show_stream(self, stream: StreamState) -> None:
        """Replace what the last run left by a subscription."""
        self.problem, self.outcomes, self.stream = "", (), stream

    def update(self, outcome: Outcome) -> bool:
        """Replace an earlier outcome of the same run; False if the tab has run another since."""
        found = any(each.run == outcome.run for each in self.outcomes)
        self.outcomes = tuple(
            outcome if each.run == outcome.run else each for each in self.outcomes
        )
        return found
