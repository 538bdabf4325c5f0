"""The open tabs as the screen works with them: what is written, and the last result or stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.worker import Worker

from workbench.playground.documents import Definition, first_name
from workbench.playground.requests import Request, Result
from workbench.playground.run_as import RunAs
from workbench.playground.saved_tabs import Tab, Workspace, load_workspace, save_workspace
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
class StreamRecord:
    """A tab's stream, also while another tab is in front; ``total`` counts the dropped too.

    ``paused_at`` is the total when it was paused, None while it is not.
    """

    caller: RunAs
    events: list[tuple[int, StreamEvent]] = field(default_factory=list)
    total: int = 0
    started: bool = False
    end: str = ""
    failed: bool = False
    paused_at: int | None = None

    def add(self, event: StreamEvent) -> None:
        """Keep an event, the newest ones only."""
        self.total += 1
        self.events.append((self.total, event))
        del self.events[: -(KEPT_EVENTS if self.paused_at is None else KEPT_WHILE_PAUSED)]

    def toggle_pause(self) -> None:
        """Hold what comes from now on back, or take it in."""
        self.paused_at = self.total if self.paused_at is None else None
        del self.events[: -(KEPT_EVENTS if self.paused_at is None else KEPT_WHILE_PAUSED)]

    @property
    def shown(self) -> list[tuple[int, StreamEvent]]:
        """The events with their numbers, without those held back."""
        if self.paused_at is None:
            return self.events
        return [each for each in self.events if each[0] <= self.paused_at]


@dataclass(slots=True)
class Outcome:
    """One run of an operation as one caller: still going, or its result, or why there is none."""

    caller: RunAs
    operation: Definition
    request: Request
    result: Result | None = None
    problem: str = ""
    trace: Mapping[str, Any] | None = None
    worker: Worker[None] | None = None


@dataclass(slots=True)
class Sheet:
    """One tab; its outcomes are two where two callers are compared."""

    id: int
    text: str = ""
    variables: str = ""
    run_as: str = ""
    file: str = ""
    cursor: int = 0
    broken: bool = False
    problem: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    stream: StreamRecord | None = None
    last: tuple[RunAs, Request] | None = None
    worker: Worker[None] | None = None
    """The stream's."""

    @property
    def title(self) -> str:
        """Its file's name, else its first named operation, else its number."""
        if self.file:
            return self.file.removesuffix(".graphql")
        return first_name(self.text)[:20] or f"tab {self.id}"

    @property
    def is_live(self) -> bool:
        """Whether a stream runs in it."""
        return self.worker is not None

    @property
    def is_running(self) -> bool:
        """Whether a request of it is not answered yet."""
        return any(each.worker is not None for each in self.outcomes)

    @property
    def is_untouched(self) -> bool:
        """Whether the user has written nothing in it."""
        return self.text in ("", WELCOME) and not self.file

    def clear(self) -> None:
        """Forget what the last run brought."""
        self.problem, self.outcomes, self.stream = "", [], None


class Sheets:
    """All tabs; there is always one in front."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: list[Sheet] = [Sheet(1, WELCOME)]
        self.active = self.all[0]

    def load(self) -> str:
        """Take in what was kept; returns a warning or nothing. Blocks."""
        kept, warning = load_workspace(self.folder)
        if kept.tabs:
            self.all = [
                Sheet(tab.id, tab.text, tab.variables, tab.run_as, tab.file, tab.cursor)
                for tab in kept.tabs
            ]
            self.active = next((each for each in self.all if each.id == kept.active), self.all[0])
        return warning

    def kept(self) -> Workspace:
        """What of the tabs is kept."""
        tabs = tuple(
            Tab(
                id=each.id,
                text=each.text,
                variables=each.variables,
                run_as=each.run_as,
                file=each.file,
                cursor=each.cursor,
            )
            for each in self.all
        )
        return Workspace(tabs=tabs, active=self.active.id)

    def save(self) -> None:
        """Write all tabs; blocks. Raises OSError."""
        save_workspace(self.folder, self.kept())

    def add(self) -> None:
        """Open an empty tab behind the one in front, with its caller."""
        used = {each.id for each in self.all}
        sheet = Sheet(min(set(range(1, len(used) + 2)) - used), run_as=self.active.run_as)
        self.all.insert(self.all.index(self.active) + 1, sheet)
        self.active = sheet

    def close(self) -> None:
        """Close the tab in front."""
        at = self.all.index(self.active)
        self.all.remove(self.active)
        if not self.all:
            self.all.append(Sheet(1, WELCOME))
        self.active = self.all[min(at, len(self.all) - 1)]

    def step(self, step: int) -> None:
        """Go to a neighbour, around the ends."""
        self.active = self.all[(self.all.index(self.active) + step) % len(self.all)]

    def go_to(self, tab: int) -> None:
        """Bring a tab to the front."""
        self.active = next((each for each in self.all if each.id == tab), self.active)
