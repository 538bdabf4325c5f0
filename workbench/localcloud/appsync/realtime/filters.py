"""Decides whether an event passes a subscription's filter.

Source: "Defining enhanced subscriptions filters" in the AppSync developer guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_MISSING = object()
_NUMBERS = (int, float)


def passes(rule: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether an event's payload passes a filter (``{"filterGroup": [{"filters": [...]}]}``).

    Any group of filters suffices; within a group each filter must hold. A filter with an unknown
    operator holds for nothing. No groups at all pass everything, a group without filters too.
    """
    groups = rule.get("filterGroup")
    if not isinstance(groups, Sequence) or isinstance(groups, str) or not groups:
        return not groups
    return any(_group_passes(group, payload) for group in groups)


def _group_passes(group: object, payload: Mapping[str, Any]) -> bool:
    filters = group.get("filters") if isinstance(group, Mapping) else None
    if not isinstance(filters, Sequence) or isinstance(filters, str):
        return False
    return all(isinstance(one, Mapping) and _holds(one, payload) for one in filters)


def _holds(one: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    test = _TESTS.get(str(one.get("operator")))
    return test is not None and test(_value(payload, str(one.get("fieldName"))), one.get("value"))


def _value(payload: Mapping[str, Any], name: str) -> Any:
    """A field of the payload; dots lead into objects."""
    found: Any = payload
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _MISSING
        found = found[part]
    return found


def same(one: object, other: object) -> bool:
    """Equality as JSON has it: ``true`` is not 1, and a missing field equals null."""
    if one is _MISSING:
        one = None
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[object, object], bool]:
    def compare(value: object, bound: object) -> bool:
        return _comparable(value, bound) and test(value, bound)

    return compare


def _comparable(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, _NUMBERS):
        return isinstance(other, _NUMBERS)
    return isinstance(one, str) and isinstance(other, str)


def _contains(value: object, part: object) -> bool:
    if isinstance(value, str):
        return isinstance(part, str) and part in value
    return isinstance(value, list) and any(same(item, part) for item in value)


def _begins(value: object, start: object) -> bool:
    return isinstance(value, str) and isinstance(start, str) and value.startswith(start)


def _among(value: object, listed: object) -> bool:
    return isinstance(listed, list) and any(same(value, item) for item in listed)


def _between(value: object, bounds: object) -> bool:
    if not isinstance(bounds, list) or len(bounds) != 2:
        return False
    low, high = bounds
    return _AT_LEAST(value, low) and _AT_MOST(value, high)


def _contains_any(value: object, listed: object) -> bool:
    return isinstance(listed, list) and any(_contains(value, item) for item in listed)


_AT_LEAST = _ordered(lambda value, bound: value >= bound)
_AT_MOST = _ordered(lambda value, bound: value <= bound)
_TESTS: Mapping[str, Callable[[object, object], bool]] = {
    "eq": same,
    "ne": lambda value, other: not same(value, other),
    "le": _AT_MOST,
    "lt": _ordered(lambda value, bound: value < bound),
    "ge": _AT_LEAST,
    "gt": _ordered(lambda value, bound: value > bound),
    "contains": _contains,
    "notContains": lambda value, part: not _contains(value, part),
    "beginsWith": _begins,
    "in": _among,
    "notIn": lambda value, listed: isinstance(listed, list) and not _among(value, listed),
    "between": _between,
    "containsAny": _contains_any,
}


def arguments_match(arguments: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether each argument of a subscription equals the payload's field of its name.

    How AppSync filters where no resolver has set a filter; an argument that is given as null asks
    for a field that is null or was not selected by the mutation.
    """
    return all(same(payload.get(name), value) for name, value in arguments.items())
