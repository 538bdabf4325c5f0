"""Directives to closures: ``#set``, ``#if``, ``#foreach``, ``#return`` and the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workbench.localcloud.appsync.java.collections import held
from workbench.localcloud.appsync.vtl.blocks import parse_block
from workbench.localcloud.appsync.vtl.expressions import Expression, Test, parse_expression
from workbench.localcloud.appsync.vtl.json_text import parse_json
from workbench.localcloud.appsync.vtl.macros import called, open_arguments
from workbench.localcloud.appsync.vtl.references import located, parse_reference
from workbench.localcloud.appsync.vtl.render_state import (
    PROBLEMS,
    Broken,
    Node,
    RenderError,
    RenderState,
    Returned,
    Stopped,
)
from workbench.localcloud.appsync.vtl.source import Directives, Source
from workbench.localcloud.appsync.vtl.values import Definition, Loop, to_text

_END = frozenset(("end",))
_BRANCHES = frozenset(("end", "else", "elseif"))
_VARIABLE = re.compile(r"\$!?\{?([a-zA-Z][\w-]*)\}?", re.ASCII)
_NAME = re.compile(r"[a-zA-Z]\w*", re.ASCII)
_IN = re.compile(r"\s+in(?![\w-])")


def _close(source: Source, name: str) -> None:
    source.expect(")", f"at the end of #{name}(...)")
    source.skip_line_end()


def _parse_set(source: Source) -> Node:
    line = source.line()
    open_arguments(source, "set")
    source.skip_spaces()
    reference = parse_reference(source)
    if reference is None or reference.assign is None:
        raise source.failure("#set can't assign to this")
    assign = reference.assign
    source.expect("=", "in #set")
    value = parse_expression(source).value
    _close(source, "set")

    def run(state: RenderState) -> None:
        try:
            found = value(state)
            # Velocity 1.x keeps what was there where the new value is null.
            if found is not None:
                assign(state, found)
        except PROBLEMS as problem:
            raise located(problem, line) from None

    return run


def _parse_if(source: Source) -> Node:
    line = source.line()
    branches: list[tuple[Test, Node]] = []
    otherwise: Node | None = None
    name = "if"
    while name != "end":
        if name == "else":
            source.skip_line_end()
            otherwise, name = parse_block(source, _END)
        else:
            open_arguments(source, name)
            test = parse_expression(source).test
            _close(source, name)
            body, name = parse_block(source, _BRANCHES)
            branches.append((test, body))
        if not name:
            raise RenderError("#if has no #end", line)
    source.skip_line_end()
    choices = tuple(branches)

    def run(state: RenderState) -> None:
        for test, body in choices:
            try:
                chosen = test(state)
            except PROBLEMS as problem:
                raise located(problem, line) from None
            if chosen:
                body(state)
                return
        if otherwise is not None:
            otherwise(state)

    return run


def _parse_foreach(source: Source) -> Node:
    line = source.line()
    open_arguments(source, "foreach")
    source.skip_spaces()
    found = source.match(_VARIABLE)
    if found is None or source.match(_IN) is None:
        raise source.failure("expected $name in, after #foreach(")
    name = found[1]
    members = parse_expression(source).value
    _close(source, "foreach")
    body, end = parse_block(source, _END)
    if not end:
        raise RenderError("#foreach has no #end", line)
    source.skip_line_end()

    def run(state: RenderState) -> None:
        try:
            values = _members(members(state))
            if values is not None:
                _loop(state, name, values, body)
        except PROBLEMS as problem:
            raise located(problem, line) from None

    return run


def _members(value: Any) -> list[Any] | None:
    """What ``#foreach`` goes over: a map's values, a list's members; None for anything else."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else None


def _loop(state: RenderState, name: str, members: list[Any], body: Node) -> None:
    variables = state.variables
    names = ("foreach", "velocityCount", "velocityHasNext", name)
    before = {each: variables.get(each) for each in names}
    loop = Loop(before["foreach"])
    variables["foreach"] = loop
    last = len(members)
    try:
        for count, member in enumerate(members, 1):
            state.count_iteration(count)
            loop.count = variables["velocityCount"] = count
            loop.has_next = variables["velocityHasNext"] = count < last
            variables[name] = member
            body(state)
    except Broken:
        # The loop that #break ends is this one: the break is done.
        return
    finally:
        for each, value in before.items():
            if value is None:
                variables.pop(each, None)
            else:
                variables[each] = value


def _parse_break(source: Source) -> Node:
    source.skip_line_end()

    def run(state: RenderState) -> None:
        raise Broken

    return run


def _parse_stop(source: Source) -> Node:
    source.skip_line_end()

    def run(state: RenderState) -> None:
        raise Stopped

    return run


def _parse_return(source: Source) -> Node:
    line = source.line()
    behind = source.position
    source.skip_blanks()
    if not source.take("("):
        source.position = behind
        source.skip_line_end()
        expression = Expression(lambda state: None, lambda state: False)
    else:
        expression = parse_expression(source)
        _close(source, "return")
    value, is_json = expression.value, expression.is_json

    def run(state: RenderState) -> None:
        try:
            found = held(value(state))
            result = parse_json(found) if is_json else found
        except PROBLEMS as problem:
            raise located(problem, line) from None
        raise Returned(result)

    return run


def _parse_define(source: Source) -> Node:
    line = source.line()
    open_arguments(source, "define")
    source.skip_spaces()
    found = source.match(_VARIABLE)
    if found is None:
        raise source.failure("expected a name in #define")
    name = found[1]
    _close(source, "define")
    body, end = parse_block(source, _END)
    if not end:
        raise RenderError("#define has no #end", line)
    source.skip_line_end()

    def run(state: RenderState) -> None:
        state.variables[name] = Definition(lambda: called(state, line, lambda: state.capture(body)))

    return run


def _parse_evaluate(source: Source) -> Node:
    line = source.line()
    open_arguments(source, "evaluate")
    value = parse_expression(source).value
    _close(source, "evaluate")

    def run(state: RenderState) -> None:
        try:
            text = value(state)
            if text is None:
                return
            render, _ = parse_block(source.inner(to_text(text), line), frozenset())
            called(state, line, lambda: render(state))
        except PROBLEMS as problem:
            raise located(problem, line) from None

    return run


def _parse_unavailable(name: str) -> Callable[[Source], Node]:
    def parse(source: Source) -> Node:
        raise source.failure(f"#{name} is not available: a mapping template has no files")

    return parse


def _parse_macro(source: Source) -> Node:
    line = source.line()
    open_arguments(source, "macro")
    source.skip_spaces()
    found = source.match(_NAME)
    if found is None:
        raise source.failure("expected a name in #macro")
    name = found[0]
    parameters: list[str] = []
    while True:
        source.skip_spaces()
        source.take(",")
        source.skip_spaces()
        parameter = source.match(_VARIABLE)
        if parameter is None:
            break
        parameters.append(parameter[1])
    _close(source, "macro")
    body, end = parse_block(source, _END)
    if not end:
        raise RenderError("#macro has no #end", line)
    source.skip_line_end()
    source.macros[name] = (tuple(parameters), body)
    return lambda state: None


DIRECTIVES: Directives = {
    "set": _parse_set,
    "if": _parse_if,
    "foreach": _parse_foreach,
    "break": _parse_break,
    "stop": _parse_stop,
    "return": _parse_return,
    "define": _parse_define,
    "evaluate": _parse_evaluate,
    "macro": _parse_macro,
    "include": _parse_unavailable("include"),
    "parse": _parse_unavailable("parse"),
}
