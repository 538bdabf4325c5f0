"""Which schedules a rule takes, and what a schedule's input becomes."""

from __future__ import annotations

import pytest

from workbench.localcloud.ministack.patches.eventbridge.scheduled_events import (
    filled,
    is_rule_schedule,
)


@pytest.mark.parametrize(
    ("expression", "is_taken"),
    [
        ("rate(1 minute)", True),
        ("rate(5 minutes)", True),
        ("rate(1 minutes)", False),
        ("rate(0 minutes)", False),
        ("rate(10 minutess)", False),
        ("rate( 10 minutes )", False),
        ("rate(5 parsecs)", False),
        ("rate()", False),
        ("cron(0 9 ? * MON-FRI *)", True),
        ("cron(0/15 9,17 L * ? 2030-2040)", True),
        ("cron(0 9 ? * 2#1 *)", True),
        ("cron(0 9 * * * *)", False),
        ("cron(71 8 1 * ? *)", False),
        ("cron(7 20 * * NOT *)", False),
        ("cron(nonsense)", False),
        ("at(2030-12-31T23:59:59)", False),
        ("at(2030-12-31T23:59:59Z)", False),
        ("at(2030-12-31)", False),
    ],
)
def test_a_rule_takes_what_eventbridge_takes(expression: str, is_taken: bool) -> None:
    assert is_rule_schedule(expression) == is_taken


def test_an_input_s_keywords_are_filled_in() -> None:
    event = {"Resources": ["arn"], "Time": 0.0, "EventId": "id"}
    given = (
        "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>"
    )
    assert filled(given, event) == "arn 1970-01-01T00:00:00Z 1"
