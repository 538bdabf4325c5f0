from __future__ import annotations

from datetime import datetime

import pytest

from workbench.functions.statistics import MINUTES, Minute, Statistics
from workbench.functions.statistics_words import (
    chart,
    hour_words,
    last_run_words,
    milliseconds_words,
)


def minutes(**at: int) -> tuple[Minute, ...]:
    """60 minutes of which those named ``m5`` had so many runs, the first one of each failed."""
    found = [Minute()] * MINUTES
    for name, runs in at.items():
        found[int(name[1:])] = Minute(runs, 1)
    return tuple(found)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (minutes(), "············"),
        (minutes(m0=1), "█···········"),
        (minutes(m0=1, m4=7, m59=4), "█··········▄"),
        (minutes(m30=1, m59=800), "······▁····█"),
    ],
)
def test_the_chart_has_a_block_for_five_minutes(given: tuple[Minute, ...], shown: str) -> None:
    assert chart(given) == shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 3, 2, 9, 5), "09:05"),
        (datetime(2026, 3, 1, 9, 5), "Mar 1"),
        (datetime(2025, 12, 31), "2025-12"),
    ],
)
def test_a_last_run_is_a_time_or_a_day(at: datetime, shown: str) -> None:
    assert last_run_words(int(at.timestamp() * 1000), datetime(2026, 3, 2, 10, 0)) == shown


def test_numbers_are_short() -> None:
    assert [milliseconds_words(each) for each in (0, 0.84, 120.4, 2400)] == [
        "", "0.8 ms", "120 ms", "2.4 s",
    ]  # fmt: skip
    assert hour_words(Statistics(minutes())) == "no invocations"
    assert (
        hour_words(Statistics(minutes(m1=1500), 98, 1040, throttles=2))
        == "1,500 invocations, 1 failed, p50 98 ms, p95 1.0 s, 2 throttled"
    )
