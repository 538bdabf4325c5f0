"""The append-only journal of a sandbox, in SQLite.

The owner of the sandbox appends; any thread or process may read at any time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workbench.journal.codec import decode
from workbench.journal.records import DeploymentRecord
from workbench.journal.schema import COLUMNS, connect_to_read, row_to_record
from workbench.journal.writer import JournalWriter
from workbench.model.events import AnyEvent, ConfirmationAnswered, ResourcesListed

FILE_NAME = "journal.sqlite3"


def journal_path(sandbox_dir: Path) -> Path:
    """Return the path of the journal in ``project.sandbox_dir(name)``."""
    return sandbox_dir / FILE_NAME


def _ignore(_message: str) -> None:
    """Ignore a message, for journals that are only read."""


class Journal:
    """A sandbox's journal; the first ``append`` creates the file.

    Reading a journal that is missing or damaged returns nothing instead of an error: the history
    is never a reason to stop.
    """

    def __init__(self, path: Path, on_trouble: Callable[[str], None] = _ignore) -> None:
        self.path = path
        self._on_trouble = on_trouble
        self._writer: JournalWriter | None = None

    # writing

    def append(self, event: AnyEvent) -> None:
        """Queue an event to be written; never blocks or raises (see ``JournalWriter``)."""
        if self._writer is None:
            self._writer = JournalWriter(self.path, self._on_trouble)
        self._writer.append(event)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until all appended events can be read; False if that took too long."""
        return self._writer is None or self._writer.flush(timeout)

    def close(self) -> None:
        """Write the remaining events and close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    # reading

    def deployments(
        self, limit: int = 50, before: int | None = None
    ) -> tuple[DeploymentRecord, ...]:
        """Return the history, newest first, of deployments ``before`` a number if it is given."""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM deployments WHERE number < ? ORDER BY number DESC LIMIT ?",
            (before if before is not None else 2**62, limit),
        )
        return tuple(row_to_record(row) for row in rows)

    def deployment(self, number: int) -> DeploymentRecord | None:
        """Return one deployment, or None."""
        rows = self._rows(f"SELECT {COLUMNS} FROM deployments WHERE number = ?", (number,))
        return row_to_record(rows[0]) if rows else None

    def unfinished(self) -> tuple[DeploymentRecord, ...]:
        """Return deployments that run or whose process died, oldest first."""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM deployments WHERE result IS NULL ORDER BY number", ()
        )
        return tuple(row_to_record(row) for row in rows)

    def events_of(self, number: int) -> tuple[AnyEvent, ...]:
        """Return all events of a deployment, in order."""
        rows = self._rows("SELECT body FROM events WHERE deployment = ? ORDER BY id", (number,))
        return tuple(_decoded(row[0] for row in rows))

    def decisions(self, numbers: Collection[int]) -> tuple[ConfirmationAnswered, ...]:
        """Return the user's answers to questions in these deployments, in order."""
        if not numbers:
            return ()
        marks = ",".join("?" * len(numbers))
        rows = self._rows(
            "SELECT body FROM events WHERE kind = 'confirmation-answered' "
            f"AND deployment IN ({marks}) ORDER BY id",
            tuple(numbers),
        )
        found = _decoded(row[0] for row in rows)
        return tuple(event for event in found if isinstance(event, ConfirmationAnswered))

    def latest_resources(self) -> ResourcesListed | None:
        """Return the last list of the stack's resources."""
        rows = self._rows(
            "SELECT body FROM events WHERE kind = 'resources' ORDER BY id DESC LIMIT 1", ()
        )
        for event in _decoded(row[0] for row in rows):
            if isinstance(event, ResourcesListed):
                return event
        return None

    def events_after(self, event_id: int, limit: int = 2000) -> tuple[int, tuple[AnyEvent, ...]]:
        """Return the id to pass next time, and the events written after ``event_id``."""
        rows = self._rows(
            "SELECT id, body FROM events WHERE id > ? ORDER BY id LIMIT ?", (event_id, limit)
        )
        if not rows:
            return event_id, ()
        return int(str(rows[-1][0])), tuple(_decoded(row[1] for row in rows))

    def first_id_of(self, number: int) -> int:
        """Return the id of a deployment's first event, or 0."""
        rows = self._rows("SELECT min(id) FROM events WHERE deployment = ?", (number,))
        return int(str(rows[0][0])) if rows and rows[0][0] is not None else 0

    def last_id(self) -> int:
        """Return the id of the newest event, or 0."""
        rows = self._rows("SELECT max(id) FROM events", ())
        return int(str(rows[0][0])) if rows and rows[0][0] is not None else 0

    def next_number(self) -> int:
        """Return the number for the next deployment."""
        rows = self._rows("SELECT max(number) FROM deployments", ())
        return int(str(rows[0][0])) + 1 if rows and rows[0][0] is not None else 1

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
        # A connection for each query costs 0.2 ms and is safe from any thread.
        try:
            with self._reading() as connection:
                return connection.execute(query, values).fetchall()
        except sqlite3.Error:
            return []

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(connect_to_read(self.path)) as connection:
            yield connection


def _decoded(bodies: Iterator[object]) -> Iterator[AnyEvent]:
    for body in bodies:
        try:
            yield decode(str(body))
        except ValueError:
            # A newer version wrote an event of a kind that this one does not know.
            continue
