"""Writes the journal in batches, in a thread of its own."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workbench.damaged_files import is_damage, put_aside
from workbench.journal.codec import encode
from workbench.journal.schema import connect_to_write, record
from workbench.model.events import AnyEvent, DeploymentStarted, Level, LogLine
from workbench.wording import plural

KEEP_LOGS_OF = 200
"""Deployments whose log lines are kept."""
KEEP_EVENTS_OF = 1_000
"""Deployments whose events are kept; the history keeps a row of older ones."""
KEEP_LOOSE_EVENTS = 20_000
"""Events outside any deployment that are kept."""
LOG_LINES_A_DEPLOYMENT = 20_000
"""Log lines kept for each deployment; further ones are only counted."""
_WAITING_LIMIT = 50_000
_RETRY_SECONDS = 2.0


class JournalWriter:
    """Writes events in the order of ``append``, which never blocks and never raises.

    If the disk is full or the file can't be written, ``on_trouble`` gets a message once, the events
    wait in memory (log lines are dropped first), and writing resumes when it can.
    """

    def __init__(self, path: Path, on_trouble: Callable[[str], None]) -> None:
        self._path = path
        self._on_trouble = on_trouble
        self._waiting: deque[AnyEvent] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._busy = False
        self._dropped = 0
        self._in_trouble = False
        self._connection: sqlite3.Connection | None = None
        self._lines: tuple[int | None, int] = (None, 0)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, event: AnyEvent) -> None:
        """Queue an event to be written."""
        with self._changed:
            if len(self._waiting) >= _WAITING_LIMIT and isinstance(event, LogLine):
                self._dropped += 1
                return
            self._waiting.append(event)
            self._changed.notify_all()

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until all appended events are on disk; False if that took too long."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._waiting or self._busy:
                left = deadline - time.monotonic()
                if left <= 0 or self._in_trouble:
                    return False
                self._changed.wait(left)
        return True

    def close(self, timeout: float = 2.0) -> None:
        """Write the remaining events and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                batch = list(self._waiting)
                self._waiting.clear()
                dropped, self._dropped = self._dropped, 0
                self._busy = True
            if dropped:
                batch.append(_left_out(batch[-1].at, batch[-1].deployment, dropped))
            written = self._write(batch) if batch else True
            with self._changed:
                self._busy = False
                if not written:
                    self._waiting.extendleft(reversed(batch))
                    self._shed()
                self._changed.notify_all()
                if self._closing and (not written or not self._waiting):
                    break
                if not written:
                    self._changed.wait_for(lambda: self._closing, _RETRY_SECONDS)
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()

    def _shed(self) -> None:
        """Limit the events that wait for a full disk: drop log lines first, then the oldest."""
        if len(self._waiting) <= _WAITING_LIMIT:
            return
        kept = [event for event in self._waiting if not isinstance(event, LogLine)]
        self._dropped += len(self._waiting) - len(kept)
        self._waiting = deque(kept, maxlen=None)
        while len(self._waiting) > _WAITING_LIMIT:
            self._waiting.popleft()

    def _write(self, batch: list[AnyEvent]) -> bool:
        try:
            if self._connection is None:
                self._connection = connect_to_write(self._path)
            self._write_batch(self._connection, batch)
        except (sqlite3.Error, OSError) as error:
            if self._give_up_connection(error):
                return False  # a new file begins with the next attempt, at once
            if not self._in_trouble:
                self._in_trouble = True
                self._on_trouble(
                    f"The journal {self._path} can't be written ({error}). "
                    "The sandbox continues; its history is kept in memory until it can be written."
                )
            return False
        self._in_trouble = False
        return True

    def _give_up_connection(self, error: Exception) -> bool:
        """Close the file; returns whether it was damaged and has been moved aside."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.rollback()
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if isinstance(error, IsADirectoryError) or (
            isinstance(error, sqlite3.Error) and is_damage(error)
        ):
            # A damaged journal must not stop the next one: move it aside and start a new one.
            with suppress(OSError):
                kept = put_aside(self._path, only_copy=True)
                self._on_trouble(
                    f"The journal was damaged ({error}); a new one was started. "
                    f"The damaged file is kept: {kept}"
                )
                return True
        return False

    def _write_batch(self, connection: sqlite3.Connection, batch: list[AnyEvent]) -> None:
        lines = self._lines
        connection.execute("BEGIN IMMEDIATE")
        for event in batch:
            if isinstance(event, LogLine):
                count = lines[1] + 1 if lines[0] == event.deployment else 1
                lines = (event.deployment, count)
                if event.deployment is not None and count > LOG_LINES_A_DEPLOYMENT:
                    if count == LOG_LINES_A_DEPLOYMENT + 1:
                        self._insert(connection, _too_many(event))
                    continue
            self._insert(connection, event)
            record(connection, event)
            if isinstance(event, DeploymentStarted) and event.deployment is not None:
                _prune(connection, event.deployment)
        connection.execute("COMMIT")
        self._lines = lines

    @staticmethod
    def _insert(connection: sqlite3.Connection, event: AnyEvent) -> None:
        connection.execute(
            "INSERT INTO events (at, deployment, kind, body) VALUES (?, ?, ?, ?)",
            (event.at, event.deployment, event.kind, encode(event)),
        )


def _prune(connection: sqlite3.Connection, newest: int) -> None:
    connection.execute(
        "DELETE FROM events WHERE kind = 'log' AND deployment <= ?", (newest - KEEP_LOGS_OF,)
    )
    connection.execute("DELETE FROM events WHERE deployment <= ?", (newest - KEEP_EVENTS_OF,))
    connection.execute(
        "DELETE FROM events WHERE deployment IS NULL AND id <= "
        "(SELECT id FROM events WHERE deployment IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (KEEP_LOOSE_EVENTS,),
    )


def _left_out(at: float, deployment: int | None, count: int) -> LogLine:
    return LogLine(
        at=at,
        deployment=deployment,
        level=Level.WARNING,
        source="journal",
        text=f"left out of the journal because they came too fast: {plural(count, 'log line')}",
    )


def _too_many(event: LogLine) -> LogLine:
    return LogLine(
        at=event.at,
        deployment=event.deployment,
        level=Level.WARNING,
        source="journal",
        text=f"More than {LOG_LINES_A_DEPLOYMENT:,} log lines in one deployment; the journal "
        "keeps no more of them",
    )
