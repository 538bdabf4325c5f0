"""The journal's tables, and how events update a deployment's row."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

from workbench.journal.records import DeploymentRecord, DiffSummary, StageTiming
from workbench.model.deployment import DeploymentResult, Effect, Failure, Method
from workbench.model.events import (
    AnyEvent,
    DeploymentFinished,
    DeploymentStarted,
    DiffComputed,
    PlanMade,
    StageFinished,
    Trigger,
)
from workbench.private_files import private_file, private_folder

VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS deployments (
    number INTEGER PRIMARY KEY,
    cause TEXT NOT NULL,
    started REAL NOT NULL,
    finished REAL,
    result TEXT,
    method TEXT,
    summary TEXT,
    stages TEXT NOT NULL DEFAULT '[]',
    failure TEXT
);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    deployment INTEGER,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_deployment ON events (deployment, kind);
CREATE INDEX IF NOT EXISTS events_by_kind ON events (kind, id);
"""


class NewerJournalError(OSError):
    """The journal was written by a newer release and must not be changed."""


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open or create the journal for its only writer; raises ``sqlite3.Error`` or ``OSError``."""
    private_folder(path.parent)
    private_file(path)
    connection = sqlite3.connect(path, timeout=2.0, isolation_level=None, check_same_thread=False)
    try:
        # WAL lets readers in other terminals read while we write; NORMAL is safe against a killed
        # process and spares an fsync on each commit.
        if connection.execute("PRAGMA user_version").fetchone()[0] > VERSION:
            raise NewerJournalError(f"{path} was written by a newer release of amplify-tui")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.executescript(_TABLES)
        connection.execute(f"PRAGMA user_version={VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open an existing journal read-only."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)


def record(connection: sqlite3.Connection, event: AnyEvent) -> None:
    """Update the deployment's row by an event; some events do not change it."""
    number = event.deployment
    if isinstance(event, DeploymentStarted):
        connection.execute(
            "INSERT OR REPLACE INTO deployments (number, cause, started) VALUES (?, ?, ?)",
            (number, json.dumps(asdict(event.trigger)), event.at),
        )
    elif isinstance(event, DiffComputed):
        effects = [change.effect for change in event.diff.changes]
        summary = (
            effects.count(Effect.CREATE),
            effects.count(Effect.UPDATE),
            effects.count(Effect.REPLACE),
            effects.count(Effect.DESTROY),
        )
        _set(connection, number, "summary", json.dumps(summary))
    elif isinstance(event, PlanMade):
        _set(connection, number, "method", event.method.value)
    elif isinstance(event, StageFinished):
        timing = json.dumps([event.stage.value, event.seconds, event.ok, event.note, event.skipped])
        connection.execute(
            "UPDATE deployments SET stages = json_insert(stages, '$[#]', json(?)) WHERE number = ?",
            (timing, number),
        )
    elif isinstance(event, DeploymentFinished):
        failure = None if event.failure is None else json.dumps(asdict(event.failure))
        connection.execute(
            "UPDATE deployments SET finished = ?, result = ?, failure = ? WHERE number = ?",
            (event.at, event.result.value, failure, number),
        )


def _set(connection: sqlite3.Connection, number: int | None, column: str, value: str) -> None:
    connection.execute(f"UPDATE deployments SET {column} = ? WHERE number = ?", (value, number))


COLUMNS = "number, cause, started, finished, result, method, summary, stages, failure"


def row_to_record(row: tuple[object, ...]) -> DeploymentRecord:
    """Return a row of ``COLUMNS`` as a record."""
    number, cause, started, finished, result, method, summary, stages, failure = row
    why = json.loads(str(cause))
    wrong = json.loads(str(failure)) if failure is not None else None
    return DeploymentRecord(
        number=int(str(number)),
        trigger=Trigger(why["kind"], tuple(why["paths"])),
        started=float(str(started)),
        finished=None if finished is None else float(str(finished)),
        result=None if result is None else DeploymentResult(str(result)),
        method=None if method is None else Method(str(method)),
        summary=None if summary is None else DiffSummary(*json.loads(str(summary))),
        stages=tuple(StageTiming(*timing) for timing in json.loads(str(stages))),
        failure=None
        if wrong is None
        else Failure(**{**wrong, "details": tuple(wrong.get("details", ()))}),
    )
