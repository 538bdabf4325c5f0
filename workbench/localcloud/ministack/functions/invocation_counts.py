"""How often each function ran by minute, and how long: small counts beside the recorded events.

Durations are counted in steps of 5 %, so that a percentile is at most 2.5 % off whatever the
number of invocations is.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

MINUTES: Final = 60
"""How far back the counts go."""
_STEP: Final = math.log(1.05)

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS counts (
    region TEXT NOT NULL, function TEXT NOT NULL, minute INTEGER NOT NULL, failed INTEGER NOT NULL,
    step INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (region, function, minute, failed, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_runs (
    region TEXT NOT NULL, function TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (region, function)
) WITHOUT ROWID;
"""
_FROM_EARLIER_RELEASES: Final = """
INSERT INTO last_runs SELECT region, function, max(at) FROM invocations
WHERE NOT EXISTS (SELECT 1 FROM last_runs) GROUP BY region, function
"""


class InvocationCounts:
    """Counts in memory until ``write``; safe from any thread, costs about a microsecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str, int, int, int]] = Counter()
        self._last: dict[tuple[str, str], int] = {}
        self._oldest = 0

    def add(self, region: str, function: str, at: float, seconds: float, *, failed: bool) -> None:
        """Count an invocation; ``at`` is its start, in seconds since the epoch."""
        step = round(math.log(max(seconds * 1000, 0.01)) / _STEP)
        with self._lock:
            self._counted[region, function, int(at // 60), int(failed), step] += 1
            ended = int((at + seconds) * 1000)
            self._last[region, function] = max(ended, self._last.get((region, function), 0))

    def open(self, connection: sqlite3.Connection) -> None:
        """Make the tables; last runs are taken from what earlier releases recorded."""
        connection.executescript(_TABLES)
        with connection:
            connection.execute(_FROM_EARLIER_RELEASES)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was counted, in the caller's transaction, and forget what is too old."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
            last, self._last = self._last, {}
        if not counted:
            return
        connection.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET number = number + excluded.number",
            [(*key, number) for key, number in counted.items()],
        )
        connection.executemany(
            "INSERT INTO last_runs VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
            [(*key, at) for key, at in last.items()],
        )
        oldest = int(time.time() // 60) - MINUTES
        if oldest != self._oldest:
            self._oldest = oldest
            connection.execute("DELETE FROM counts WHERE minute < ?", (oldest,))

    def read(
        self, connection: sqlite3.Connection, region: str, now: float
    ) -> Mapping[str, Mapping[str, Any]]:
        """By function, over the last hour; times in milliseconds, ``minutes`` as ``[age, …]``."""
        minute = int(now // 60)
        runs: dict[str, dict[int, list[int]]] = {}
        steps: dict[str, Counter[int]] = {}
        for function, at, failed, step, number in connection.execute(
            "SELECT function, minute, failed, step, number FROM counts"
            " WHERE region = ? AND minute > ?",
            (region, minute - MINUTES),
        ):
            counts = runs.setdefault(function, {}).setdefault(minute - at, [0, 0])
            counts[0] += number
            counts[1] += number if failed else 0
            steps.setdefault(function, Counter())[step] += number
        last = connection.execute("SELECT function, at FROM last_runs WHERE region = ?", (region,))
        return {
            function: {
                "lastRun": at,
                "p50": _percentile(steps.get(function, Counter()), 0.5),
                "p95": _percentile(steps.get(function, Counter()), 0.95),
                "minutes": [[age, *counts] for age, counts in runs.get(function, {}).items()],
            }
            for function, at in last
        }


def _percentile(steps: Counter[int], share: float) -> float:
    """The duration that this share of the invocations stayed within; 0 without any."""
    wanted = math.ceil(steps.total() * share)
    for step in sorted(steps):
        wanted -= steps[step]
        if wanted <= 0:
            return round(math.exp(step * _STEP), 2)
    return 0.0
