"""The inputs of filters, conditions and key conditions: one set for each kind of value."""

from __future__ import annotations

from collections.abc import Iterable

_VALUES = {
    "String": ("String", True, True),
    "Int": ("Int", False, False),
    "Float": ("Float", False, False),
    "ID": ("ID", True, True),
}
"""Of each kind: its scalar, whether it holds text, whether it has a size."""

OF_SCALAR = {
    **{name: name for name in ("ID", "String", "Int", "Float", "Boolean")},
    "AWSTimestamp": "Int",
}
"""The kind of a scalar's filter; every other scalar is filtered as a String."""


def filter_kind(scalar: str) -> str:
    """The kind of filter input for a scalar."""
    return OF_SCALAR.get(scalar, "String")


def shared_inputs(kinds: Iterable[str], key_kinds: Iterable[str]) -> list[str]:
    """The inputs that do not depend on a model."""
    found = [
        "enum ModelAttributeTypes {\n  binary\n  binarySet\n  bool\n  list\n  map\n  number\n"
        "  numberSet\n  string\n  stringSet\n  _null\n}",
        "input ModelSizeInput {\n  ne: Int\n  eq: Int\n  le: Int\n  lt: Int\n  ge: Int\n  gt: Int\n"
        "  between: [Int]\n}",
        "enum ModelSortDirection {\n  ASC\n  DESC\n}",
    ]
    for kind in kinds:
        found += [_filter(kind), _subscription_filter(kind)]
    found += [_key_condition(kind) for kind in key_kinds]
    return found


def _filter(kind: str) -> str:
    if kind == "Boolean":
        lines = ["ne: Boolean", "eq: Boolean"]
    else:
        scalar, is_text, _ = _VALUES[kind]
        lines = [f"{name}: {scalar}" for name in ("ne", "eq", "le", "lt", "ge", "gt")]
        if is_text:
            lines += [f"contains: {scalar}", f"notContains: {scalar}"]
        lines.append(f"between: [{scalar}]")
        if is_text:
            lines.append(f"beginsWith: {scalar}")
    lines += ["attributeExists: Boolean", "attributeType: ModelAttributeTypes"]
    if kind in ("String", "ID"):
        lines.append("size: ModelSizeInput")
    return _input(f"Model{kind}Input", lines)


def _subscription_filter(kind: str) -> str:
    if kind == "Boolean":
        return _input("ModelSubscriptionBooleanInput", ["ne: Boolean", "eq: Boolean"])
    scalar, is_text, _ = _VALUES[kind]
    lines = [f"{name}: {scalar}" for name in ("ne", "eq", "le", "lt", "ge", "gt")]
    if is_text:
        lines += [f"contains: {scalar}", f"notContains: {scalar}"]
    lines.append(f"between: [{scalar}]")
    if is_text:
        lines.append(f"beginsWith: {scalar}")
    lines += [f"in: [{scalar}]", f"notIn: [{scalar}]"]
    return _input(f"ModelSubscription{kind}Input", lines)


def _key_condition(kind: str) -> str:
    lines = [f"{name}: {kind}" for name in ("eq", "le", "lt", "ge", "gt")]
    lines.append(f"between: [{kind}]")
    if kind in ("String", "ID"):
        lines.append(f"beginsWith: {kind}")
    return _input(f"Model{kind}KeyConditionInput", lines)


def _input(name: str, lines: list[str]) -> str:
    return f"input {name} {{\n" + "".join(f"  {line}\n" for line in lines) + "}"
