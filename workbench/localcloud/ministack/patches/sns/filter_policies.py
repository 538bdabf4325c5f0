"""Filter policies: ministack matches numbers by text and no list of objects, and checks no policy.

They are EventBridge's patterns, matched on the message's attributes or on its body. Numbers count
to five digits after the point; a policy has at most five keys and 150 combinations.
Sources: docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html and
sns-subscription-filter-policies.html there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from workbench.localcloud.ministack.bridge.event_patterns import (
    Alternative,
    InvalidPatternError,
    compiled,
    matches,
)

Answer = tuple[int, dict[str, str], Any]
Parameters = Mapping[str, Any]

_DIGITS = 5
_MOST_KEYS = 5
_MOST_COMBINATIONS = 150
_BODY, _ATTRIBUTES = "MessageBody", "MessageAttributes"
_NESTED = f"Filter policy scope {_ATTRIBUTES} does not support nested filter policy"


def install() -> None:
    """Match by EventBridge's rules, and refuse policies that SNS would."""
    from ministack.services import sns

    sns._matches_filter_policy = matches_policy
    sns._subscribe = _checked_subscription(sns._subscribe)
    sns._set_subscription_attributes = _checked_change(sns._set_subscription_attributes)


def matches_policy(
    subscription: Mapping[str, Any], attributes: Mapping[str, Any], message: str = ""
) -> bool:
    """Whether a subscription's policy lets a message through."""
    settings = subscription.get("attributes", {})
    text = settings.get("FilterPolicy", "")
    if not text:
        return True
    if text.strip() == "{}":
        return True
    try:
        alternatives = compiled(_rounded(json.loads(text)))
        if settings.get("FilterPolicyScope") == _BODY:
            document = json.loads(message)
        else:
            document = {name: _value(each) for name, each in attributes.items()}
    except (InvalidPatternError, TypeError, ValueError):
        return False
    return (
        isinstance(document, dict) and bool(document) and matches(_rounded(document), alternatives)
    )


def _value(attribute: Mapping[str, Any]) -> Any:
    """What a pattern compares an attribute by; bytes match nothing."""
    kind, text = attribute.get("DataType", ""), attribute.get("StringValue", "")
    if kind.startswith("Number"):
        return json.loads(text)
    if kind == "String.Array":
        return json.loads(text)
    return None if kind.startswith("Binary") else text


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, _DIGITS) if isinstance(value, float) else value


def _checked_subscription(subscribe: Callable[[Parameters], Answer]) -> Any:
    def run(params: Parameters) -> Answer:
        from ministack.services import sns

        given: dict[str, str] = {}
        number = 1
        while name := sns._p(params, f"Attributes.entry.{number}.key"):
            given[name] = sns._p(params, f"Attributes.entry.{number}.value")
            number += 1
        said = _problem(given.get("FilterPolicy", ""), given.get("FilterPolicyScope"), given)
        if said is None:
            return subscribe(params)
        return _invalid(said if said == _NESTED else f"Attributes Reason: {said}")

    return run


def _checked_change(change: Callable[[Parameters], Answer]) -> Any:
    def run(params: Parameters) -> Answer:
        from ministack.services import sns

        name = sns._p(params, "AttributeName")
        arn = sns._p(params, "SubscriptionArn")
        found = sns._find_subscription(sns._sub_arn_to_topic.get(arn, ""), arn)
        if found is None:
            return change(params)
        value = sns._p(params, "AttributeValue")
        given = {name: value}
        settings = {**found["attributes"], **given}
        policy = value if name == "FilterPolicy" else ""
        said = _problem(policy, settings.get("FilterPolicyScope"), given)
        return change(params) if said is None else _invalid(said)

    return run


def _problem(text: str, scope: str | None, given: Mapping[str, str]) -> str | None:
    asked = given.get("FilterPolicyScope")
    if asked is not None and asked not in {_BODY, _ATTRIBUTES}:
        wanted = f"Please use either {_BODY} or {_ATTRIBUTES}"
        return f"FilterPolicyScope: Invalid value [{asked}]. {wanted}"
    raw = given.get("RawMessageDelivery")
    if raw is not None and raw.lower() not in {"true", "false"}:
        return f"RawMessageDelivery: Invalid value [{raw}]. Must be true or false."
    if not text:
        return None
    try:
        policy = json.loads(text)
    except ValueError:
        return "FilterPolicy: failed to parse JSON."
    if policy == {}:
        return None
    try:
        alternatives = compiled(policy)
    except InvalidPatternError as refused:
        return f"FilterPolicy: {refused}"
    ends = [list(_ends(one)) for one in alternatives]
    if scope != _BODY and any(depth > 1 for one in ends for depth, _ in one):
        return _NESTED
    if any(len(one) > _MOST_KEYS for one in ends):
        return f"FilterPolicy: Filter policy can not have more than {_MOST_KEYS} keys"
    if sum(math.prod(depth * values for depth, values in one) for one in ends) > _MOST_COMBINATIONS:
        return "FilterPolicy: Filter policy is too complex"
    return None


def _ends(pattern: Alternative, depth: int = 1) -> Iterator[tuple[int, int]]:
    """How deep each list of values is, and how many values it has."""
    for each in pattern.values():
        if isinstance(each, Mapping):
            yield from _ends(each, depth + 1)
        elif isinstance(each, Sequence):
            yield depth, len(each)


def _invalid(said: str) -> Answer:
    from ministack.services import sns

    answer: Answer = sns._error("InvalidParameter", f"Invalid parameter: {said}", 400)
    return answer
