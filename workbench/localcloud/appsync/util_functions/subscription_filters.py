"""Amplify's filter objects as subscription filters: ``$util.transform.toSubscriptionFilter``.

A subscription filter is ``{"filterGroup": [{"filters": [{"fieldName", "operator", "value"}]}]}``:
groups are alternatives, the filters of a group hold together. Trees of ``and`` and ``or`` become
that by multiplying out. Source: AppSync developer guide, "Transformation helpers".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

OPERATORS = frozenset(
    [
        "eq",
        "ne",
        "le",
        "lt",
        "ge",
        "gt",
        "contains",
        "notContains",
        "beginsWith",
        "in",
        "notIn",
        "between",
        "containsAny",
    ]
)
MOST_GROUPS = 1_000
DEEPEST = 50

Group = tuple[tuple[str, str, Any], ...]


def to_subscription_filter(
    condition: Mapping[str, Any],
    ignored_fields: Collection[str] = (),
    rules: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The subscription filter of a filter object.

    ``ignored_fields`` are left out of it. Of ``rules``, a second filter object, at least one entry
    has to hold besides. Raises ValueError for an invalid filter.
    """
    groups = _groups(condition, frozenset(ignored_fields), 0)
    if rules:
        choices = [
            group
            for name, member in rules.items()
            for group in _groups({name: member}, frozenset(), 0)
        ]
        groups = _both(groups, choices)
    return {
        "filterGroup": [
            {
                "filters": [
                    {"fieldName": field, "operator": operator, "value": value}
                    for field, operator, value in group
                ]
            }
            for group in groups
        ]
    }


def _groups(condition: Any, ignored: frozenset[str], depth: int) -> list[Group]:
    """The alternatives of a filter object."""
    if not isinstance(condition, Mapping):
        raise ValueError("a filter is a map of fields to conditions")  # noqa: TRY004
    if depth > DEEPEST:
        raise ValueError(f"a filter nests more than {DEEPEST} levels deep")
    groups: list[Group] = [()]
    for name, member in condition.items():
        if name in ignored:
            continue
        if name == "and":
            for each in member if isinstance(member, list) else [member]:
                groups = _both(groups, _groups(each, ignored, depth + 1))
        elif name == "or":
            each_of = member if isinstance(member, list) else [member]
            choices = [group for each in each_of for group in _groups(each, ignored, depth + 1)]
            groups = _both(groups, choices or [()])
        else:
            groups = _both(groups, [_field_group(str(name), member)])
    return groups


def _both(left: list[Group], right: list[Group]) -> list[Group]:
    """Every alternative of one side together with every one of the other."""
    if len(left) * len(right) > MOST_GROUPS:
        raise ValueError(f"a filter has more than {MOST_GROUPS} alternatives")
    return [one + other for one in left for other in right]


def _field_group(field: str, conditions: Any) -> Group:
    if not isinstance(conditions, Mapping):
        raise ValueError(f'the condition on "{field}" is not a map of operators')  # noqa: TRY004
    for operator in conditions:
        if operator not in OPERATORS:
            raise ValueError(f'unknown operator "{operator}" on "{field}"')
    return tuple((field, str(operator), value) for operator, value in conditions.items())
