"""Parses expressions by the grammar of DynamoDB's developer guide; each text once.

Sources: "Condition expression syntax", "Update expressions" and "Projection expressions" in the
developer guide. As in DynamoDB, arithmetic has exactly two operands, and names in an expression
begin with a letter.
"""

from __future__ import annotations

from functools import lru_cache

from workbench.localcloud.dynamodb.syntax import (
    Action,
    Arithmetic,
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
    ProjectionExpression,
    UpdateExpression,
    Value,
)
from workbench.localcloud.dynamodb.tokens import END, NAME, NUMBER, VALUE, Tokens

COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
_CONDITION_WORDS = ("AND", "OR", "NOT", "BETWEEN", "IN")
_KEPT = 1024
"""Texts whose trees are kept: a program sends the same few over and over."""


@lru_cache(maxsize=_KEPT)
def parse_condition(text: str) -> ConditionExpression:
    """A condition, filter or key condition expression. Raises ExpressionError."""
    parser = _ConditionParser(text)
    try:
        condition = parser.any_of()
    except RecursionError:
        raise ExpressionError("The expression is nested too deeply") from None
    parser.end()
    return ConditionExpression(condition, parser.redundant)


@lru_cache(maxsize=_KEPT)
def parse_update(text: str) -> UpdateExpression:
    """An update expression. Raises ExpressionError."""
    return _UpdateParser(text).expression()


@lru_cache(maxsize=_KEPT)
def parse_projection(text: str) -> ProjectionExpression:
    """A projection expression. Raises ExpressionError."""
    parser = _Parser(text, ())
    paths = [parser.path()]
    while parser.comma():
        paths.append(parser.path())
    parser.end()
    return ProjectionExpression(tuple(paths))


class _Parser:
    """Paths and operands, which all expressions share."""

    def __init__(self, text: str, words: tuple[str, ...]) -> None:
        if not text.strip():
            raise ExpressionError("The expression can not be empty;")
        self.tokens = Tokens(text)
        self.words = words
        self.redundant = False
        """Whether parentheses hold nothing but other parentheses."""

    def end(self) -> None:
        if self.tokens.next.kind != END:
            self.tokens.refuse()

    def comma(self) -> bool:
        if not self.tokens.is_sign(","):
            return False
        self.tokens.take()
        return True

    def path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while self.tokens.is_sign(".", "["):
            if self.tokens.take().text == ".":
                parts.append(self._name())
                continue
            if self.tokens.next.kind != NUMBER:
                self.tokens.refuse()
            parts.append(int(self.tokens.take().text))
            self.tokens.expect_sign("]")
        return Path(tuple(parts))

    def operand(self) -> Operand:
        token = self.tokens.next
        if token.kind == VALUE:
            return Value(self.tokens.take().text)
        if self._calls():
            return self.call()
        return self.path()

    def parenthesized_operand(self) -> Operand:
        if not self.tokens.is_sign("("):
            return self.operand()
        self.tokens.take()
        doubled = self.tokens.is_sign("(")
        inner = self.parenthesized_operand()
        self.tokens.expect_sign(")")
        self.redundant = self.redundant or doubled
        return inner

    def call(self) -> Call:
        name = self.tokens.take().text
        self.tokens.expect_sign("(")
        operands = [self.parenthesized_operand()]
        while self.comma():
            operands.append(self.parenthesized_operand())
        self.tokens.expect_sign(")")
        return Call(name, tuple(operands))

    def _calls(self) -> bool:
        name, after = self.tokens.next, self.tokens.after
        return (
            name.kind == NAME
            and not name.text.startswith("#")
            and not self.tokens.is_word(*self.words)
            and after.text == "("
        )

    def _name(self) -> str:
        if self.tokens.next.kind != NAME or self.tokens.is_word(*self.words):
            self.tokens.refuse()
        return self.tokens.take().text


class _ConditionParser(_Parser):
    def __init__(self, text: str) -> None:
        super().__init__(text, _CONDITION_WORDS)
        self._group_at = (-1, -1)
        """Where the last parenthesised condition began and ended."""

    def any_of(self) -> Condition:
        found = [self._all_of()]
        while self.tokens.is_word("OR"):
            self.tokens.take()
            found.append(self._all_of())
        return found[0] if len(found) == 1 else Junction("OR", tuple(found))

    def _all_of(self) -> Condition:
        found = [self._negation()]
        while self.tokens.is_word("AND"):
            self.tokens.take()
            found.append(self._negation())
        return found[0] if len(found) == 1 else Junction("AND", tuple(found))

    def _negation(self) -> Condition:
        if not self.tokens.is_word("NOT"):
            return self._condition()
        self.tokens.take()
        return Not(self._negation())

    def _condition(self) -> Condition:
        if self.tokens.is_sign("("):
            return self._of_operand_in_parentheses() or self._group()
        return self._of(self.operand())

    def _of_operand_in_parentheses(self) -> Condition | None:
        """``(path) = :value``; None where the parentheses hold a condition."""
        start = self.tokens.position
        try:
            operand = self.parenthesized_operand()
        except ExpressionError:
            self.tokens.position = start
            return None
        if self._is_operator():
            return self._of(operand)
        self.tokens.position = start
        return None

    def _group(self) -> Condition:
        self.tokens.take()
        first = self.tokens.position
        condition = self.any_of()
        if self._group_at == (first, self.tokens.position):
            self.redundant = True
        self.tokens.expect_sign(")")
        self._group_at = (first - 1, self.tokens.position)
        return condition

    def _is_operator(self) -> bool:
        return self.tokens.is_sign(*COMPARATORS) or self.tokens.is_word("BETWEEN", "IN")

    def _of(self, left: Operand) -> Condition:
        if self.tokens.is_sign(*COMPARATORS):
            operator = self.tokens.take().text
            return Comparison(operator, left, self.parenthesized_operand())
        if self.tokens.is_word("BETWEEN"):
            self.tokens.take()
            low = self.parenthesized_operand()
            if not self.tokens.is_word("AND"):
                self.tokens.refuse()
            self.tokens.take()
            return Between(left, low, self.parenthesized_operand())
        if self.tokens.is_word("IN"):
            self.tokens.take()
            self.tokens.expect_sign("(")
            candidates = [self.parenthesized_operand()]
            while self.comma():
                candidates.append(self.parenthesized_operand())
            self.tokens.expect_sign(")")
            return In(left, tuple(candidates))
        if not isinstance(left, Call):
            self.tokens.refuse()
        return left


class _UpdateParser(_Parser):
    def __init__(self, text: str) -> None:
        super().__init__(text, CLAUSES)

    def expression(self) -> UpdateExpression:
        clauses: list[str] = []
        actions: list[Action] = []
        while self.tokens.is_word(*CLAUSES) or not clauses:
            if not self.tokens.is_word(*CLAUSES):
                self.tokens.refuse()
            clause = self.tokens.take().text.upper()
            clauses.append(clause)
            actions.append(self._action(clause))
            while self.comma():
                actions.append(self._action(clause))
        self.end()
        return UpdateExpression(tuple(clauses), tuple(actions))

    def _action(self, clause: str) -> Action:
        path = self.path()
        if clause == "REMOVE":
            return Action(clause, path)
        if clause == "SET":
            self.tokens.expect_sign("=")
            return Action(clause, path, self._value())
        if self.tokens.next.kind != VALUE:
            self.tokens.refuse()
        return Action(clause, path, Value(self.tokens.take().text))

    def _value(self) -> Operand | Arithmetic:
        start = self.tokens.position
        if self.tokens.is_sign("("):
            try:
                return self._arithmetic()
            except ExpressionError:
                # The parentheses may hold the whole sum.
                self.tokens.position = start + 1
            value = self._value()
            self.tokens.expect_sign(")")
            return value
        return self._arithmetic()

    def _arithmetic(self) -> Operand | Arithmetic:
        left = self.parenthesized_operand()
        if not self.tokens.is_sign("+", "-"):
            return left
        operator = self.tokens.take().text
        return Arithmetic(operator, left, self.parenthesized_operand())
