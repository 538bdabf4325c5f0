"""Rules and targets of EventBridge: ministack takes what is missing or wrong for done.

A bus may be named by its ARN. Calls for an unknown rule, and deleting one that has targets, are
refused; a target's id, its inputs and their template are checked; targets are listed in pages.

Sources: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html, API_DeleteRule.html,
API_PutTargets.html, API_RemoveTargets.html and API_ListTargetsByRule.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Answer = tuple[int, dict[str, str], Any]
Request = Mapping[str, Any]

_MOST_TARGETS = 5
_LONGEST_ID = 64
_PAGE = 100
_ID = r"[\.\-_A-Za-z0-9]+"
_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")
_OFTEN = "The requested resource exceeds the maximum number allowed."


def install() -> None:
    """Check each call before it is carried out."""
    from ministack.services import eventbridge

    eventbridge._put_rule = _of_bus(eventbridge._put_rule, _wrong_rule)
    eventbridge._list_rules = _of_bus(eventbridge._list_rules, _nothing)
    eventbridge._describe_rule = _of_bus(eventbridge._describe_rule, _unknown("Name"))
    eventbridge._enable_rule = _of_bus(eventbridge._enable_rule, _unknown("Name"))
    eventbridge._disable_rule = _of_bus(eventbridge._disable_rule, _unknown("Name"))
    eventbridge._delete_rule = _of_bus(eventbridge._delete_rule, _still_needed)
    eventbridge._put_targets = _of_bus(eventbridge._put_targets, _wrong_targets)
    eventbridge._remove_targets = _of_bus(eventbridge._remove_targets, _unknown("Rule"))
    eventbridge._list_targets_by_rule = _of_bus(_list_targets, _unknown("Rule"))


Check = Callable[[Request, str], Answer | None]


def _of_bus(call: Callable[[Any], Answer], check: Check) -> Callable[[Request], Answer]:
    """Name the bus as ministack knows it, and check the request."""

    def run(data: Request) -> Answer:
        from ministack.services import eventbridge

        given = data.get("EventBusName")
        bus, wrong = eventbridge._event_bus_name_from_ref(given or "default")
        if wrong is not None:
            return _error(*wrong)
        asked = {**data, "EventBusName": bus} if given else data
        return check(asked, bus) or call(asked)

    return run


def _nothing(_data: Request, _bus: str) -> Answer | None:
    return None


def _unknown(member: str) -> Check:
    def check(data: Request, bus: str) -> Answer | None:
        from ministack.services import eventbridge

        name = data.get(member)
        if eventbridge._rule_key(name, bus) in eventbridge._rules:
            return None
        said = f"Rule {name} does not exist on EventBus {bus}."
        return _error("ResourceNotFoundException", said)

    return check


def _wrong_rule(data: Request, bus: str) -> Answer | None:
    schedule = data.get("ScheduleExpression")
    if not schedule and not data.get("EventPattern"):
        said = "Parameter(s) EventPattern or ScheduleExpression must be specified."
        return _error("ValidationException", said)
    if schedule and bus != "default":
        said = "ScheduleExpression is supported only on the default event bus."
        return _error("ValidationException", said)
    return None


def _still_needed(data: Request, bus: str) -> Answer | None:
    from ministack.services import eventbridge

    if eventbridge._targets.get(eventbridge._rule_key(data.get("Name"), bus)):
        return _error("ValidationException", "Rule can't be deleted since it has targets.")
    return None


def _wrong_targets(data: Request, bus: str) -> Answer | None:
    from ministack.services import eventbridge

    missing = _unknown("Rule")(data, bus)
    if missing is not None:
        return missing
    targets: Sequence[Mapping[str, Any]] = data.get("Targets") or ()
    held = eventbridge._targets.get(eventbridge._rule_key(data.get("Rule"), bus), ())
    names = {target.get("Id") for target in (*held, *targets)}
    if len(names) > _MOST_TARGETS:
        return _error("LimitExceededException", _OFTEN)
    for number, target in enumerate(targets, 1):
        said = _wrong_target(target, number)
        if said is not None:
            return _error("ValidationException", said)
    return None


def _wrong_target(target: Mapping[str, Any], number: int) -> str | None:
    target_id = str(target.get("Id", ""))
    start = (
        f"1 validation error detected: Value '{target_id}' at 'targets.{number}.member.id' failed "
        "to satisfy constraint: Member must"
    )
    if len(target_id) > _LONGEST_ID:
        return f"{start} have length less than or equal to {_LONGEST_ID}"
    if not re.fullmatch(_ID, target_id):
        return f"{start} satisfy regular expression pattern: {_ID}"
    if sum(name in target for name in ("Input", "InputPath", "InputTransformer")) > 1:
        return (
            "Only one of Input, InputPath, or InputTransformer must be provided for target "
            f"{target_id}."
        )
    transformer = target.get("InputTransformer") or {}
    known = transformer.get("InputPathsMap") or {}
    for name in _PLACEHOLDER.findall(transformer.get("InputTemplate") or ""):
        if name not in known and not name.startswith("aws.events."):
            return f"InputTemplate for target {target_id} contains invalid placeholder {name}."
    if str(target.get("Arn", "")).endswith(".fifo") and ":sqs:" in target["Arn"]:
        group = (target.get("SqsParameters") or {}).get("MessageGroupId")
        if not group:
            return f"Parameter(s) SqsParameters must be specified for target: {target_id}."
    return None


def _list_targets(data: Request) -> Answer:
    from ministack.services import eventbridge

    key = eventbridge._rule_key(data.get("Rule"), data.get("EventBusName") or "default")
    targets = eventbridge._targets.get(key, [])
    start = eventbridge._opaque_offset_decode(data.get("NextToken") or "")
    end = start + min(int(data.get("Limit") or _PAGE), _PAGE)
    found: dict[str, Any] = {"Targets": targets[start:end]}
    if end < len(targets):
        found["NextToken"] = eventbridge._opaque_offset_encode(end)
    answer: Answer = eventbridge.json_response(found)
    return answer


def _error(code: str, message: str) -> Answer:
    from ministack.services import eventbridge

    answer: Answer = eventbridge.error_response_json(code, message, 400)
    return answer
