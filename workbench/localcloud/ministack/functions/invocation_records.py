"""The functions' last invocations with their events and results, in a private file.

They are for the developer alone: events hold what users typed. A function's newest are kept, and
all together are bounded. Writes happen in a thread: no invocation waits for them.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench.localcloud.ministack.functions.invocation_counts import InvocationCounts
from workbench.private_files import private_file

logger = logging.getLogger("local cloud")

MOST: Final = 200
"""Invocations of one function that are kept."""
LONGEST: Final = 256 * 1024
"""Characters of an event, and of a result; the rest is left out."""
ALL_CHARACTERS: Final = 64 * 1024 * 1024
_WAITING: Final = 2_000
"""Invocations that wait to be written; in a flood beyond that, some are not recorded."""

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS invocations (
    number INTEGER PRIMARY KEY AUTOINCREMENT, function TEXT NOT NULL, region TEXT NOT NULL,
    request TEXT NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_function ON invocations (function, region, number);
CREATE INDEX IF NOT EXISTS by_request ON invocations (request);
"""


@dataclass(frozen=True, slots=True)
class InvocationRecord:
    """One invocation that has ended; ``at`` is its start, in seconds since the epoch."""

    function: str
    region: str
    request: str
    at: float
    seconds: float
    event: Any
    result: Any
    failed: bool

    def document(self) -> dict[str, Any]:
        """As it is answered: times in milliseconds, event and result as JSON texts."""
        event, cut = _text(self.event)
        result, result_cut = _text(self.result)
        return {
            "requestId": self.request,
            "function": self.function,
            "region": self.region,
            "at": int(self.at * 1000),
            "durationMs": round(self.seconds * 1000, 2),
            "event": event,
            "result": result,
            "failed": self.failed,
            "truncated": cut or result_cut,
        }


def _text(value: Any) -> tuple[str, bool]:
    text = (
        value.decode(errors="replace")
        if isinstance(value, bytes)
        else json.dumps(value, ensure_ascii=False, default=str)
    )
    return text[:LONGEST], len(text) > LONGEST


class InvocationRecords:
    """Opens the file, or begins it anew where it is damaged; safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._counts = InvocationCounts()
        self._connection = self._opened()
        self._waiting: queue.Queue[InvocationRecord | threading.Event | None] = queue.Queue(
            _WAITING
        )
        self._thread = threading.Thread(target=self._write, name="invocations", daemon=True)
        self._thread.start()

    def add(self, record: InvocationRecord) -> None:
        """Record an invocation soon; it is counted in any case."""
        self._counts.add(
            record.region, record.function, record.at, record.seconds, failed=record.failed
        )
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(record)

    def newest(
        self, function: str, region: str, *, limit: int = 50, before: int = 0, request: str = ""
    ) -> list[Mapping[str, Any]]:
        """A function's invocations, newest first; ``before`` a ``number`` of an earlier answer."""
        self._settle()
        wanted, values = ["function = ?", "region = ?"], [function, region]
        if before:
            wanted, values = [*wanted, "number < ?"], [*values, str(before)]
        if request:
            wanted, values = [*wanted, "request = ?"], [*values, request]
        asked = f"SELECT number, document FROM invocations WHERE {' AND '.join(wanted)}"
        with self._lock:
            rows = self._connection.execute(
                f"{asked} ORDER BY number DESC LIMIT ?", (*values, max(1, min(limit, MOST)))
            ).fetchall()
        return [{**json.loads(document), "number": number} for number, document in rows]

    def statistics(self, region: str) -> Mapping[str, Mapping[str, Any]]:
        """How often each function ran in the last hour, and how long."""
        with self._lock:
            with self._connection:
                self._counts.write(self._connection)
            return self._counts.read(self._connection, region, time.time())

    def close(self) -> None:
        """Write what waits, and close the file."""
        self._waiting.put(None)
        self._thread.join(timeout=5)
        with self._lock:
            with self._connection:
                self._counts.write(self._connection)
            self._connection.close()

    # -- the thread -------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Wait until what was added before is written."""
        done = threading.Event()
        self._waiting.put(done)
        done.wait(timeout=5)

    def _write(self) -> None:
        while True:
            each = self._waiting.get()
            if each is None:
                return
            if isinstance(each, threading.Event):
                each.set()
                continue
            try:
                self._add(each)
            except (sqlite3.Error, ValueError, TypeError) as error:
                logger.warning("an invocation of %s is not recorded: %s", each.function, error)

    def _add(self, record: InvocationRecord) -> None:
        text = json.dumps(record.document(), ensure_ascii=False)
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT INTO invocations (function, region, request, at, size, document)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (record.function, record.region, record.request, int(record.at * 1000), len(text),
                 text),
            )  # fmt: skip
            self._connection.execute(
                "DELETE FROM invocations WHERE number IN (SELECT number FROM invocations"
                " WHERE function = ? AND region = ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
                (record.function, record.region, MOST),
            )
            self._shrink()
            self._counts.write(self._connection)

    def _shrink(self) -> None:
        (size,) = self._connection.execute("SELECT total(size) FROM invocations").fetchone()
        while size > ALL_CHARACTERS:
            number, first = self._connection.execute(
                "SELECT number, size FROM invocations ORDER BY number LIMIT 1"
            ).fetchone()
            self._connection.execute("DELETE FROM invocations WHERE number = ?", (number,))
            size -= first

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            logger.warning("the recorded invocations are lost: %s", error)
            self._path.unlink(missing_ok=True)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        private_file(self._path)
        connection = sqlite3.connect(self._path, check_same_thread=False)
        connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {_TABLE}")
        self._counts.open(connection)
        return connection
