"""The local cloud's saved state: one SQLite file, written in transactions, never half.

A service's state is one JSON document and rows for what is large in it; DynamoDB items are rows
too, so that a write to a large table saves one row. SQLite's write-ahead log survives ``kill -9``
at any moment, and a power cut, as each save waits for the disk; what happens with a file that
something else has damaged is ``state_recovery``'s.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.atomic_files import replacing

FILE_NAME = "state.sqlite3"
PREVIOUS_NAME = "state.previous.sqlite3"
FORMAT = 2
"""2: rows for what is large in a service. Files of format 1 are read, and written on as 2."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob (name TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  tab TEXT NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL, document BLOB NOT NULL,
  PRIMARY KEY (tab, pk, sk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (
  number INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, parent TEXT NOT NULL,
  name TEXT NOT NULL, document BLOB NOT NULL, UNIQUE (service, parent, name));
"""
_SEPARATOR, _AFTER_SEPARATOR = "\x1f", "\x20"

PartKey = tuple[str, str, str]
"""Service, path of the container (names after separators), name in it."""

ItemKey = tuple[str, str, str]
"""Table ARN, partition key, sort key (empty where the table has none)."""


class DamagedStateError(Exception):
    """The file, or what it holds, is not what was written; the message says what is wrong."""


class NewerStateError(Exception):
    """A newer release of amplify-tui wrote it: it is sound, but not to be read by this one."""


class UnreachableStateError(Exception):
    """The file may be sound, but cannot be read or written now; the message says why.

    ``next_step`` says what the user can do about it.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one save: ``emptied`` tables lose all their rows before ``items`` are written.

    An item whose document is None is deleted. ``removed`` parts go with all below them, before
    ``parts`` are written; one without path and name stands for its whole service. ``blobs`` are
    named by their content.
    """

    services: Mapping[str, bytes] = field(default_factory=dict)
    emptied: tuple[str, ...] = ()
    items: Mapping[ItemKey, bytes | None] = field(default_factory=dict)
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    parts: Mapping[PartKey, bytes] = field(default_factory=dict)
    removed: tuple[PartKey, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.services or self.emptied or self.items or self.parts or self.removed)


class StateStore:
    """An open state file; to be used by one thread at a time.

    Opening it makes it where it is missing, and raises :class:`DamagedStateError`,
    :class:`NewerStateError` or :class:`UnreachableStateError`. ``read_only`` leaves every byte of
    it as it is. Without ``may_be_new``, a file in which nothing was ever saved counts as damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False, may_be_new: bool = True) -> None:
        self._path = path
        self._connection = _open(path, read_only, may_be_new and not read_only)

    def service_names(self) -> frozenset[str]:
        """The services that have a document."""
        return frozenset(name for (name,) in self._connection.execute("SELECT name FROM service"))

    def services(self) -> dict[str, bytes]:
        """Every service's document by its name."""
        return dict(self._connection.execute("SELECT name, document FROM service"))

    def parts(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Every part: service, path of its container, name, document; as they were first saved."""
        if self._has_parts():
            yield from self._connection.execute(
                "SELECT service, parent, name, document FROM part ORDER BY number"
            )

    def text_of(self, service: str) -> bytes:
        """All that is saved of a service, in no order: to look for names in it."""
        query = "SELECT document FROM service WHERE name = ?1"
        if self._has_parts():
            query += " UNION ALL SELECT document FROM part WHERE service = ?1"
        return b"\n".join(document for (document,) in self._connection.execute(query, (service,)))

    def _has_parts(self) -> bool:
        """Whether it is of format 2: one of format 1 that is only read stays as it is."""
        query = "SELECT 1 FROM sqlite_master WHERE name = 'part'"
        return self._connection.execute(query).fetchone() is not None

    def items(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Every item: table, partition key, sort key, document; ordered by table.

        Raises DamagedStateError for a document that is not JSON.
        """
        _have_json(self._connection)
        for *item, is_valid in self._connection.execute(
            "SELECT tab, pk, sk, document, json_valid(CAST(document AS TEXT)) FROM item"
            " ORDER BY tab, pk, sk"
        ):
            if not is_valid:
                raise DamagedStateError(f"an item of {item[0]} is not valid JSON")
            yield item[0], item[1], item[2], item[3]

    def blob(self, name: str) -> bytes:
        """One blob; raises KeyError where it is missing."""
        row = self._connection.execute("SELECT data FROM blob WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return bytes(row[0])

    def drop_unused_blobs(self) -> None:
        """Delete the blobs that no document names."""
        names = [name for (name,) in self._connection.execute("SELECT name FROM blob")]
        if not names:
            return
        parts = self._connection.execute(
            "SELECT document FROM part WHERE instr(document, ?)", (b"_blob__",)
        )
        text = b"".join((*self.services().values(), *(document for (document,) in parts)))
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
            for service, parent, name in changes.removed:
                _remove_parts(connection, service, parent, name)
            # An upsert keeps the number, and with it the order of members.
            connection.executemany(
                "INSERT INTO part (service, parent, name, document) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET document = excluded.document",
                ((*key, document) for key, document in changes.parts.items()),
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
        """Keep this state to fall back on; the old copy stays until the new one is complete.

        A state without services never becomes the copy: there is nothing in it to fall back on. May
        run in another thread beside ``write``: it reads what was last written when it began.
        """
        if not self.service_names():
            return
        previous = self._path.with_name(PREVIOUS_NAME)
        with (
            replacing(previous, mode=0o600, flush=True) as part,
            contextlib.closing(sqlite3.connect(self._path)) as source,
            contextlib.closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)

    def close(self) -> None:
        """Close the file; SQLite folds its write-ahead log into it."""
        self._connection.close()


def _have_json(connection: sqlite3.Connection) -> None:
    """SQLite checks a million documents in a second; it may have been built without that."""
    try:
        connection.execute("SELECT json_valid('{}')")
    except sqlite3.OperationalError:
        connection.create_function("json_valid", 1, _is_json, deterministic=True)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _remove_parts(connection: sqlite3.Connection, service: str, parent: str, name: str) -> None:
    if not name:
        connection.execute("DELETE FROM part WHERE service = ?", (service,))
        return
    below = f"{parent}{_SEPARATOR}{name.replace(_SEPARATOR, chr(0x1E))}"
    connection.execute(
        "DELETE FROM part WHERE service = ? AND parent = ? AND name = ?", (service, parent, name)
    )
    connection.execute(
        "DELETE FROM part WHERE service = ? AND (parent = ? OR (parent > ? AND parent < ?))",
        (service, below, below + _SEPARATOR, below + _AFTER_SEPARATOR),
    )


def _rows(items: Mapping[ItemKey, bytes | None]) -> Iterable[tuple[str, str, str, bytes]]:
    return ((*key, document) for key, document in items.items() if document is not None)


def _open(path: Path, read_only: bool, may_be_new: bool) -> sqlite3.Connection:
    _check_reach(path, read_only=read_only)
    # immutable: SQLite takes no locks and makes no files beside one that is only looked at.
    uri = path.absolute().as_uri() + ("?mode=ro&immutable=1" if read_only else "")
    connection = None
    try:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5
        )
        version = _check(connection, may_be_new)
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # A commit waits for the disk: 1-20 ms in the saving thread, and it survives a power
            # cut.
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)
            if version != FORMAT:
                connection.execute(f"PRAGMA user_version = {FORMAT}")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise said_of(error, path) from error
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    return connection


def _check_reach(path: Path, *, read_only: bool) -> None:
    if path.is_dir():
        raise DamagedStateError("a folder is in its place")
    mode = os.R_OK if read_only else os.R_OK | os.W_OK
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if each.exists() and not os.access(each, mode):
            raise UnreachableStateError(
                f"{each} cannot be {'read' if read_only else 'read and written'} by this user",
                f"give it back to yourself (chmod u+rw {each}), then start again",
            )


def _check(connection: sqlite3.Connection, may_be_new: bool) -> int:
    """The format of a sound container that this release can read; 0 for a new one."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > FORMAT:
        raise NewerStateError(f"format {version}")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise DamagedStateError("its pages do not fit together")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if version and not {"service", "blob", "item", *(("part",) if version > 1 else ())} <= tables:
        raise DamagedStateError("its tables are missing")
    if not version and tables:
        raise DamagedStateError("it is another program's database")
    if not version and not may_be_new:
        raise DamagedStateError("it is empty")
    return version


_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_REASONS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room, then start again"),
    sqlite3.SQLITE_READONLY: (
        "its folder cannot be written",
        "make the folder writable, then start again",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "its folder cannot be written",
        "make the folder writable, then start again",
    ),
    sqlite3.SQLITE_BUSY: ("another program has it open", "end that program, then start again"),
    sqlite3.SQLITE_IOERR: (
        "the disk does not read or write it",
        "look whether the disk is full or failing, then start again",
    ),
}


def said_of(error: sqlite3.Error, path: Path) -> Exception:
    """What SQLite's error says of the file: damage, or a hindrance that the user can remove."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _DAMAGE:
        return DamagedStateError(str(error))
    why, next_step = _REASONS.get(code, (str(error), "then start again"))
    return UnreachableStateError(f"{path} cannot be opened: {why}", next_step)
