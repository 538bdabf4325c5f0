"""The history of runs: a SQLite file beside the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.damaged_files import is_damage, put_aside
from workbench.private_files import private_file, private_folder

FILE_NAME = "playground.sqlite3"
KEPT = 2_000
_TABLE = """
create table if not exists runs (
  number integer primary key autoincrement, at real not null, title text not null,
  kind text not null, query text not null, variables text not null, run_as text not null,
  status integer not null, errors integer not null, seconds real not null
)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an operation; ``at`` in seconds since 1970, ``errors`` counts the result's."""

    at: float
    title: str
    kind: str
    query: str
    variables: str
    run_as: str
    status: int
    errors: int
    seconds: float
    number: int = 0


class History:
    """The runs of one sandbox; every call opens the file and may block. Raises sqlite3.Error."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def add(self, run: Run) -> None:
        """Add a run, without its caller's secret; the oldest beyond ``KEPT`` are removed."""
        caller = run.run_as.partition(":")[0] if run.run_as.startswith("lambda:") else run.run_as
        row = (
            run.at,
            run.title,
            run.kind,
            run.query,
            run.variables,
            caller,
            run.status,
            run.errors,
            run.seconds,
        )
        with self._open() as database:
            database.execute(
                "insert into runs (at, title, kind, query, variables, run_as, status, errors,"
                " seconds) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            database.execute(
                "delete from runs where number <= (select max(number) from runs) - ?", (KEPT,)
            )

    def find(self, wanted: str = "", most: int = 200) -> tuple[Run, ...]:
        """The newest runs whose query, variables or title contain every word of ``wanted``."""
        words = wanted.split()
        conditions = " and ".join(
            "(query like ? escape '\\' or variables like ? escape '\\')" for _ in words
        )
        patterns = [pattern for word in words for pattern in [_pattern(word)] * 2]
        where = f"where {conditions}" if words else ""
        with self._open() as database:
            rows = database.execute(
                "select at, title, kind, query, variables, run_as, status, errors, seconds, number"
                f" from runs {where} order by number desc limit ?",
                [*patterns, most],
            ).fetchall()
        return tuple(Run(*row) for row in rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        private_folder(self._path.parent)
        private_file(self._path)
        try:
            _check(self._path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            put_aside(self._path, only_copy=True)
            private_file(self._path)
        with closing(sqlite3.connect(self._path, timeout=5)) as database, database:
            database.execute(_TABLE)
            yield database


def _check(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=5)) as database:
        database.execute(_TABLE)
        database.execute("select number, at, seconds from runs limit 1")
        database.rollback()


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
