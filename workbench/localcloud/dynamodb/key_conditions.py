"""What a key condition may say: one condition for a key, joined by AND."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.localcloud.dynamodb.paths import resolved
from workbench.localcloud.dynamodb.syntax import (
    Between,
    Call,
    Comparison,
    Condition,
    ConditionExpression,
    ExpressionError,
    In,
    Junction,
    Not,
    Operand,
    Path,
    Value,
)

_OPERATOR = "Invalid operator used in KeyConditionExpression: {}"
_CONDITION = "Invalid condition in KeyConditionExpression: {}"


def check(expression: ConditionExpression) -> None:
    """Raises ExpressionError for what only conditions and filters may say."""
    for condition in joined(expression.condition):
        operands = _operands(condition)
        if any(isinstance(each, Call) for each in operands):
            raise ExpressionError("KeyConditionExpressions cannot contain nested operations")
        names = sum(isinstance(each, Path) for each in operands)
        if names > 1:
            raise ExpressionError(
                _CONDITION.format("Multiple attribute names used in one condition")
            )
        if not names:
            raise ExpressionError(_CONDITION.format("No key attribute specified"))
        if not isinstance(condition, Comparison) and isinstance(operands[0], Value):
            name = "BETWEEN" if isinstance(condition, Between) else "begins_with"
            raise ExpressionError(
                _CONDITION.format(
                    f"{name} operator must have the key attribute as its first operand"
                )
            )


def joined(condition: Condition) -> list[Comparison | Between | Call]:
    """The conditions that AND joins; raises ExpressionError for other ones."""
    if isinstance(condition, Junction):
        if condition.operator == "OR":
            raise ExpressionError(_OPERATOR.format("OR"))
        return [each for part in condition.conditions for each in joined(part)]
    if isinstance(condition, Not):
        raise ExpressionError(_OPERATOR.format("NOT"))
    if isinstance(condition, In):
        raise ExpressionError(_OPERATOR.format("IN"))
    if isinstance(condition, Comparison) and condition.operator == "<>":
        raise ExpressionError(_OPERATOR.format("<>"))
    if isinstance(condition, Call) and condition.function != "begins_with":
        raise ExpressionError(_OPERATOR.format(condition.function))
    return [condition]


def _operands(condition: Comparison | Between | Call) -> tuple[Operand, ...]:
    if isinstance(condition, Comparison):
        return condition.left, condition.right
    if isinstance(condition, Between):
        return condition.operand, condition.low, condition.high
    return condition.operands


def refusal(
    expression: ConditionExpression, names: Mapping[str, str], hash_key: str, range_key: str | None
) -> str | None:
    """DynamoDB's words where the conditions do not fit a key schema."""
    compared = dict(_compared(condition, names) for condition in joined(expression.condition))
    if hash_key not in compared:
        return f"Query condition missed key schema element: {hash_key}"
    if compared[hash_key] != "=":
        return "Query key condition not supported"
    others = [name for name in compared if name != hash_key]
    if range_key and len(others) == 1 and range_key not in others:
        return f"Query condition missed key schema element: {range_key}"
    return None


def _compared(condition: Comparison | Between | Call, names: Mapping[str, str]) -> tuple[str, str]:
    """The attribute of a condition, and the operator."""
    path = next(each for each in _operands(condition) if isinstance(each, Path))
    operator = condition.operator if isinstance(condition, Comparison) else "range"
    return str(resolved(path, names)[0]), operator
