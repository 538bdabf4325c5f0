"""What an expression says, as typed trees. Names and values are still placeholders."""

from __future__ import annotations

from dataclasses import dataclass


class ExpressionError(ValueError):
    """DynamoDB refuses the expression; the text is DynamoDB's, without the parameter's name."""


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: names (``#placeholder`` or as written) and positions in lists."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """``:placeholder``, a value of the request."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its operands."""

    function: str
    operands: tuple[Operand, ...]


Operand = Path | Value | Call


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right``."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """``operand BETWEEN low AND high``."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """``operand IN (candidates)``."""

    operand: Operand
    candidates: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT condition``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by AND or by OR."""

    operator: str
    conditions: tuple[Condition, ...]


Condition = Comparison | Between | In | Not | Junction | Call


@dataclass(frozen=True, slots=True)
class ConditionExpression:
    """A condition, filter or key condition."""

    condition: Condition
    redundant_parentheses: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left + right`` or ``left - right``."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Action:
    """One change: ``path = value`` of SET, ``path`` of REMOVE, ``path :value`` of ADD, DELETE."""

    clause: str
    path: Path
    value: Operand | Arithmetic | None = None


@dataclass(frozen=True, slots=True)
class UpdateExpression:
    """The clauses as written, and all their actions."""

    clauses: tuple[str, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class ProjectionExpression:
    """The paths to be returned."""

    paths: tuple[Path, ...]


Expression = ConditionExpression | UpdateExpression | ProjectionExpression
