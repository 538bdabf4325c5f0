"""A function's schedules: rules of EventBridge and schedules of EventBridge Scheduler.

When each is due next, whether it is on; and to run one now: Lambda is invoked asynchronously with
the event that the schedule sends.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import BackendFunction, evaluated, functions_named
from workbench.functions.event_sources import Note
from workbench.functions.invoke import Outcome, invoke
from workbench.functions.next_runs import next_run
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask
from workbench.functions.sample_events.services import Place, schedule_event

_RULE: Final = "AWS::Events::Rule"
_SCHEDULE: Final = "AWS::Scheduler::Schedule"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule; ``group`` is a rule's bus or a schedule's group, ``sends`` its target's input.

    ``next`` in UTC: None where it is off, over, or where AWS alone knows (the rate of a rule).
    """

    name: str
    is_rule: bool
    group: str
    expression: str
    zone: str
    is_on: bool
    sends: Mapping[str, Any]
    next: datetime | None = None

    @property
    def arn_path(self) -> str:
        """What an ARN names it by."""
        if self.is_rule:
            return (
                f"rule/{self.name}" if self.group == "default" else f"rule/{self.group}/{self.name}"
            )
        return f"schedule/{self.group}/{self.name}"


def schedules_of(live: LiveStack, function: BackendFunction) -> tuple[Schedule, ...]:
    """Those of the stacks, as they were deployed; costs no call."""
    return tuple(sorted(_schedules(live, function.function), key=lambda each: each.name))


def read_schedules(
    opened: OpenedFunctions, live: LiveStack, function: BackendFunction, note: Note
) -> tuple[Schedule, ...]:
    """The same as they are now; blocks. What could not be read is noted, and as it was deployed."""
    return tuple(_now(opened, each, note) for each in schedules_of(live, function))


def switch_schedule(opened: OpenedFunctions, schedule: Schedule, *, on: bool) -> None:
    """Turn a schedule on or off; blocks. Raises FunctionsProblem."""
    if schedule.is_rule:
        events = opened.clients.client("events")
        switch = events.enable_rule if on else events.disable_rule
        ask(lambda: switch(Name=schedule.name, EventBusName=schedule.group), "EventBridge")
        return
    scheduler = opened.clients.client("scheduler")

    def update() -> None:
        named = {"Name": schedule.name, "GroupName": schedule.group}
        known = scheduler.get_schedule(**named)
        kept = {name: known[name] for name in _KEPT if known.get(name) is not None}
        scheduler.update_schedule(**named, **kept, State="ENABLED" if on else "DISABLED")

    ask(update, "EventBridge Scheduler")


_KEPT: Final = (
    "ActionAfterCompletion", "Description", "EndDate", "FlexibleTimeWindow", "KmsKeyArn",
    "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "Target",
)  # fmt: skip
"""UpdateSchedule sets what it is not given to its default."""


def run_now(opened: OpenedFunctions, function: BackendFunction, schedule: Schedule) -> Outcome:
    """Invoke as the schedule does, without waiting for the end; blocks. Raises UserProblem."""
    now = datetime.now(UTC)
    return invoke(opened, function, event_text(opened, function, schedule, now), "async")


# -- events ---------------------------------------------------------------------------------------


def event_text(
    opened: OpenedFunctions, function: BackendFunction, schedule: Schedule, at: datetime
) -> str:
    """The event that the schedule sends, as JSON."""
    _, partition, _, region, account, *_ = function.arn.split(":")
    service = "events" if schedule.is_rule else "scheduler"
    arn = f"arn:{partition}:{service}:{region}:{account}:{schedule.arn_path}"
    clock = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    place = Place(region, account, clock, int(at.timestamp() * 1000), partition)
    event = schedule_event(place, arn)
    event["id"] = str(uuid.uuid4())
    if not schedule.is_rule:
        event |= {"source": "aws.scheduler", "detail": "{}"}
    sends = schedule.sends
    if isinstance(given := sends.get("Input"), str) and given:
        return given if schedule.is_rule else _filled(given, arn, clock, event["id"])
    if isinstance(transformer := sends.get("InputTransformer"), dict):
        return _transformed(event, transformer)
    if isinstance(path := sends.get("InputPath"), str):
        return json.dumps(_at(event, path))
    return json.dumps(event)


def _filled(given: str, arn: str, clock: str, request: str) -> str:
    """Scheduler's keywords in an input have the values of this run."""
    values = {
        "schedule-arn": arn,
        "scheduled-time": clock,
        "execution-id": request,
        "attempt-number": "1",
    }
    for keyword, value in values.items():
        given = given.replace(f"<aws.scheduler.{keyword}>", value)
    return given


def _transformed(event: Mapping[str, Any], transformer: Mapping[str, Any]) -> str:
    """A rule's input transformer: ``<name>`` in its template has the value at that name's path."""
    text = str(transformer.get("InputTemplate") or "{}")
    for name, path in (transformer.get("InputPathsMap") or {}).items():
        value = _at(event, str(path))
        bare = value if isinstance(value, str) else json.dumps(value)
        text = text.replace(f'"<{name}>"', json.dumps(value) if isinstance(value, str) else bare)
        text = text.replace(f"<{name}>", bare)
    try:
        json.loads(text)
    except ValueError:
        return json.dumps(text)
    return text


def _at(event: Any, path: str) -> Any:
    """The value at ``$.detail.name``; None where there is none."""
    for step in filter(None, path.removeprefix("$").split(".")):
        event = event.get(step) if isinstance(event, Mapping) else None
    return event


# -- reading --------------------------------------------------------------------------------------


def _schedules(live: LiveStack, function: str) -> Iterator[Schedule]:
    for _, stack in live.walk():
        for logical_id, resource in stack.effective_template.resources.items():
            deployed = stack.resources.get(logical_id)
            if deployed is None or resource.type not in (_RULE, _SCHEDULE):
                continue
            given = evaluated(stack, resource.properties)
            is_rule = resource.type == _RULE
            targets = given.get("Targets") or () if is_rule else (given.get("Target") or {},)
            bus, _, rule = deployed.physical_id.rpartition("|")
            for target in targets:
                if given.get("ScheduleExpression") and function in functions_named(
                    target.get("Arn")
                ):
                    yield _timed(
                        Schedule(
                            name=rule,
                            is_rule=is_rule,
                            group=bus or str(given.get("GroupName") or "default"),
                            expression=str(given["ScheduleExpression"]),
                            zone=str(given.get("ScheduleExpressionTimezone") or ""),
                            is_on=given.get("State") != "DISABLED",
                            sends=target,
                        ),
                        {},
                    )


def _now(opened: OpenedFunctions, schedule: Schedule, note: Note) -> Schedule:
    try:
        if schedule.is_rule:
            events = opened.clients.client("events")
            known: Mapping[str, Any] = ask(
                lambda: events.describe_rule(Name=schedule.name, EventBusName=schedule.group),
                "EventBridge",
            )
        else:
            scheduler = opened.clients.client("scheduler")
            known = ask(
                lambda: scheduler.get_schedule(Name=schedule.name, GroupName=schedule.group),
                "EventBridge Scheduler",
            )
    except FunctionsProblem as problem:
        note(problem)
        return schedule
    now = replace(
        schedule,
        expression=str(known.get("ScheduleExpression") or schedule.expression),
        zone=str(known.get("ScheduleExpressionTimezone") or schedule.zone),
        is_on=known.get("State") == "ENABLED",
        next=None,
    )
    return _timed(now, known)


def _timed(schedule: Schedule, known: Mapping[str, Any]) -> Schedule:
    if not schedule.is_on:
        return schedule
    begins, ends = known.get("StartDate"), known.get("EndDate")
    after = datetime.now(UTC)
    if begins is not None and begins > after:
        after = begins
    since = begins or known.get("CreationDate")
    due = next_run(schedule.expression, after, schedule.zone, since)
    return replace(schedule, next=None if due and ends is not None and due > ends else due)
