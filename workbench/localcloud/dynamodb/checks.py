"""What DynamoDB refuses in an expression before it looks at an item.

Where an expression has several faults, DynamoDB names the first of the order in which it checks
them: the ``_RANK`` tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.dynamodb import paths
from workbench.localcloud.dynamodb.syntax import (
    Action,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Condition,
    ConditionExpression,
    Expression,
    ExpressionError,
    In,
    Junction,
    Not,
    Operand,
    Path,
    ProjectionExpression,
    UpdateExpression,
    Value,
)
from workbench.localcloud.dynamodb.values import (
    ORDERED,
    SETS,
    TYPES,
    AttributeValue,
    in_order,
    type_of,
)

_CONDITION_FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_UPDATE_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}
_OF_PATHS = ("attribute_exists", "attribute_not_exists", "attribute_type", "if_not_exists")
_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "L": "LIST",
    "M": "MAP",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
    "SS": "STRING SET",
    "NS": "NUMBER SET",
    "BS": "BINARY SET",
}
_MOST_CANDIDATES = 100
_ORDERING = ("<", "<=", ">", ">=")

_LARGEST_POSITION = 2**31 - 1
_DEEPEST_PATH = 32
_MOST_OPERATORS = 300

_CONDITION_RANK = ("parentheses", "words", "operands")
_UPDATE_RANK = ("words", "clause", "target", "overlap", "name", "operands")


@dataclass(frozen=True, slots=True)
class Placeholders:
    """A request's names and values, and the words that need a placeholder."""

    names: Mapping[str, str]
    values: Mapping[str, AttributeValue]
    reserved: Collection[str]


@dataclass(slots=True)
class _Faults:
    rank: tuple[str, ...]
    found: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, message: str) -> None:
        self.found.setdefault(kind, message)

    def settle(self) -> None:
        """Raise the one that DynamoDB names, if there is any."""
        for kind in self.rank:
            if kind in self.found:
                raise ExpressionError(self.found[kind])


def check(expression: Expression, given: Placeholders) -> None:
    """Raises ExpressionError with DynamoDB's words if it refuses the expression."""
    if _operators(expression) > _MOST_OPERATORS:
        # DynamoDB stops counting there.
        raise ExpressionError(
            f"The expression contains too many operators; operator count: {_MOST_OPERATORS + 1}"
        )
    if isinstance(expression, ConditionExpression):
        _check_condition(expression, given)
    elif isinstance(expression, UpdateExpression):
        _check_update(expression, given)
    else:
        _check_projection(expression, given)


def _operators(expression: Expression) -> int:
    """How many operators and functions there are: a comparison, a junction, a call each is one."""
    calls = sum(isinstance(operand, Call) for operand in operands_of(expression))
    if isinstance(expression, UpdateExpression):
        return calls + sum(isinstance(a.value, Arithmetic) for a in expression.actions)
    if not isinstance(expression, ConditionExpression):
        return 0
    waiting = [expression.condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Junction):
            calls += len(one.conditions) - 1
            waiting.extend(one.conditions)
        elif isinstance(one, Not):
            calls += 1
            waiting.append(one.condition)
        elif not isinstance(one, Call):
            calls += 1
    return calls


def placeholders_of(expression: Expression) -> frozenset[str]:
    """Every ``#name`` and ``:value`` that an expression uses."""
    found: set[str] = set()
    for operand in operands_of(expression):
        if isinstance(operand, Value):
            found.add(operand.name)
        elif isinstance(operand, Path):
            found.update(p for p in operand.parts if isinstance(p, str) and p.startswith("#"))
    return frozenset(found)


def operands_of(expression: Expression) -> Iterator[Operand]:
    """Every operand of an expression, those within functions, too."""
    if isinstance(expression, ProjectionExpression):
        yield from expression.paths
    elif isinstance(expression, UpdateExpression):
        for action in expression.actions:
            yield action.path
            yield from _within_all(_of_action(action))
    else:
        for condition in _leaves(expression.condition):
            yield from _within_all(_of_condition(condition))


def _within_all(operands: Iterable[Operand]) -> Iterator[Operand]:
    for operand in operands:
        yield operand
        if isinstance(operand, Call):
            yield from _within_all(operand.operands)


def _of_action(action: Action) -> tuple[Operand, ...]:
    if isinstance(action.value, Arithmetic):
        return action.value.left, action.value.right
    return () if action.value is None else (action.value,)


def _leaves(condition: Condition) -> Iterator[Comparison | Between | In | Call]:
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Junction):
            waiting.extend(reversed(one.conditions))
        elif isinstance(one, Not):
            waiting.append(one.condition)
        else:
            yield one


def _of_condition(condition: Comparison | Between | In | Call) -> tuple[Operand, ...]:
    if isinstance(condition, Comparison):
        return condition.left, condition.right
    if isinstance(condition, Between):
        return condition.operand, condition.low, condition.high
    if isinstance(condition, In):
        return condition.operand, *condition.candidates
    return (condition,)


def _check_words(operands: Iterable[Operand], given: Placeholders, faults: _Faults) -> None:
    for operand in operands:
        for part in operand.parts if isinstance(operand, Path) else ():
            if isinstance(part, int):
                if part > _LARGEST_POSITION:
                    faults.add(
                        "words", f"List index is not within the allowable range; index: [{part}]"
                    )
            elif part.upper() in given.reserved:
                faults.add(
                    "words", f"Attribute name is a reserved keyword; reserved keyword: {part}"
                )


def _check_names(
    operands: Iterable[Operand], given: Placeholders, faults: _Faults, kind: str
) -> None:
    for operand in operands:
        for part in operand.parts if isinstance(operand, Path) else ():
            if isinstance(part, str) and part.startswith("#") and part not in given.names:
                faults.add(
                    kind,
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {part}",
                )


def _check_defined(operands: Iterable[Operand], given: Placeholders, faults: _Faults) -> None:
    for operand in operands:
        _check_names((operand,), given, faults, "operands")
        if isinstance(operand, Path) and len(operand.parts) > _DEEPEST_PATH:
            faults.add(
                "operands",
                "The document path has too many nesting levels; nesting levels: "
                f"{len(operand.parts)}",
            )
        if isinstance(operand, Value) and operand.name not in given.values:
            faults.add(
                "operands",
                "An expression attribute value used in expression is not defined; attribute "
                f"value: {operand.name}",
            )


def _check_projection(expression: ProjectionExpression, given: Placeholders) -> None:
    faults = _Faults(_UPDATE_RANK)
    _check_words(expression.paths, given, faults)
    _check_defined(expression.paths, given, faults)
    faults.settle()
    paths.check_overlap([paths.resolved(path, given.names) for path in expression.paths])


def _check_update(expression: UpdateExpression, given: Placeholders) -> None:
    faults = _Faults(_UPDATE_RANK)
    for action in expression.actions:
        _check_words(_within_all((action.path, *_of_action(action))), given, faults)
        for operand in _of_action(action):
            _check_use(operand, _UPDATE_FUNCTIONS, faults)
    for index, clause in enumerate(expression.clauses):
        if clause in expression.clauses[:index]:
            faults.add(
                "clause",
                f'The "{clause}" section can only be used once in an update expression;',
            )
    _check_names((action.path for action in expression.actions), given, faults, "target")
    overlap = paths.overlap_error([paths.resolved(a.path, given.names) for a in expression.actions])
    if overlap:
        faults.add("overlap", overlap)
    # DynamoDB looks at what is written from the last action back to the first.
    for action in reversed(expression.actions):
        _check_names(_within_all(_of_action(action)), given, faults, "name")
        _check_defined(_within_all((action.path, *_of_action(action))), given, faults)
        for operand in _of_action(action):
            _check_call(operand, given, faults, _UPDATE_FUNCTIONS)
        if isinstance(action.value, Arithmetic):
            for operand in _of_action(action):
                _expect(operand, action.value.operator, ("N",), given, faults)
        elif action.clause in ("ADD", "DELETE"):
            _check_added(action, given, faults)
    faults.settle()


def _check_added(action: Action, given: Placeholders, faults: _Faults) -> None:
    kind = _known_type(action.value, given) if isinstance(action.value, Value) else None
    allowed = SETS | {"N"} if action.clause == "ADD" else SETS
    if kind is not None and kind not in allowed:
        faults.add(
            "operands",
            "Incorrect operand type for operator or function; operator: "
            f"{action.clause}, operand type: {_TYPE_NAMES.get(kind, kind)}, "
            "typeSet: ALLOWED_FOR_ADD_OPERAND",
        )


def _check_condition(expression: ConditionExpression, given: Placeholders) -> None:
    faults = _Faults(_CONDITION_RANK)
    if expression.redundant_parentheses:
        faults.add("parentheses", "The expression has redundant parentheses;")
    for condition in _leaves(expression.condition):
        operands = _of_condition(condition)
        _check_words(_within_all(operands), given, faults)
        for operand in operands:
            # A size stands only in a comparison, and any other function never does.
            name = operand.function if isinstance(operand, Call) else ""
            if name in _CONDITION_FUNCTIONS and (name == "size") == isinstance(condition, Call):
                faults.add("words", _misused(name))
            _check_use(operand, _CONDITION_FUNCTIONS, faults)
        _check_defined(_within_all(operands), given, faults)
        for operand in operands:
            _check_call(operand, given, faults, _CONDITION_FUNCTIONS)
        if not isinstance(condition, Call):
            _check_comparison(condition, operands, given, faults)
    faults.settle()


def _check_comparison(
    condition: Comparison | Between | In,
    operands: tuple[Operand, ...],
    given: Placeholders,
    faults: _Faults,
) -> None:
    if isinstance(condition, Comparison):
        _check_distinct(condition.operator, operands, given, faults)
        if condition.operator in _ORDERING:
            for operand in operands:
                _expect(operand, condition.operator, ORDERED, given, faults)
    elif isinstance(condition, In):
        if len(condition.candidates) > _MOST_CANDIDATES:
            faults.add(
                "operands",
                "The IN operator is provided with too many operands; number of operands: "
                f"{len(condition.candidates)}",
            )
        _check_distinct("IN", operands, given, faults)
    else:
        _check_distinct("BETWEEN", operands, given, faults)
        for operand in operands:
            _expect(operand, "BETWEEN", ORDERED, given, faults)
        _check_bounds(condition, given, faults)


def _check_bounds(condition: Between, given: Placeholders, faults: _Faults) -> None:
    if not isinstance(condition.low, Value) or not isinstance(condition.high, Value):
        return
    low, high = given.values.get(condition.low.name), given.values.get(condition.high.name)
    if low is None or high is None:
        return
    if type_of(low) != type_of(high):
        wrong = "same data type for lower and upper bounds"
    elif in_order(">", low, high):
        wrong = "upper bound to be greater than or equal to lower bound"
    else:
        return
    faults.add(
        "operands",
        f"The BETWEEN operator requires {wrong}; lower bound operand: "
        f"AttributeValue: {_shown(low)}, upper bound operand: AttributeValue: {_shown(high)}",
    )


def _check_use(operand: Operand, functions: Mapping[str, int], faults: _Faults) -> None:
    """The functions that there are, and where each may stand."""
    if not isinstance(operand, Call):
        return
    name = operand.function
    if name not in functions:
        update = functions is _UPDATE_FUNCTIONS
        other = _CONDITION_FUNCTIONS if update else _UPDATE_FUNCTIONS
        where = "an update" if update else "a condition"
        faults.add(
            "words",
            f"The function is not allowed in {where} expression; function: {name}"
            if name in other
            else f"Invalid function name; function: {name}",
        )
    if functions is _CONDITION_FUNCTIONS:
        _check_arity(operand, functions, faults)
    for inner in operand.operands:
        if isinstance(inner, Call) and not _may_nest(name, inner.function, functions):
            faults.add("words", _misused(inner.function))
        _check_use(inner, functions, faults)


def _may_nest(outer: str, inner: str, functions: Mapping[str, int]) -> bool:
    return inner in ("size", "if_not_exists") or outer == "if_not_exists" or inner not in functions


def _check_arity(call: Call, functions: Mapping[str, int], faults: _Faults) -> bool:
    count = len(call.operands)
    if count == functions.get(call.function, count):
        return True
    faults.add(
        "words" if functions is _CONDITION_FUNCTIONS else "operands",
        "Incorrect number of operands for operator or function; operator or function: "
        f"{call.function}, number of operands: {count}",
    )
    return False


def _check_call(
    operand: Operand, given: Placeholders, faults: _Faults, functions: Mapping[str, int]
) -> None:
    if not isinstance(operand, Call) or not _check_arity(operand, functions, faults):
        return
    for inner in operand.operands:
        _check_call(inner, given, faults, functions)
    if operand.function in functions:
        _check_operands(operand.function, operand.operands, given, faults)


def _check_operands(
    name: str, operands: tuple[Operand, ...], given: Placeholders, faults: _Faults
) -> None:
    if name != "list_append":
        _check_distinct(name, operands, given, faults)
    if name in _OF_PATHS and not isinstance(operands[0], Path):
        faults.add(
            "operands",
            f"Operator or function requires a document path; operator or function: {name}",
        )
    elif name == "list_append":
        for operand in operands:
            _expect(operand, name, ("L",), given, faults)
    elif name == "begins_with":
        for operand in operands:
            _expect(operand, name, ("S", "B"), given, faults)
    elif name == "size":
        _expect(operands[0], name, ("S", "B", "L", "M", *SETS), given, faults)
    elif name == "attribute_type":
        _check_type_name(operands[1], given, faults)


def _check_type_name(operand: Operand, given: Placeholders, faults: _Faults) -> None:
    if not isinstance(operand, Value):
        # A path can have any type.
        wrong = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
        faults.add("operands", _incorrect("attribute_type", wrong))
        return
    _expect(operand, "attribute_type", ("S",), given, faults)
    name = given.values.get(operand.name, {}).get("S")
    if isinstance(name, str) and name not in TYPES:
        faults.add(
            "operands",
            f"Invalid attribute type name found; type: {name}, valid types: {{{','.join(TYPES)}}}",
        )


def _check_distinct(
    operator: str, operands: tuple[Operand, ...], given: Placeholders, faults: _Faults
) -> None:
    first = operands[0]
    if not isinstance(first, Path):
        return
    parts = paths.resolved(first, given.names)
    for other in operands[1:]:
        if isinstance(other, Path) and paths.resolved(other, given.names) == parts:
            faults.add(
                "operands",
                "The first operand must be distinct from the remaining operands for this operator "
                f"or function; operator: {operator}, first operand: {paths.shown(parts)}",
            )


def _expect(
    operand: Operand,
    operator: str,
    allowed: Collection[str],
    given: Placeholders,
    faults: _Faults,
) -> None:
    kind = _known_type(operand, given)
    if kind is not None and kind not in allowed:
        faults.add("operands", _incorrect(operator, kind))


def _known_type(operand: Operand, given: Placeholders) -> str | None:
    if isinstance(operand, Value):
        value: Any = given.values.get(operand.name)
        return type_of(value) if isinstance(value, Mapping) else None
    if isinstance(operand, Call):
        return {"size": "N", "list_append": "L"}.get(operand.function)
    return None


def _incorrect(operator: str, kind: str) -> str:
    return (
        "Incorrect operand type for operator or function; operator or function: "
        f"{operator}, operand type: {kind}"
    )


def _misused(name: str) -> str:
    return f"The function is not allowed to be used this way in an expression; function: {name}"


def _shown(value: AttributeValue) -> str:
    kind = type_of(value)
    return f"{{{kind}:{value[kind]}}}"
