"""Calls of macros, and how deeply they may be nested."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workbench.localcloud.appsync.vtl.expressions import parse_expression
from workbench.localcloud.appsync.vtl.references import located
from workbench.localcloud.appsync.vtl.render_state import (
    PROBLEMS,
    Node,
    RenderError,
    RenderState,
)
from workbench.localcloud.appsync.vtl.source import Source

_MACRO = re.compile(r"#(?:macro|\{macro\})[ \t]*\(\s*([a-zA-Z]\w*)", re.ASCII)
DEEPEST_MACRO = 20
"""Calls of macros inside each other: Velocity's own limit."""


def macro_names(text: str) -> frozenset[str]:
    """The names of all macros that a template defines: calls may come before."""
    return frozenset(_MACRO.findall(text))


def open_arguments(source: Source, name: str) -> None:
    """Take the parenthesis after the name of a directive or macro."""
    source.skip_blanks()
    if not source.take("("):
        raise source.failure(f"expected ( after #{name}, found {source.found()}")


def called(state: RenderState, line: int, function: Callable[[], Any]) -> Any:
    """Call what may call itself; RenderError where it does so too deeply."""
    if state.calls >= DEEPEST_MACRO:
        raise RenderError(f"macros call each other more than {DEEPEST_MACRO} levels deep", line)
    state.calls += 1
    try:
        return function()
    finally:
        state.calls -= 1


def parse_macro_call(source: Source, name: str) -> Node:
    """A call of a macro: its arguments are evaluated once, before its body."""
    line = source.line()
    open_arguments(source, name)
    arguments = []
    while True:
        source.skip_spaces()
        source.take(",")
        source.skip_spaces()
        if source.take(")"):
            break
        arguments.append(parse_expression(source).value)
    macros = source.macros

    def run(state: RenderState) -> None:
        if name not in macros:
            raise RenderError(f"#{name} is not defined", line)
        parameters, body = macros[name]
        before = {parameter: state.variables.get(parameter) for parameter in parameters}
        try:
            values = [value(state) for value in arguments]
            for position, parameter in enumerate(parameters):
                state.variables[parameter] = values[position] if position < len(values) else None
            called(state, line, lambda: body(state))
        except PROBLEMS as problem:
            raise located(problem, line) from None
        finally:
            state.variables.update(before)

    return run
