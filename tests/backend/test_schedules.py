"""Schedules are read as Amplify and EventBridge read them."""

from __future__ import annotations

import pytest

from workbench.backend.schedules import ScheduleError, schedule_expression


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("every 5m", "rate(5 minutes)"),
        ("every 1m", "rate(1 minute)"),
        ("every 2h", "rate(2 hours)"),
        ("every week", "cron(0 0 ? * 1 *)"),
        ("0 9 ? * 2", "cron(0 9 ? * 2 *)"),
        ("*/5 8-17 * 1,6 ? 2030", "cron(*/5 8-17 * 1,6 ? 2030)"),
        ("rate(1 hour)", "rate(1 hour)"),
        ("cron(0 9 ? * MON-FRI *)", "cron(0 9 ? * MON-FRI *)"),
        ("cron(0/15 10 L * ? *)", "cron(0/15 10 L * ? *)"),
        ("cron(0 10 ? JAN-MAR 6#3 2030-2040)", "cron(0 10 ? JAN-MAR 6#3 2030-2040)"),
        ("cron(0 10 L-3 * ? *)", "cron(0 10 L-3 * ? *)"),
        ("at(2030-01-31T09:00:00)", "at(2030-01-31T09:00:00)"),
    ],
)
def test_a_schedule_is_written_as_event_bridge_writes_it(written: str, expression: str) -> None:
    assert schedule_expression(written, 3) == expression


BOTH = "Cron expressions cannot have both day-of-month and day-of-week defined"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("0 9 * * *", BOTH),
        ("cron(0 9 * * * *)", BOTH),
        ("0 9 ? * ?", "need a day-of-month or a day-of-week"),
        ("99 99 ? * 9 *", "Cron field for minutes must be a whole number between 0 and 59"),
        ("99 99 ? * 9 *", "Cron field for hours must be a whole number between 0 and 23"),
        ("99 99 ? * 9 *", "Cron field for day-of-week must be a whole number between 1 and 7"),
        ("a b c d e", "Cron field for minutes must be a whole number between 0 and 59"),
        ("0 9 ? * MON", "Cron field for day-of-week must be a whole number between 1 and 7"),
        ("0 1,25 ? * 2", "Cron list for hours must contain whole numbers between 0 and 23"),
        ("0 9-5 ? * 2", "Cron range for hours must be whole numbers between 0 and 23"),
        ("*/0 9 ? * 2", "Cron step values for minutes must be positive whole numbers"),
        ("0 9 ? * 2 1500", "Cron field for year must be a whole number between 1970 and 2199"),
        ("cron(nonsense)", "six fields"),
        ("cron(0 25 ? * 2 *)", "Cron field for hours"),
        ("cron(0 9 ? * 9 *)", "Cron field for day-of-week"),
        ("cron(0 9 ? FOO 2 *)", "Cron field for month"),
        ("rate(5 parsecs)", "minutes, hours or days"),
        ("rate(0 minutes)", "positive whole number"),
        ("rate(1 minutes)", r"rate\(1 minute\)"),
        ("rate(5 minute)", r"rate\(5 minutes\)"),
        ("every 0m", "positive whole number"),
        ("every 1.5h", "positive whole number"),
        ("every -2h", "positive whole number"),
        ("every decade", "not understood"),
        ("at(tomorrow)", "a time is written as"),
    ],
)
def test_what_is_not_a_schedule_is_refused(written: str, says: str) -> None:
    with pytest.raises(ScheduleError, match=says):
        schedule_expression(written, 3)


def test_a_function_may_not_run_longer_than_its_interval() -> None:
    with pytest.raises(ScheduleError, match="the function timeout of 90 seconds"):
        schedule_expression("every 1m", 90)
    assert schedule_expression("every 2m", 90) == "rate(2 minutes)"
