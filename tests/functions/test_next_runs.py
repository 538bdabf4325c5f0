"""When schedules are due: the documented examples of EventBridge, and the edges.

Source: EventBridge user guide, "Cron expressions reference"; Scheduler's, "Schedule types".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workbench.functions.next_runs import next_run

START = datetime(2022, 11, 14, 9, 12, tzinfo=UTC)
"""A Monday."""


def dues(expression: str, count: int, zone: str = "UTC", after: datetime = START) -> list[str]:
    found = []
    for _ in range(count):
        due = next_run(expression, after, zone)
        if due is None:
            break
        found.append(f"{due:%y-%m-%d %H:%M}")
        after = due
    return found


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("cron(0 10 * * ? *)", ["22-11-14 10:00", "22-11-15 10:00"]),
        ("cron(15 12 * * ? *)", ["22-11-14 12:15", "22-11-15 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["22-11-14 18:00", "22-11-15 18:00"]),
        ("cron(0 8 1 * ? *)", ["22-12-01 08:00", "23-01-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["22-11-14 09:15", "22-11-14 09:30"]),
        ("cron(0/10 * ? * MON-FRI *)", ["22-11-14 09:20", "22-11-14 09:30"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["22-11-14 09:15", "22-11-14 09:20"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", ["22-11-14 20:00", "22-11-14 20:30"]),
        ("cron(15 10 ? * 6L 2022-2023)", ["22-11-25 10:15", "22-12-30 10:15"]),
        ("cron(0 10 ? * 3#2 *)", ["22-12-13 10:00", "23-01-10 10:00"]),
        ("cron(1/10 * * * ? *)", ["22-11-14 09:21", "22-11-14 09:31"]),
        ("cron(0 9 3W * ? *)", ["22-12-02 09:00", "23-01-03 09:00"]),
        ("cron(0 9 1W * ? *)", ["22-12-01 09:00", "23-01-02 09:00"]),
        ("cron(0 9 31W * ? *)", ["22-12-30 09:00", "23-01-31 09:00"]),
        ("cron(0 9 L * ? *)", ["22-11-30 09:00", "22-12-31 09:00"]),
        ("cron(0 9 L-3 * ? *)", ["22-11-27 09:00", "22-12-28 09:00"]),
        ("cron(0 9 LW * ? *)", ["22-11-30 09:00", "22-12-30 09:00"]),
        ("cron(0 9 ? * L *)", ["22-11-19 09:00", "22-11-26 09:00"]),
        ("cron(0 9 ? * 1 *)", ["22-11-20 09:00", "22-11-27 09:00"]),
        ("cron(0 9 ? * FRI-MON *)", ["22-11-18 09:00", "22-11-19 09:00"]),
        ("cron(0 9 ? JAN-MAR,jul MON#1 *)", ["23-01-02 09:00", "23-02-06 09:00"]),
        ("cron(0 9 31 2 ? *)", []),
        ("cron(0 0 29 2 ? *)", ["24-02-29 00:00", "28-02-29 00:00"]),
        ("cron(0 9 ? * 2#5 *)", ["23-01-30 09:00", "23-05-29 09:00"]),
        ("cron(0 10 * * ? 2021)", []),
        ("at(2022-11-20T13:00:00)", ["22-11-20 13:00"]),
        ("at(2021-11-20T13:00:00)", []),
        ("cron(nonsense)", []),
        ("cron(0 99 * * ? *)", []),
        ("rate(5 minutes)", []),
    ],
)  # fmt: skip
def test_each_form_is_due_when_aws_says(expression: str, due: list[str]) -> None:
    assert dues(expression, 2) == due


def test_a_rate_counts_from_its_start() -> None:
    since = START - timedelta(minutes=12)
    assert next_run("rate(5 minutes)", START, since=since) == since + timedelta(minutes=15)
    assert next_run("rate(1 day)", START, since=START) == START + timedelta(days=1)
    later = START + timedelta(hours=3)
    assert next_run("rate(1 hour)", START, since=later) == later


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        # 02:30 is skipped there on 29 March.
        ("Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC),
         ["26-03-28 01:30", "26-03-30 00:30"]),
        # 02:30 is twice there on 25 October; the first counts.
        ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC),
         ["26-10-25 00:30", "26-10-26 01:30"]),
        ("", datetime(2026, 3, 27, 12, tzinfo=UTC), ["26-03-28 02:30", "26-03-29 02:30"]),
        ("Mars/Base", START, []),
    ],
)  # fmt: skip
def test_a_time_zone_and_its_clock_changes(zone: str, after: datetime, due: list[str]) -> None:
    assert dues("cron(30 2 * * ? *)", 2, zone, after) == due
