"""Parameters: ministack takes values for parameters that do not exist, and has words of its own.

CloudFormation refuses a value for a parameter that the template does not have, which is mostly a
misspelt name, and lists all parameters that lack a value.
"""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks

_NUMBERS = ("Number", "List<Number>")


def install() -> None:
    """Check what was given before ministack resolves it."""
    resolve = engine._resolve_parameters

    def resolve_parameters(
        template: dict[str, Any], given: list[dict[str, Any]], previous: Any = None
    ) -> Any:
        check(template.get("Parameters") or {}, given, previous or {})
        return resolve(template, given, previous)

    for module in (engine, stacks, handlers, changesets):
        if getattr(module, "_resolve_parameters", None) is resolve:
            module._resolve_parameters = resolve_parameters


def check(defined: dict[str, Any], given: list[dict[str, Any]], previous: dict[str, Any]) -> None:
    """Raise what CloudFormation says of the parameters given."""
    values = {one["Key"]: one for one in given if "Key" in one}
    if unknown := [name for name in values if name not in defined]:
        raise ValueError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [
        name
        for name, definition in defined.items()
        if "Default" not in definition
        and (name not in values or (values[name].get("UsePreviousValue") and name not in previous))
    ]
    if missing:
        raise ValueError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, definition in defined.items():
        one = values.get(name, {})
        value = one.get("Value") if one and not one.get("UsePreviousValue") else None
        if value is None:
            value = definition.get("Default")
        if value is None or one.get("UsePreviousValue"):
            continue
        kind = definition.get("Type", "String")
        parts = str(value).split(",") if kind == "List<Number>" else [str(value)]
        if kind in _NUMBERS and not all(map(_is_number, parts)):
            raise ValueError(f"Parameter '{name}' must be a number.")
        allowed = [str(each) for each in definition.get("AllowedValues") or ()]
        said = definition.get("ConstraintDescription") or (
            f"must be one of AllowedValues [{', '.join(allowed)}]"
        )
        listed = kind == "CommaDelimitedList" or kind.startswith("List<")
        chosen = [each.strip() for each in str(value).split(",")] if listed else [str(value)]
        if allowed and not kind.startswith("AWS::SSM::") and not set(chosen) <= set(allowed):
            raise ValueError(f"Parameter '{name}' {said}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
