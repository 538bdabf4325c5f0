"""Update expressions: what they do to an item, and DynamoDB's words for what it refuses."""

# ruff: noqa: E501 (DynamoDB's own words)

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.dynamodb.evaluation import item_of, updated
from workbench.localcloud.dynamodb import parser, updates
from workbench.localcloud.dynamodb.syntax import ExpressionError

ITEM: dict[str, Any] = {
    "pk": "a",
    "s": "str",
    "n": 5,
    "l": ["1", "2", "3", "4", "5"],
    "m": {"x": 1, "y": {"z": "deep"}, "l": ["a", "b", "c"]},
    "tags": {"a", "b"},
}
VALUES: dict[str, Any] = {
    "x": "v",
    "n": 1,
    "l": ["new"],
    "m": {"k": 1},
    "set": {"b", "c"},
    "numbers": {2, 10},
    "yes": True,
    "none": None,
}
NAMES = {"a": "n", "dotted": "m.x", "s": "s"}


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        # Positions are those before the update.
        ("REMOVE l[0], l[1], l[2]", {"l": ["4", "5"]}),
        ("REMOVE l[2], l[0], l[9]", {"l": ["2", "4", "5"]}),
        ("REMOVE m.l[0], m.l[1]", {"m": {**ITEM["m"], "l": ["c"]}}),
        ("SET l[4] = :x REMOVE l[0]", {"l": ["2", "3", "4", "v"]}),
        ("REMOVE l[0] SET l[1] = l[0]", {"l": ["1", "3", "4", "5"]}),
        ("SET l[20] = :x, l[9] = :n", {"l": [*ITEM["l"], 1, "v"]}),
        ("SET l[7] = :x REMOVE l[0], l[1]", {"l": ["3", "4", "5", "v"]}),
        ("SET s = n, n = s", {"s": 5, "n": "str"}),
        ("SET copy = s REMOVE s", {"copy": "str", "s": None}),
        (
            "SET m.y.z = :x, m.new = :n REMOVE m.x",
            {"m": {"y": {"z": "v"}, "new": 1, "l": list("abc")}},
        ),
        ("REMOVE m.none, none", {}),
        ("SET #dotted = :x", {"m.x": "v"}),
        # Arithmetic and functions.
        ("SET n = n + :n", {"n": 6}),
        ("set n = :n - n", {"n": -4}),
        ("SET n = (n + :n)", {"n": 6}),
        ("SET c = if_not_exists(c, :n) + :n", {"c": 2}),
        ("SET n = if_not_exists(n, :x)", {}),
        ("SET l = list_append(l, :l)", {"l": [*ITEM["l"], "new"]}),
        ("SET q = list_append(:l, if_not_exists(q, :l))", {"q": ["new", "new"]}),
        # ADD and DELETE.
        ("ADD n :n, fresh :n", {"n": 6, "fresh": 1}),
        ("ADD tags :set", {"tags": {"a", "b", "c"}}),
        ("DELETE tags :set", {"tags": {"a"}}),
        ("DELETE nothing :set", {}),
        ("ADD numbers :numbers", {"numbers": {2, 10}}),
    ],
)
def test_updates(text: str, changes: dict[str, Any]) -> None:
    expected = {**ITEM, **changes}
    if "numbers" in expected:
        expected.pop("numbers")
        found = updated(text, ITEM, VALUES, NAMES)
        assert found.pop("numbers") == {"NS": ["2", "10"]}
    else:
        found = updated(text, ITEM, VALUES, NAMES)
    gone = [name for name, value in changes.items() if value is None]
    assert found == item_of({k: v for k, v in expected.items() if k not in gone})


OVERLAP = "Two document paths overlap with each other; must remove or rewrite one of these paths; "
OPERAND = "Incorrect operand type for operator or function; operator or function: "
ADDED = "Incorrect operand type for operator or function; operator: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The expression can not be empty;"),
        ("  ", "The expression can not be empty;"),
        ("hello", 'Syntax error; token: "hello", near: "hello"'),
        ("SET", 'Syntax error; token: "<EOF>", near: "SET"'),
        ("SET s", 'Syntax error; token: "<EOF>", near: "s"'),
        ("SET s =", 'Syntax error; token: "<EOF>", near: "="'),
        ("SET s = :x,", 'Syntax error; token: "<EOF>", near: ","'),
        ("SET s = :x, , n = :n", 'Syntax error; token: ",", near: ", , n"'),
        ("SET s = :x n = :n", 'Syntax error; token: "n", near: ":x n ="'),
        ("SET s = :x REMOVE", 'Syntax error; token: "<EOF>", near: "REMOVE"'),
        ("SET :x = :x", 'Syntax error; token: ":x", near: "SET :x ="'),
        ("SET s = 5", 'Syntax error; token: "5", near: "= 5"'),
        ('SET s = "v"', 'Syntax error; token: """, near: "= "v"'),
        ("SET n = n + :n + :n", 'Syntax error; token: "+", near: ":n + :n"'),
        ("SET n = if_not_exists(n, :n + :n)", 'Syntax error; token: "+", near: ":n + :n"'),
        ("SET _n = :n", 'Syntax error; token: "_", near: "SET _n"'),
        ("SET l[:n] = :x", 'Syntax error; token: ":n", near: "[:n]"'),
        ("SET l[-1] = :x", 'Syntax error; token: "-", near: "[-1"'),
        ("SET m..x = :x", 'Syntax error; token: ".", near: "..x"'),
        ("ADD n", 'Syntax error; token: "<EOF>", near: "n"'),
        ("ADD n n", 'Syntax error; token: "n", near: "n n"'),
        ("ADD n = :n", 'Syntax error; token: "=", near: "n = :n"'),
        ("REMOVE s = :x", 'Syntax error; token: "=", near: "s = :x"'),
        ("SET s = :x SET n = :n", 'The "SET" section can only be used once in an update expression;'),
        ("ADD n :n REMOVE s ADD q :n", 'The "ADD" section can only be used once in an update expression;'),
        ("REMOVE s SET n = :n REMOVE q", 'The "REMOVE" section can only be used once in an update expression;'),
        ("SET name = :x", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("SET s = name", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("SET m.Date = :x", "Attribute name is a reserved keyword; reserved keyword: Date"),
        ("SET s = f(n)", "Invalid function name; function: f"),
        ("SET s = If_Not_Exists(s, :x)", "Invalid function name; function: If_Not_Exists"),
        ("SET s = size(s)", "The function is not allowed in an update expression; function: size"),
        ("SET l = list_append(list_append(l, :l), :l)", "The function is not allowed to be used this way in an expression; function: list_append"),
        ("SET s = if_not_exists(s)", "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"),
        ("SET l = list_append(l, :l, :l)", "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 3"),
        ("SET s = if_not_exists(:x, :x)", "Operator or function requires a document path; operator or function: if_not_exists"),
        ("SET s = if_not_exists(s, s)", "The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [s]"),
        ("SET s = :nope", "An expression attribute value used in expression is not defined; attribute value: :nope"),
        ("SET #nope = :x", "An expression attribute name used in the document path is not defined; attribute name: #nope"),
        ("SET l[2147483648] = :x", "List index is not within the allowable range; index: [2147483648]"),
        ("SET s = :x, s = :n", OVERLAP + "path one: [s], path two: [s]"),
        ("SET s = :x REMOVE #s", OVERLAP + "path one: [s], path two: [s]"),
        ("SET m.y = :x, m.y.z = :x", OVERLAP + "path one: [m, y], path two: [m, y, z]"),
        ("ADD tags :set DELETE tags :set", OVERLAP + "path one: [tags], path two: [tags]"),
        ("SET l[1] = :x, l[1][0] = :x", OVERLAP + "path one: [l, [1]], path two: [l, [1], [0]]"),
        ("SET l[1] = :x, l.b = :x", OVERLAP.replace("overlap", "conflict") + "path one: [l, [1]], path two: [l, b]"),
        ("SET s = s + :x", OPERAND + "+, operand type: S"),
        ("SET n = :l - n", OPERAND + "-, operand type: L"),
        ("SET n = list_append(l, :l) + :n", OPERAND + "+, operand type: L"),
        ("SET l = list_append(l, :x)", OPERAND + "list_append, operand type: S"),
        ("ADD n :x", ADDED + "ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD n :yes", ADDED + "ADD, operand type: BOOLEAN, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD l :l", ADDED + "ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("DELETE tags :n", ADDED + "DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("DELETE tags :m", ADDED + "DELETE, operand type: MAP, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        # Only with the item at hand.
        ("SET n = s + :n", "An operand in the update expression has an incorrect data type"),
        ("SET l = list_append(s, :l)", "An operand in the update expression has an incorrect data type"),
        ("ADD s :n", "An operand in the update expression has an incorrect data type"),
        ("ADD tags :numbers", "An operand in the update expression has an incorrect data type"),
        ("DELETE s :set", "An operand in the update expression has an incorrect data type"),
        ("SET n = none + :n", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET s = m.none", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET l = list_append(none, :l)", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET none.x = :x", "The document path provided in the update expression is invalid for update"),
        ("SET s.x = :x", "The document path provided in the update expression is invalid for update"),
        ("SET l.x = :x", "The document path provided in the update expression is invalid for update"),
        ("SET m[0] = :x", "The document path provided in the update expression is invalid for update"),
        ("REMOVE none.x", "The document path provided in the update expression is invalid for update"),
        ("ADD none.x :n", "The document path provided in the update expression is invalid for update"),
        ("SET l[7].x = :x", "The document path provided in the update expression is invalid for update"),
    ],
)  # fmt: skip
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        updated(text, ITEM, VALUES, NAMES)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("number", "operation", "result"),
    [
        ("9" * 38, "SET n = n - :n", "9" * 37 + "8"),
        ("0." + "1" * 38, "SET n = n + n2", "0." + "2" * 38),
        ("1E-130", "SET n = n + n2", "0." + "0" * 129 + "2"),
        ("1E+125", "SET n = n + n2", "2" + "0" * 125),
    ],
)
def test_sums_are_exact(number: str, operation: str, result: str) -> None:
    item = {"n": {"N": number}, "n2": {"N": number}}
    expression = parser.parse_update(operation)
    assert updates.apply(expression, item, {}, {":n": {"N": "1"}})["n"] == {"N": result}


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("9.9E+125", "9.9E+125", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1E+38", "0.1", "Attempting to store more than 38 significant digits in a Number"),
    ],
)  # fmt: skip
def test_sums_that_cannot_be_stored(one: str, other: str, message: str) -> None:
    item = {"n": {"N": one}}
    expression = parser.parse_update("SET n = n + :n")
    with pytest.raises(ExpressionError) as refused:
        updates.apply(expression, item, {}, {":n": {"N": other}})
    assert str(refused.value) == message


def test_the_item_before_stays_as_it_was() -> None:
    before = {"m": {"M": {"l": {"L": [{"S": "a"}]}}}}
    expression = parser.parse_update("SET m.l[0] = :x, copy = m")
    after = updates.apply(expression, before, {}, {":x": {"S": "b"}})
    assert before == {"m": {"M": {"l": {"L": [{"S": "a"}]}}}}
    assert after == {"m": {"M": {"l": {"L": [{"S": "b"}]}}}, "copy": before["m"]}
