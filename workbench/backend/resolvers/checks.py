"""Defaults and validators of a model's fields, in JavaScript."""

from __future__ import annotations

from workbench.backend.definitions.schema import Field, Model, Validator
from workbench.backend.resolvers.javascript import literal, member

_WORDS = {
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "startsWith": "must start with {}",
    "endsWith": "must end with {}",
    "matches": "must match {}",
    "gt": "must be greater than {}",
    "gte": "must be at least {}",
    "lt": "must be less than {}",
    "lte": "must be at most {}",
    "positive": "must be positive",
    "negative": "must be negative",
}


def default_lines(model: Model) -> list[str]:
    """Lines that put defaults where the input has nothing."""
    return [
        f"{member('input', field.name)} = "
        f"{member('input', field.name)} ?? {literal(field.default)};"
        for field in model.fields
        if field.default is not None
    ]


def validation(model: Model, source: str) -> list[str]:
    """Lines that refuse values which fail their field's checks; null is not a value."""
    lines: list[str] = []
    for field in model.fields:
        for check in field.validators:
            value = member(source, field.name)
            message = check.message or f"{field.name} {_WORDS[check.name].format(check.value)}."
            lines.append(
                f"if ({value} != null && !({_condition(field, check, value)})) "
                f"util.error({literal(message)}, 'ValidationError');"
            )
    return lines


def _condition(field: Field, check: Validator, value: str) -> str:
    name, limit = check.name, check.value
    if name == "minLength":
        return f"{value}.length >= {limit}"
    if name == "maxLength":
        return f"{value}.length <= {limit}"
    if name == "startsWith":
        return f"{value}.startsWith({literal(limit)})"
    if name == "endsWith":
        return f"{value}.endsWith({literal(limit)})"
    if name == "matches":
        return f"util.matches({literal(limit)}, {value})"
    signs = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    if name in signs:
        return f"{value} {signs[name]} {limit}"
    return f"{value} {'>' if name == 'positive' else '<'} 0"
