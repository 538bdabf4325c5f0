"""Schedules: ministack stores any text as an expression, and drops a template's time zone.

Source: docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. The refusal's text is
the one that users report.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.backend.schedules import ScheduleError, schedule_expression

_DROPPED = ("ScheduleExpressionTimezone", "StartDate", "EndDate", "KmsKeyArn")


def install() -> None:
    """Check the expression of each schedule, and keep all that a template says of it."""
    from ministack.services import scheduler
    from ministack.services.cloudformation import provisioners

    scheduler._create_schedule = _checked_call(scheduler._create_schedule)
    scheduler._update_schedule = _checked_call(scheduler._update_schedule)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        _check(props)
        made = create(logical_id, props, stack_name)
        _keep(made[0], props)
        return made

    def updated(physical_id: str, old: Any, new: dict[str, Any], *rest: Any, **named: Any) -> Any:
        _check(new)
        made = update(physical_id, old, new, *rest, **named)
        _keep(made[0], new)
        return made

    provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"] = {
        **handlers,
        "create": created,
        "update": updated,
    }


def _checked_call(call: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def checked(name: str, body: Any) -> Any:
        from ministack.services import scheduler

        wrong = _refusal(body.get("ScheduleExpression"))
        return scheduler._error(400, "ValidationException", wrong) if wrong else call(name, body)

    return checked


def _keep(name: str, properties: dict[str, Any]) -> None:
    from ministack.services import scheduler

    schedule = scheduler._schedules.get(f"{properties.get('GroupName', 'default')}/{name}")
    if schedule is not None:
        schedule |= {each: properties[each] for each in _DROPPED if each in properties}


def _check(properties: dict[str, Any]) -> None:
    wrong = _refusal(properties.get("ScheduleExpression"))
    if wrong:
        raise ValueError(wrong)


def _refusal(expression: Any) -> str:
    """Why it is refused; "" for a right one, and for a missing one, which ministack refuses."""
    if not isinstance(expression, str) or not expression:
        return ""
    try:
        if expression.startswith(("rate(", "cron(", "at(")):
            schedule_expression(expression, 0)
            return ""
    except ScheduleError:
        pass
    return f"Invalid Schedule Expression {expression}."
