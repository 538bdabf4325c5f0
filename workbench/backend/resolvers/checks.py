"""Defaults and validators of a model's fields, in JavaScript."""

from __future__ import annotations

from workbench.backend.definitions.schema import Field, Model, Validator
from workbench.backend.resolvers.javascript import literal, member

_WORDS = {
    "minLength": "have a minimum length of {}",
    "maxLength": "have a maximum length of {}",
    "startsWith": "start with {}",
    "endsWith": "end with {}",
    "matches": "match {}",
    "gt": "be greater than {}",
    "gte": "be greater than or equal to {}",
    "lt": "be less than {}",
    "lte": "be less than or equal to {}",
    "positive": "be greater than 0",
    "negative": "be less than 0",
}
"""Amplify's own words, behind "Field NAME of type MODEL must"."""


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
            words = _WORDS[check.name].format(check.value)
            message = check.message or f"Field {field.name} of type {model.name} must {words}"
            lines.append(
                f"if ({value} != null && !({_condition(field, check, value)})) "
                f"util.error({literal(message)});"
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
