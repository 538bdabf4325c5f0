"""The local cloud's saved state: one SQLite file, written in transactions, never half.

A service's state is one JSON document; DynamoDB items are rows, so that a write to a large table
saves one row. SQLite's write-ahead log survives ``kill -9`` at any moment; a file damaged by
something else is put aside, and the copy made at the last good start takes its place.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE_NAME = "state.sqlite3"
PREVIOUS_NAME = "state.previous.sqlite3"
FORMAT = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob (name TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  tab TEXT NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL, document BLOB NOT NULL,
  PRIMARY KEY (tab, pk, sk)) WITHOUT ROWID;
"""

logger = logging.getLogger("local cloud")

ItemKey = tuple[str, str, str]
"""Table ARN, partition key, sort key (empty where the table has none)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one save writes: ``emptied`` tables lose all their rows before ``items`` are written.

    An item whose document is None is deleted. ``blobs`` are named by their content.
    """

    services: Mapping[str, bytes] = field(default_factory=dict)
    emptied: tuple[str, ...] = ()
    items: Mapping[ItemKey, bytes | None] = field(default_factory=dict)
    blobs: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.services or self.emptied or self.items)


class StateStore:
    """An open state file; to be used by one thread at a time."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._previous = directory / PREVIOUS_NAME
        directory.mkdir(parents=True, exist_ok=True)
        self._connection = self._open_or_replace()

    def services(self) -> dict[str, bytes]:
        """Every service's document by its name."""
        return dict(self._connection.execute("SELECT name, document FROM service"))

    def items(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Every item: table, partition key, sort key, document; ordered by table."""
        yield from self._connection.execute(
            "SELECT tab, pk, sk, document FROM item ORDER BY tab, pk, sk"
        )

    def blob(self, name: str) -> bytes:
        """One blob; raises KeyError where it is missing."""
        row = self._connection.execute("SELECT data FROM blob WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return bytes(row[0])

    def drop_unused_blobs(self) -> None:
        """Delete the blobs that no service's document names."""
        text = b"".join(self.services().values())
        names = [name for (name,) in self._connection.execute("SELECT name FROM blob")]
        unused = [(name,) for name in names if name.encode() not in text]
        self._connection.executemany("DELETE FROM blob WHERE name = ?", unused)

    def write(self, changes: Changes) -> None:
        """Write all changes in one transaction; raises sqlite3.Error (nothing is written then)."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(
                "INSERT OR IGNORE INTO blob VALUES (?, ?)", changes.blobs.items()
            )
            connection.executemany(
                "INSERT OR REPLACE INTO service VALUES (?, ?)", changes.services.items()
            )
            connection.executemany(
                "DELETE FROM item WHERE tab = ?", [(table,) for table in changes.emptied]
            )
            connection.executemany(
                "DELETE FROM item WHERE tab = ? AND pk = ? AND sk = ?",
                [key for key, document in changes.items.items() if document is None],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)", _rows(changes.items)
            )
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def keep_copy(self) -> None:
        """Keep this state as the one to fall back on; the old copy stays until the new one is whole."""
        temporary = self._previous.with_suffix(".tmp")
        temporary.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(temporary)) as copy:
            self._connection.backup(copy)
        temporary.replace(self._previous)

    def close(self) -> None:
        """Close the file; SQLite folds its write-ahead log into it."""
        self._connection.close()

    def _open_or_replace(self) -> sqlite3.Connection:
        if self._path.exists() or self._previous.exists():
            for attempt in ("current", "previous"):
                if attempt == "previous" and not self._bring_back_previous():
                    break
                try:
                    return _open(self._path)
                except (sqlite3.DatabaseError, OSError) as error:
                    logger.error("the saved state (%s) cannot be read: %s", attempt, error)  # noqa: TRY400 - one line, no trace
                    self._put_aside()
        return _open(self._path)

    def _put_aside(self) -> None:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for suffix in ("", "-wal", "-shm"):
            path = self._path.with_name(FILE_NAME + suffix)
            if path.exists():
                path.replace(path.with_name(f"damaged-{stamp}-{path.name}"))

    def _bring_back_previous(self) -> bool:
        if not self._previous.exists():
            return False
        self._path.write_bytes(self._previous.read_bytes())
        logger.warning("the state of the last good start takes its place")
        return True


def _rows(items: Mapping[ItemKey, bytes | None]) -> Iterable[tuple[str, str, str, bytes]]:
    return ((*key, document) for key, document in items.items() if document is not None)


def _open(path: Path) -> sqlite3.Connection:
    """Open and check a state file; raises sqlite3.DatabaseError where it is damaged."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found is None or found[0] != "ok":
            raise sqlite3.DatabaseError(f"damaged: {found}")
        saved = connection.execute("PRAGMA user_version").fetchone()[0]
        if saved > FORMAT:
            raise sqlite3.DatabaseError(f"written by a newer release (format {saved})")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        connection.close()
        raise
    return connection
