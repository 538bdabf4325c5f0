"""Decides how a stream's records are handed to a function: batches, retries, splits, discards.

A mapping reads one shard in order. ``ShardReader`` holds where it is, and is told what came of each
batch; it reads and invokes nothing itself.
Source: docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html and the API's
CreateEventSourceMapping
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

_LONGEST_WAIT = 8.0
"""Seconds between two tries, at most. Lambda waits longer each time, too; it does not say how."""


class Discarded(Enum):
    """Why records are given up, in the words of the record that a destination gets."""

    ATTEMPTS = "RetryAttemptsExhausted"
    AGE = "MaxRecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a mapping says; ``None`` for no limit."""

    size: int = 100
    window: float = 0.0
    retries: int | None = None
    age: float | None = None
    bisects: bool = False
    reports_items: bool = False


def settings_of(mapping: Mapping[str, Any]) -> Settings:
    """Read the settings of an event source mapping, as it is stored."""

    def limit(name: str) -> int | None:
        value = mapping.get(name)
        return None if value is None or int(value) < 0 else int(value)

    return Settings(
        size=int(mapping.get("BatchSize") or 100),
        window=float(mapping.get("MaximumBatchingWindowInSeconds") or 0),
        retries=limit("MaximumRetryAttempts"),
        age=limit("MaximumRecordAgeInSeconds"),
        bisects=str(mapping.get("BisectBatchOnFunctionError")).lower() == "true",
        reports_items="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []),
    )


@dataclass(slots=True)
class ShardReader:
    """One mapping's place in one shard; ``at`` counts its records from the first one."""

    at: int
    attempts: int = 0
    not_before: float = 0.0
    _first_seen: float | None = None
    _ends: list[int] = field(default_factory=list)

    def take(self, waiting: int, settings: Settings, now: float) -> int:
        """How many of the ``waiting`` records to hand over now; 0 for none yet."""
        if not waiting or now < self.not_before:
            return 0
        if self._ends:  # a batch that has failed is tried as it was
            return min(waiting, self._ends[-1] - self.at)
        if self._first_seen is None:
            self._first_seen = now
        if waiting < settings.size and now - self._first_seen < settings.window:
            return 0
        return min(waiting, settings.size)

    def succeeded(self, count: int) -> None:
        """The next ``count`` records are done, or given up."""
        self.at += count
        self.attempts, self.not_before, self._first_seen = 0, 0.0, None
        while self._ends and self._ends[-1] <= self.at:
            self._ends.pop()

    def failed(self, count: int, settings: Settings, now: float, done: int = 0) -> bool:
        """A batch of ``count`` records failed, its first ``done`` ones are done.

        Returns whether the rest is to be given up. It is not counted as a try when a batch is
        split: in halves, or where the function reports its first failed record.
        """
        end = self.at + count
        if done:
            self.succeeded(done)
        rest = end - self.at
        if not self._ends or self._ends[-1] != end:
            self._ends.append(end)
        if settings.bisects and (done or rest > 1):
            if not done:
                self._ends.append(self.at + rest // 2)
            return False
        return self.failed_again(settings, now)

    def failed_again(self, settings: Settings, now: float) -> bool:
        """Count a try that failed; whether it was the last one."""
        self.attempts += 1
        self.not_before = now + min(2.0 ** (self.attempts - 1), _LONGEST_WAIT)
        return settings.retries is not None and self.attempts > settings.retries


def expired(ages: Sequence[float], settings: Settings) -> int:
    """How many of the first records are older than the mapping allows."""
    if settings.age is None:
        return 0
    limit = settings.age
    return next((at for at, age in enumerate(ages) if age <= limit), len(ages))


def first_failure(answer: Any, identifiers: Sequence[str]) -> int | None:
    """Where the first failed record is that the function reports; None if none has failed.

    An answer that names no record of the batch is one of a batch that failed as a whole.
    """
    items = reported(answer)
    if items is None:
        return 0
    if not items:
        return None
    if any(item not in identifiers for item in items):
        return 0
    return min(identifiers.index(item) for item in items)


def reported(answer: Any) -> list[str] | None:
    """The items that a function reports as failed; None where its answer is not a valid one."""
    if answer is None or answer in ({}, ""):
        return []
    failures = answer.get("batchItemFailures") if isinstance(answer, Mapping) else ()
    if failures is None:
        return []
    if not isinstance(failures, list):
        return None
    items: list[str] = []
    for each in failures:
        item = each.get("itemIdentifier") if isinstance(each, Mapping) else None
        if not isinstance(item, str) or not item:
            return None
        items.append(item)
    return items
