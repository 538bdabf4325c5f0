"""Expressions to closures: what stands in ``#if(...)``, behind ``=`` and between call parentheses.

Everything is parsed once; a closure takes the :class:`RenderState` and gives a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from workbench.localcloud.appsync.java.collections import held
from workbench.localcloud.appsync.vtl.operators import ARITHMETIC, COMPARISONS, add
from workbench.localcloud.appsync.vtl.render_state import RenderError, RenderState
from workbench.localcloud.appsync.vtl.source import Source
from workbench.localcloud.appsync.vtl.values import is_number, is_true

Value = Callable[[RenderState], Any]
Test = Callable[[RenderState], bool]


class Expression(NamedTuple):
    """An expression's value, and what it is as a condition.

    In Velocity 1.x only references, comparisons, logic and ``true`` can be true: ``#if("x")`` is
    not. ``is_json`` marks a plain ``$util.toJson(...)``.
    """

    value: Value
    test: Test
    is_json: bool = False


_WORDS = {"and": "&&", "or": "||", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">"}
_WORDS |= {"ge": ">="}
_BINDING = {
    sign: level
    for level, signs in enumerate(
        (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
    )
    for sign in signs
}
"""How tight an operator binds: the higher, the tighter."""

_OPERATOR = re.compile(r"\s*(\|\||&&|==|!=|<=|>=|<|>|\+|-|\*|/|%|(?:and|or|eq|ne|lt|le|gt|ge)\b)")
_ENDS = frozenset(",)]}:")
"""What can't go on with an operator: most operands end there, so it is asked first."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)?|-?\.\d+(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"(true|false|null|not)(?![\w-])")
_STRING = re.compile(r'"((?:[^"]|"")*)"|\'((?:[^\']|\'\')*)\'')
MOST_RANGE = 100_000


def never(state: RenderState) -> bool:
    """The condition of what can't be true."""
    return False


def parse_expression(source: Source) -> Expression:
    """Parse one expression."""
    source.deeper()
    expression = _operation(source, 0)
    source.depth -= 1
    return expression


def _operation(source: Source, least: int) -> Expression:
    """Parse operands and the operators between them that bind at least as tight as ``least``."""
    source.skip_spaces()
    start = source.position
    left = _unary(source)
    while True:
        behind = source.position
        if source.text[behind : behind + 1] in _ENDS:
            return left
        found = source.match(_OPERATOR)
        sign = "" if found is None else _WORDS.get(found[1], found[1])
        binding = _BINDING.get(sign, -1)
        if binding < least:
            source.position = behind
            return left
        source.skip_spaces()
        right_start = source.position
        right = _operation(source, binding + 1)
        if sign == "+":
            left_text = source.text[start:behind]
            left = _sum(
                left.value, right.value, left_text, source.text[right_start : source.position]
            )
        else:
            left = _combine(sign, left, right)


def _sum(one: Value, other: Value, left_text: str, right_text: str) -> Expression:
    return Expression(lambda state: add(one(state), other(state), left_text, right_text), never)


def _combine(sign: str, left: Expression, right: Expression) -> Expression:
    if sign in ("&&", "||"):
        return _logic(sign, left.test, right.test)
    one, other = left.value, right.value
    if sign in ARITHMETIC:
        function = ARITHMETIC[sign]
        return Expression(lambda state: function(one(state), other(state)), never)
    comparison = COMPARISONS[sign]

    def compared(state: RenderState) -> bool:
        return comparison(one(state), other(state))

    return Expression(compared, compared)


def _logic(sign: str, one: Test, other: Test) -> Expression:
    def both(state: RenderState) -> bool:
        return one(state) and other(state)

    def either(state: RenderState) -> bool:
        return one(state) or other(state)

    test = both if sign == "&&" else either
    return Expression(test, test)


def _unary(source: Source) -> Expression:
    source.skip_spaces()
    negated = source.at("!") and not source.at("!=")
    if negated:
        source.position += 1
    else:
        word = _WORD.match(source.text, source.position)
        if word is not None and word[1] == "not":
            source.position = word.end()
            negated = True
    if not negated:
        return _primary(source)
    source.deeper()
    test = _unary(source).test
    source.depth -= 1

    def opposite(state: RenderState) -> bool:
        return not test(state)

    return Expression(opposite, opposite)


def _primary(source: Source) -> Expression:
    text, position = source.text, source.position
    character = text[position : position + 1]
    if character == "$":
        from workbench.localcloud.appsync.vtl.references import parse_reference

        reference = parse_reference(source)
        if reference is None:
            raise source.failure(f"expected a reference, found {source.found()}")
        value = reference.value
        return Expression(value, lambda state: is_true(value(state)), reference.is_json)
    if character == "(":
        source.position += 1
        inner = parse_expression(source)
        source.expect(")", "after an expression")
        return Expression(inner.value, inner.test)
    if character in ('"', "'"):
        return Expression(parse_string(source), never)
    if character == "{":
        return Expression(_map(source), never)
    if character == "[":
        return Expression(_list(source), never)
    word = source.match(_WORD)
    if word is not None and word[1] != "not":
        constant = {"true": True, "false": False, "null": None}[word[1]]
        return Expression(lambda state: constant, lambda state: constant is True)
    number = source.match(_NUMBER)
    if number is not None:
        figure = _number(number[0], source)
        return Expression(lambda state: figure, never)
    raise source.failure(f"expected a value, found {source.found()}")


def _number(text: str, source: Source) -> int | float:
    if len(text) > 1000:
        raise source.failure("a number is too long")
    return float(text) if any(mark in text for mark in ".eE") else int(text)


def parse_string(source: Source) -> Value:
    """A string: in single quotes as it is, in double quotes with what ``$`` and ``#`` mean."""
    line = source.line()
    found = source.match(_STRING)
    if found is None:
        raise source.failure("a string has no end")
    if found[2] is not None:
        plain = found[2].replace("''", "'")
        return lambda state: plain
    content = found[1].replace('""', '"')
    if "$" not in content and "#" not in content:
        return lambda state: content
    from workbench.localcloud.appsync.vtl.blocks import parse_interpolated

    return parse_interpolated(source.inner(content, line))


def _map(source: Source) -> Value:
    source.position += 1
    keys: list[Value] = []
    members: list[Value] = []
    source.skip_spaces()
    if source.take("}"):
        return lambda state: {}
    while True:
        source.skip_spaces()
        keys.append(parse_expression(source).value)
        source.expect(":", "in a map")
        members.append(parse_expression(source).value)
        source.skip_spaces()
        if source.take("}"):
            break
        source.expect(",", "in a map")
    pairs = tuple(zip(keys, members, strict=True))
    return lambda state: {key(state): held(member(state)) for key, member in pairs}


def _list(source: Source) -> Value:
    source.position += 1
    source.skip_spaces()
    if source.take("]"):
        return lambda state: []
    first = parse_expression(source).value
    source.skip_spaces()
    if source.take(".."):
        last = parse_expression(source).value
        source.expect("]", "after a range")
        return lambda state: _range(first(state), last(state))
    members = [first]
    while not source.take("]"):
        source.expect(",", "in a list")
        members.append(parse_expression(source).value)
        source.skip_spaces()
    return lambda state: [held(member(state)) for member in members]


def _range(first: Any, last: Any) -> list[int] | None:
    if not is_number(first) or not is_number(last):
        return None
    start, end = int(first), int(last)
    if abs(end - start) > MOST_RANGE:
        raise RenderError(f"a range can't have more than {MOST_RANGE} members")
    step = 1 if end >= start else -1
    return list(range(start, end + step, step))
