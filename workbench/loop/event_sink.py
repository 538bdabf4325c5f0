"""The one way that a sandbox's events go: masked, into the journal, then to the front end."""

from __future__ import annotations

import time

from workbench.journal.store import Journal
from workbench.model.events import AnyEvent, Emit, Level, LogLine
from workbench.redaction.redactor import Redactor


class EventSink:
    """Takes events from any thread; nothing reaches a disk or a screen with a secret in it."""

    def __init__(self, emit: Emit, redactor: Redactor) -> None:
        self._emit = emit
        self.redactor = redactor
        self._journal: Journal | None = None

    def write_to(self, journal: Journal | None) -> None:
        """Keep events in this journal from now on; None for none."""
        self._journal = journal

    def __call__(self, event: AnyEvent) -> None:
        """Take one event."""
        masked = self.redactor.event(event)
        journal = self._journal
        if journal is not None:
            journal.append(masked)
        self._emit(masked)

    def show(self, event: AnyEvent) -> None:
        """Pass on an event that the journal does not keep: there are too many of its kind."""
        self._emit(self.redactor.event(event))

    def tell(self, level: Level, text: str, source: str = "sandbox") -> None:
        """Log a line of the loop's own, or of the stage that ``source`` names."""
        self(LogLine(at=time.time(), level=level, source=source, text=text))

    def tell_only_screen(self, text: str) -> None:
        """Show a warning about the journal itself, which must not wait in the journal."""
        line = LogLine(at=time.time(), level=Level.WARNING, source="journal", text=text)
        self._emit(self.redactor.event(line))
