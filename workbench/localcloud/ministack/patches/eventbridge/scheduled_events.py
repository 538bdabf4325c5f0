"""Scheduled events: ministack leaves the keywords in a schedule's input as they are.

Rules are refused a rate of nothing, a unit that does not fit its number, and times out of range.
Source: docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
and docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def install() -> None:
    """Check expressions where they are given, and fill in inputs where they are used."""
    from ministack.services import eventbridge

    valid = eventbridge._validate_schedule_expression
    eventbridge._validate_schedule_expression = lambda expression: (
        valid(expression) and is_rule_schedule(expression)
    )
    invoke = eventbridge._invoke_target

    def invoke_target(target: Any, event: Any, rule: Any, view: Any = None) -> Any:
        if event.get("Source") == "aws.scheduler" and target.get("Input"):
            target = {**target, "Input": filled(target["Input"], event)}
        return invoke(target, event, rule, view)

    eventbridge._invoke_target = invoke_target


def is_rule_schedule(expression: str) -> bool:
    """Whether a rule may have it: one minute, or several minutes."""
    found = _RATE.fullmatch(expression)
    if not expression.startswith("rate("):
        return not expression or _is_cron(expression)
    return bool(found and (found[1] == "1") == (found[3] == ""))


def _is_cron(expression: str) -> bool:
    from ministack.services import eventbridge

    if eventbridge._parse_cron_fields(expression) is None:
        return False
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    return all(
        low <= int(number) <= high
        for field, (low, high) in zip(fields, _RANGES, strict=False)
        for number in re.findall(r"(?<![/#\w])\d+", field)
    )


def filled(given: str, event: Mapping[str, Any]) -> str:
    """An input with the schedule's own values in place of its keywords."""
    values = {
        "schedule-arn": event["Resources"][0],
        "scheduled-time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event["Time"])),
        "execution-id": event["EventId"],
        "attempt-number": "1",
    }
    for keyword, value in values.items():
        given = given.replace(f"<aws.scheduler.{keyword}>", value)
    return given
