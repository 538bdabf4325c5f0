"""Amplify's filter objects as DynamoDB expressions: ``$util.transform.toDynamoDB…Expression``.

The placeholders' names are a contract, since templates add to them: ``#<field>``,
``:<field>_<operator>``, and inside ``and``/``or``/``not`` with their path in front, such as
``:or_0_<field>_<operator>``. Source: AppSync developer guide, "Transformation helpers", and what
the templates of Amplify expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.util_functions.dynamodb_values import to_attribute_value

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_FUNCTIONS = {
    "contains": "contains",
    "notContains": "NOT contains",
    "beginsWith": "begins_with",
}
_ATTRIBUTE_TYPES = {
    "binary": "B",
    "binarySet": "BS",
    "bool": "BOOL",
    "list": "L",
    "map": "M",
    "number": "N",
    "numberSet": "NS",
    "string": "S",
    "stringSet": "SS",
    "_null": "NULL",
}
DEEPEST = 50
"""Levels of ``and``, ``or`` and ``not`` inside each other."""


class _Names:
    """The placeholders of one expression."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def field(self, name: str) -> str:
        """The placeholder of a field."""
        self.names[f"#{name}"] = name
        return f"#{name}"

    def value(self, path: str, name: str, plain: Any) -> str:
        """The placeholder of a value that is compared with."""
        key = f":{path}{name}"
        self.values[key] = to_attribute_value(plain)
        return key


def to_expression(condition: Any) -> dict[str, Any]:
    """The expression of a filter: ``expression``, ``expressionNames``, ``expressionValues``.

    Conditions that compare with nothing (``attributeExists``) leave ``expressionValues`` empty.
    Raises ValueError for an invalid filter.
    """
    names = _Names()
    parts = _parts(condition, "", names, 0)
    return {
        "expression": " AND ".join(parts),
        "expressionNames": names.names,
        "expressionValues": names.values,
    }


def _parts(condition: Any, path: str, names: _Names, depth: int) -> list[str]:
    if not isinstance(condition, Mapping):
        raise ValueError("a filter is a map of fields to conditions")  # noqa: TRY004
    if depth > DEEPEST:
        raise ValueError(f"a filter nests more than {DEEPEST} levels deep")
    parts: list[str] = []
    for name, member in condition.items():
        if name in ("and", "or"):
            parts += _joined(name, member, f"{path}{name}_", names, depth)
        elif name == "not":
            inner = _scoped(_parts(member, f"{path}not_", names, depth + 1), "AND")
            parts += [f"(NOT {text})" for text in inner]
        else:
            parts += _scoped(_field_parts(str(name), member, path, names), "AND")
    return parts


def _joined(name: str, member: Any, path: str, names: _Names, depth: int) -> list[str]:
    """The members of ``and`` or ``or``, each in parentheses where it has several conditions."""
    if not isinstance(member, list):
        return _scoped(_parts(member, path, names, depth + 1), "AND")
    parts: list[str] = []
    for index, each in enumerate(member):
        parts += _scoped(_parts(each, f"{path}{index}_", names, depth + 1), "AND")
    return _scoped(parts, name.upper())


def _scoped(parts: list[str], joiner: str) -> list[str]:
    """Several parts as one in parentheses."""
    return [f"({f' {joiner} '.join(parts)})"] if len(parts) > 1 else parts


def _field_parts(field: str, conditions: Any, path: str, names: _Names) -> list[str]:
    if not isinstance(conditions, Mapping):
        raise ValueError(f'the condition on "{field}" is not a map of operators')  # noqa: TRY004
    return [
        _condition(field, str(operator), operand, path, names)
        for operator, operand in conditions.items()
        if not (operator == "size" and operand == {})
    ]


def _condition(field: str, operator: str, operand: Any, path: str, names: _Names) -> str:
    name = names.field(field)
    value_name = f"{field}_{operator}"
    if operator == "attributeExists":
        return f"attribute_exists({name})" if operand else f"attribute_not_exists({name})"
    if operator == "between":
        if not isinstance(operand, list) or len(operand) != 2:
            raise ValueError(f'"between" of "{field}" takes a list of two values')
        low = names.value(path, f"{value_name}_1", operand[0])
        high = names.value(path, f"{value_name}_2", operand[1])
        return f"{name} BETWEEN {low} AND {high}"
    if operator == "size":
        return _size(field, operand, path, names)
    if operator == "attributeType":
        operand = _ATTRIBUTE_TYPES.get(str(operand), operand)
        return f"attribute_type({name}, {names.value(path, value_name, operand)})"
    if operator in _COMPARISONS:
        return f"{name} {_COMPARISONS[operator]} {names.value(path, value_name, operand)}"
    if operator in _FUNCTIONS:
        return f"{_FUNCTIONS[operator]}({name}, {names.value(path, value_name, operand)})"
    if operator == "in":
        # The list is one value that has to contain the field: its name stays one placeholder.
        return f"contains({names.value(path, value_name, operand)}, {name})"
    raise ValueError(f'unknown operator "{operator}" on "{field}"')


def _size(field: str, conditions: Any, path: str, names: _Names) -> str:
    if not isinstance(conditions, Mapping):
        raise ValueError(f'"size" of "{field}" is not a map of operators')  # noqa: TRY004
    parts = []
    for operator, operand in conditions.items():
        value_name = f"{field}_size_{operator}"
        if operator == "between" and isinstance(operand, list) and len(operand) == 2:
            low = names.value(path, f"{value_name}_1", operand[0])
            high = names.value(path, f"{value_name}_2", operand[1])
            parts.append(f"size(#{field}) BETWEEN {low} AND {high}")
        elif operator in _COMPARISONS:
            placeholder = names.value(path, value_name, operand)
            parts.append(f"size(#{field}) {_COMPARISONS[operator]} {placeholder}")
        else:
            raise ValueError(f'unknown operator "{operator}" on the size of "{field}"')
    return _scoped(parts, "AND")[0]
