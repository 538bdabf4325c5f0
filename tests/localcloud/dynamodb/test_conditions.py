"""Conditions, filters, key conditions and projections: their answers and refusals."""

# ruff: noqa: E501 (DynamoDB's own words)

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.dynamodb.evaluation import holds, item_of, projected
from workbench.localcloud.dynamodb import key_conditions, parser
from workbench.localcloud.dynamodb.checks import Placeholders, check, placeholders_of
from workbench.localcloud.dynamodb.syntax import ExpressionError

ITEM: dict[str, Any] = {
    "s": "abc",
    "n": 10,
    "l": ["x", 1, ["y"]],
    "m": {"k": {"d": "deep"}},
    "set": {"p", "q"},
    "numbers": {1, 2},
    "yes": True,
    "nothing": None,
}
VALUES: dict[str, Any] = {
    "abc": "abc",
    "b": "b",
    "p": "p",
    "n": 10,
    "two": 2,
    "three": 3,
    "hundred": 100,
    "S": "S",
    "l": ["x", 1, ["y"]],
    "yes": True,
    "none": None,
    "set": {"q", "p"},
}
NAMES = {"s": "s", "m": "m"}


@pytest.mark.parametrize(
    "text",
    [
        "s = :abc",
        "#s = :abc",
        ":abc = s",
        "n = :n",
        "l = :l",
        "set = :set",
        "n > :two",
        "n < :hundred",
        "n >= :n AND n <= :n",
        "n BETWEEN :two AND :hundred",
        "NOT n BETWEEN :two AND :three",
        "n between :two and :hundred and s = :abc",
        "s IN (:b, :abc)",
        "NOT s IN (:b)",
        "missing <> :b",
        "NOT missing = :b",
        "missing <> other",
        "NOT missing = other",
        "NOT missing < :n",
        "n <> :abc",
        "NOT n = :abc",
        "attribute_exists(s)",
        "attribute_exists(#m.k.d)",
        "attribute_not_exists(m.k.e)",
        "attribute_not_exists(l[3])",
        "attribute_exists(l[2][0])",
        "attribute_type(s, :S)",
        "begins_with(s, :abc)",
        "NOT begins_with(s, :b)",
        "NOT begins_with(missing, :b)",
        "contains(s, :b)",
        "contains(set, :p)",
        "contains(numbers, :two)",
        "NOT contains(numbers, :three)",
        "contains(:set, s) OR contains(l, :p) OR contains(s, :b)",
        "size(s) = :three",
        "size(l) > :two",
        "size(set) = :two",
        "NOT size(missing) > :two",
        "(s = :b OR n = :n) AND NOT (s = :b AND n = :n)",
        "s = :b AND s = :b OR n = :n",
        "(s) = (:abc)",
        "yes = :yes",
        "nothing = :none",
    ],
)
def test_conditions_that_hold(text: str) -> None:
    assert holds(text, ITEM, VALUES, NAMES)
    assert not holds(f"NOT ({text})", ITEM, VALUES, NAMES)


OPERAND = "Incorrect operand type for operator or function; operator or function: "
MISUSED = "The function is not allowed to be used this way in an expression; function: "
COUNT = "Incorrect number of operands for operator or function; operator or function: "
DISTINCT = "The first operand must be distinct from the remaining operands for this operator or function; operator: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The expression can not be empty;"),
        ("s", 'Syntax error; token: "<EOF>", near: "s"'),
        ("s =", 'Syntax error; token: "<EOF>", near: "="'),
        ("= :b", 'Syntax error; token: "=", near: "= :b"'),
        ("s = :b AND", 'Syntax error; token: "<EOF>", near: "AND"'),
        ("s = :b s = :b", 'Syntax error; token: "s", near: ":b s ="'),
        ("s = :b,", 'Syntax error; token: ",", near: ":b,"'),
        ("s == :b", 'Syntax error; token: "=", near: "== :b"'),
        ("s != :b", 'Syntax error; token: "!", near: "s !="'),
        ("s = 'b'", "Syntax error; token: \"'\", near: \"= 'b\""),
        ("(s = :b", 'Syntax error; token: "<EOF>", near: ":b"'),
        ("s = :b)", 'Syntax error; token: ")", near: ":b)"'),
        ("s IN :b", 'Syntax error; token: ":b", near: "IN :b"'),
        ("s IN ()", 'Syntax error; token: ")", near: "()"'),
        ("s IN (:b,)", 'Syntax error; token: ")", near: ",)"'),
        ("n BETWEEN :n", 'Syntax error; token: "<EOF>", near: ":n"'),
        ("n BETWEEN :n, :n", 'Syntax error; token: ",", near: ":n, :n"'),
        ("attribute_exists()", 'Syntax error; token: ")", near: "()"'),
        ("s + :b = :b", 'Syntax error; token: "+", near: "s + :b"'),
        ("NOT", 'Syntax error; token: "<EOF>", near: "NOT"'),
        ("((s = :b))", "The expression has redundant parentheses;"),
        ("s = :b OR ((n = :n AND s = :b))", "The expression has redundant parentheses;"),
        ("((s)) = :b", "The expression has redundant parentheses;"),
        ("name = :b", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("m.date = :b", "Attribute name is a reserved keyword; reserved keyword: date"),
        ("is_there(s)", "Invalid function name; function: is_there"),
        ("Contains(s, :b)", "Invalid function name; function: Contains"),
        ("if_not_exists(s, :b) = :b", "The function is not allowed in a condition expression; function: if_not_exists"),
        ("size(s)", MISUSED + "size"),
        ("s = :b AND size(s)", MISUSED + "size"),
        ("attribute_exists(s) = :yes", MISUSED + "attribute_exists"),
        ("contains(s, contains(s, :b))", MISUSED + "contains"),
        ("attribute_exists(s, n)", COUNT + "attribute_exists, number of operands: 2"),
        ("begins_with(s)", COUNT + "begins_with, number of operands: 1"),
        ("size(s, n) > :n", COUNT + "size, number of operands: 2"),
        ("attribute_exists(:b)", "Operator or function requires a document path; operator or function: attribute_exists"),
        ("attribute_type(:b, :S)", "Operator or function requires a document path; operator or function: attribute_type"),
        ("attribute_type(s, :b)", "Invalid attribute type name found; type: b, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"),
        ("attribute_type(s, :n)", OPERAND + "attribute_type, operand type: N"),
        ("attribute_type(s, n)", OPERAND + "attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        ("begins_with(s, :n)", OPERAND + "begins_with, operand type: N"),
        ("begins_with(:yes, s)", OPERAND + "begins_with, operand type: BOOL"),
        ("size(:n) > :n", OPERAND + "size, operand type: N"),
        ("s < :yes", OPERAND + "<, operand type: BOOL"),
        ("l >= :l", OPERAND + ">=, operand type: L"),
        ("n BETWEEN :set AND :set", OPERAND + "BETWEEN, operand type: SS"),
        ("n BETWEEN :n AND :b", "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {S:b}"),
        ("n BETWEEN :n AND :two", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:2}"),
        ("s = s", DISTINCT + "=, first operand: [s]"),
        ("s <> #s", DISTINCT + "<>, first operand: [s]"),
        ("contains(m.k, #m.k)", DISTINCT + "contains, first operand: [m, k]"),
        ("s IN (:b, s)", DISTINCT + "IN, first operand: [s]"),
        ("s = :nope", "An expression attribute value used in expression is not defined; attribute value: :nope"),
        ("#nope = :b", "An expression attribute name used in the document path is not defined; attribute name: #nope"),
        ("s IN (" + ", ".join([":b"] * 101) + ")", "The IN operator is provided with too many operands; number of operands: 101"),
        # Of several faults, the first in DynamoDB's order.
        ("begins_with(s, :n) AND name = :b", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("s = :nope AND ((n = :n))", "The expression has redundant parentheses;"),
    ],
)  # fmt: skip
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        holds(text, ITEM, VALUES, NAMES)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pk = :b OR sk = :b", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT pk = :b", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk <> :b", "Invalid operator used in KeyConditionExpression: <>"),
        ("pk IN (:b)", "Invalid operator used in KeyConditionExpression: IN"),
        ("contains(pk, :b)", "Invalid operator used in KeyConditionExpression: contains"),
        ("pk = :b AND size(sk) = :n", "KeyConditionExpressions cannot contain nested operations"),
        (":b = :b", "Invalid condition in KeyConditionExpression: No key attribute specified"),
        ("pk = sk", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
        ("begins_with(:b, pk)", "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"),
        (":n BETWEEN sk AND :n", "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand"),
    ],
)  # fmt: skip
def test_what_key_conditions_may_not_say(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        key_conditions.check(parser.parse_condition(text))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "text",
    ["pk = :b", ":b = pk AND begins_with(sk, :b)", "pk = :b AND (sk BETWEEN :b AND :p)"],
)
def test_key_conditions(text: str) -> None:
    key_conditions.check(parser.parse_condition(text))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("pk = :b", None),
        ("#k = :b AND sk > :b", None),
        (":b = pk AND sk BETWEEN :b AND :p", None),
        ("sk = :b", "Query condition missed key schema element: pk"),
        ("pk > :b", "Query key condition not supported"),
        ("begins_with(pk, :b)", "Query key condition not supported"),
        ("pk = :b AND other = :b", "Query condition missed key schema element: sk"),
    ],
)
def test_key_conditions_fit_the_schema(text: str, refusal: str | None) -> None:
    expression = parser.parse_condition(text)
    assert key_conditions.refusal(expression, {"#k": "pk"}, "pk", "sk") == refusal


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("s", {"s": "abc"}),
        ("s, missing, #m.k.d", {"s": "abc", "m": {"k": {"d": "deep"}}}),
        ("l[2], l[0], l[9]", {"l": ["x", ["y"]]}),
        ("l[2][0]", {"l": [["y"]]}),
        ("s.x, l.x, m[0]", {}),
    ],
)
def test_projections(text: str, left: dict[str, Any]) -> None:
    assert projected(text, ITEM, NAMES) == item_of(left)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The expression can not be empty;"),
        ("s,", 'Syntax error; token: "<EOF>", near: ","'),
        (",s", 'Syntax error; token: ",", near: ",s"'),
        ("s n", 'Syntax error; token: "n", near: "s n"'),
        ("l[x]", 'Syntax error; token: "x", near: "[x]"'),
        (":b", 'Syntax error; token: ":b", near: ":b"'),
        ("s, name", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("#nope", "An expression attribute name used in the document path is not defined; attribute name: #nope"),
        ("m, n, m.k", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, k]"),
        ("l[0], l.a", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [l, [0]], path two: [l, a]"),
    ],
)  # fmt: skip
def test_projections_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        projected(text, ITEM, NAMES)
    assert str(refused.value) == message


def test_placeholders_are_found_wherever_they_stand() -> None:
    text = "a.#b[1] = :c AND (size(#d) IN (:e, #f) OR NOT contains(#g, :h))"
    found = placeholders_of(parser.parse_condition(text))
    assert found == {"#b", ":c", "#d", ":e", "#f", "#g", ":h"}
    assert placeholders_of(parser.parse_update("SET #a = if_not_exists(#b, :c) - :d DELETE e :f")) == {
        "#a", "#b", ":c", ":d", ":f",
    }  # fmt: skip


def test_an_expression_has_at_most_300_operators() -> None:
    given = Placeholders({}, {}, frozenset())
    for comparisons, refused in ((150, False), (151, True)):
        text = " OR ".join(["a < b"] * comparisons)
        expression = parser.parse_condition(text)
        if not refused:
            check(expression, given)
            continue
        with pytest.raises(ExpressionError) as error:
            check(expression, given)
        assert str(error.value) == (
            "The expression contains too many operators; operator count: 301"
        )
