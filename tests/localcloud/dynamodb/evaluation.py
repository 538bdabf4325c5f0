"""Evaluates expressions as a request would: names and values in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb import checks, conditions, parser, projections, updates

RESERVED = frozenset({"NAME", "DATE", "SIZE"})
Item = dict[str, Any]


def typed(value: Any) -> dict[str, Any]:
    """An attribute value of plain Python."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, set):
        numbers = all(isinstance(each, int) for each in value)
        return {"NS" if numbers else "SS": sorted(str(each) for each in value)}
    if isinstance(value, list):
        return {"L": [typed(each) for each in value]}
    if isinstance(value, dict):
        return {"M": {name: typed(each) for name, each in value.items()}}
    return {"NULL": True}


def item_of(plain: Mapping[str, Any]) -> Item:
    """An item of plain Python."""
    return {name: typed(value) for name, value in plain.items()}


def given(values: Mapping[str, Any], names: Mapping[str, str]) -> checks.Placeholders:
    """The placeholders of a request."""
    typed_values = {f":{name}": typed(value) for name, value in values.items()}
    return checks.Placeholders(
        {f"#{alias}": name for alias, name in names.items()}, typed_values, RESERVED
    )


def updated(
    text: str, plain: Mapping[str, Any], values: Mapping[str, Any], names: Mapping[str, str]
) -> Item:
    """The item after an update."""
    placeholders = given(values, names)
    expression = parser.parse_update(text)
    checks.check(expression, placeholders)
    return updates.apply(expression, item_of(plain), placeholders.names, placeholders.values)


def holds(
    text: str, plain: Mapping[str, Any], values: Mapping[str, Any], names: Mapping[str, str]
) -> bool:
    """Whether a condition holds."""
    placeholders = given(values, names)
    expression = parser.parse_condition(text)
    checks.check(expression, placeholders)
    test = conditions.compiled(expression.condition, placeholders.names, placeholders.values)
    return test(item_of(plain))


def projected(text: str, plain: Mapping[str, Any], names: Mapping[str, str]) -> Item:
    """What a projection leaves of an item."""
    placeholders = given({}, names)
    expression = parser.parse_projection(text)
    checks.check(expression, placeholders)
    wanted = projections.wanted_of(expression, placeholders.names)
    return projections.project(item_of(plain), wanted)
