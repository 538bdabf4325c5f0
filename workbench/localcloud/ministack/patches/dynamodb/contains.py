"""``contains(:list, #attribute)``: a syntax error in ministack; DynamoDB evaluates it.

AppSync's filters use it for ``in``: every model whose items name their own groups reads that way.
"""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Take a value for the first operand, as for the second."""
    from ministack.services import dynamodb

    evaluator = dynamodb._ExprEval
    of_attribute = evaluator._fn_contains

    def contains(self: Any) -> bool:
        if self.peek(2)[0] != "VALUE_REF":
            return bool(of_attribute(self))
        self.advance()
        self.expect("LPAREN")
        members = self._operand()
        self.expect("COMMA")
        wanted = self._operand()
        self.expect("RPAREN")
        return _contains(members, wanted)

    evaluator._fn_contains = contains


def _contains(members: Any, wanted: Any) -> bool:
    """Whether an attribute value is a member of another, or a part of a text."""
    if not isinstance(members, dict) or not isinstance(wanted, dict):
        return False
    if "L" in members:
        return wanted in members["L"]
    for kind in ("S", "N", "B"):
        if kind in wanted:
            text: Any = members.get("S", "") if kind == "S" else ()
            return wanted[kind] in (members.get(f"{kind}S") or text)
    return False
