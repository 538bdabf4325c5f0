"""References to closures: ``$name``, ``$!{a.b[c].d(e)}``, and calls of ``$util``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from workbench.localcloud.appsync.vtl.expressions import Value, parse_expression
from workbench.localcloud.appsync.vtl.members import (
    call_method,
    get_index,
    get_property,
    set_index,
    set_property,
)
from workbench.localcloud.appsync.vtl.render_state import PROBLEMS, RenderError, RenderState
from workbench.localcloud.appsync.vtl.source import Source
from workbench.localcloud.appsync.vtl.utilities.registry import UTILITIES, Utility
from workbench.localcloud.appsync.vtl.values import Definition

Assign = Callable[[RenderState, Any], None]


class Reference(NamedTuple):
    """A parsed reference; ``assign`` is what ``#set`` does with it, None where it can't."""

    value: Value
    text: str
    quiet: bool
    assign: Assign | None = None
    is_json: bool = False


class _Name(NamedTuple):
    """A step ``.name``."""

    name: str


class _Index(NamedTuple):
    """A step ``[value]``."""

    value: Value


class _Call(NamedTuple):
    """A step ``.name(arguments)``."""

    name: str
    arguments: tuple[Value, ...]


Step = _Name | _Index | _Call
REFERENCE = re.compile(r"\$(!?)(\{?)([a-zA-Z][\w-]*)", re.ASCII)
_MEMBER = re.compile(r"\.([a-zA-Z][\w-]*)(\()?", re.ASCII)
_ROOTS = {"util": "util", "utils": "util", "extensions": "extensions"}


def parse_reference(source: Source) -> Reference | None:
    """Parse a reference, None where this ``$`` starts none."""
    start = source.position
    found = source.match(REFERENCE)
    if found is None:
        return None
    line = source.line(start)
    quiet, braced, root = bool(found[1]), bool(found[2]), found[3]
    steps = _steps(source)
    if braced and not source.take("}"):
        raise source.failure(f"expected }} after a reference, found {source.found()}")
    text = source.text[start : source.position]
    if root in _ROOTS:
        return _utility_reference(_ROOTS[root], steps, text, quiet, line)
    return Reference(
        _reader(_variable(root), steps, line, root), text, quiet, _assigner(root, steps, line)
    )


def _steps(source: Source) -> list[Step]:
    steps: list[Step] = []
    source.deeper()
    while True:
        found = source.match(_MEMBER)
        if found is not None:
            if found[2]:
                steps.append(_Call(found[1], _arguments(source)))
            else:
                steps.append(_Name(found[1]))
        elif source.take("["):
            index = parse_expression(source).value
            source.expect("]", "after an index")
            steps.append(_Index(index))
        else:
            source.depth -= 1
            return steps


def _arguments(source: Source) -> tuple[Value, ...]:
    source.skip_spaces()
    if source.take(")"):
        return ()
    arguments: list[Value] = []
    while True:
        arguments.append(parse_expression(source).value)
        source.skip_spaces()
        if source.take(")"):
            return tuple(arguments)
        source.expect(",", "between arguments")


def located(problem: Exception, line: int) -> RenderError:
    """The problem as a RenderError that knows its line."""
    if isinstance(problem, RenderError):
        if problem.line is None:
            problem.line = line
        return problem
    if isinstance(problem, RecursionError):
        return RenderError("the template nests too deeply", line)
    if isinstance(problem, ValueError):
        return RenderError(str(problem), line)
    return RenderError(f"could not be evaluated ({type(problem).__name__}: {problem})", line)


def _variable(name: str) -> Value:
    def read(state: RenderState) -> Any:
        value = state.variables.get(name)
        if value.__class__ is Definition:
            return value.render()
        return value

    return read


def _reader(base: Value, steps: list[Step], line: int, root: str | None = None) -> Value:
    """The closure that follows all steps; names in a row are followed in one loop."""
    value = base
    position = 0
    while position < len(steps):
        step = steps[position]
        if isinstance(step, _Name):
            names = []
            while position < len(steps) and isinstance(names_step := steps[position], _Name):
                names.append(names_step.name)
                position += 1
            if root is not None and value is base:
                value = _variable_names(root, tuple(names), line)
            else:
                value = _names(value, tuple(names), line)
            continue
        value = (
            _indexed(value, step.value, line)
            if isinstance(step, _Index)
            else _called(value, step.name, step.arguments, line)
        )
        position += 1
    return value


def _follow(value: Any, names: tuple[str, ...], line: int) -> Any:
    for name in names:
        if value.__class__ is dict:
            value = value.get(name)
        elif value is None:
            return None
        else:
            try:
                value = get_property(value, name)
            except PROBLEMS as problem:
                raise located(problem, line) from None
    return value


def _names(base: Value, names: tuple[str, ...], line: int) -> Value:
    return lambda state: _follow(base(state), names, line)


def _variable_names(root: str, names: tuple[str, ...], line: int) -> Value:
    def read(state: RenderState) -> Any:
        value = state.variables.get(root)
        for name in names:
            if value.__class__ is dict:
                value = value.get(name)
            elif value is None:
                return None
            else:
                return _follow(_variable(root)(state), names, line)
        return value

    return read


def _indexed(base: Value, index: Value, line: int) -> Value:
    def read(state: RenderState) -> Any:
        try:
            return get_index(base(state), index(state))
        except PROBLEMS as problem:
            raise located(problem, line) from None

    return read


def _called(base: Value, name: str, arguments: tuple[Value, ...], line: int) -> Value:
    def call(state: RenderState) -> Any:
        target = base(state)
        if target is None:
            return None
        try:
            return call_method(target, name, tuple([value(state) for value in arguments]))
        except PROBLEMS as problem:
            raise located(problem, line) from None

    return call


def _assigner(root: str, steps: list[Step], line: int) -> Assign | None:
    if not steps:

        def assign(state: RenderState, value: Any) -> None:
            state.variables[root] = value

        return assign
    last = steps[-1]
    base = _reader(_variable(root), steps[:-1], line, root)
    if isinstance(last, _Name):
        name = last.name
        return lambda state, value: set_property(base(state), name, value)
    if isinstance(last, _Index):
        index = last.value
        return lambda state, value: set_index(base(state), index(state), value)
    return None


def _utility_reference(
    root: str, steps: list[Step], text: str, quiet: bool, line: int
) -> Reference:
    """A call of ``$util`` or ``$extensions``; one that is unknown fails when it runs."""
    path: list[str] = [root]
    for position, step in enumerate(steps):
        if isinstance(step, _Index):
            break
        path.append(step.name)
        if isinstance(step, _Call):
            name = ".".join(path)
            utility = UTILITIES.get(name)
            if utility is None:
                return Reference(_fails(f"${name}() is unknown", line), text, quiet)
            given = len(step.arguments)
            if not utility.fewest <= given <= utility.most:
                return Reference(_fails(f"${name}() can't take {given} values", line), text, quiet)
            called = _utility_call(utility, name, step.arguments, line)
            rest = steps[position + 1 :]
            is_json = name == "util.toJson" and not rest
            return Reference(_reader(called, rest, line), text, quiet, None, is_json)
    return Reference(_fails(f"{text} is not a value: it can only be called", line), text, quiet)


def _fails(message: str, line: int) -> Value:
    def fail(state: RenderState) -> Any:
        raise RenderError(message, line)

    return fail


def _utility_call(utility: Utility, name: str, arguments: tuple[Value, ...], line: int) -> Value:
    function = utility.function
    if name == "util.isNull":
        only = arguments[0]
        return lambda state: only(state) is None
    if len(arguments) == 1 and not utility.takes_state:
        first = arguments[0]

        def call_plainly(state: RenderState) -> Any:
            try:
                return function(first(state))
            except PROBLEMS as problem:
                raise located(_named(problem, name), line) from None

        return call_plainly

    def call(state: RenderState) -> Any:
        try:
            values = [value(state) for value in arguments]
            return function(state, *values) if utility.takes_state else function(*values)
        except PROBLEMS as problem:
            raise located(_named(problem, name), line) from None

    return call


def _named(problem: Exception, name: str) -> Exception:
    """A RenderError of a utility says which one."""
    if isinstance(problem, ValueError):
        return RenderError(f"${name}(): {problem}")
    if isinstance(problem, RenderError) and problem.line is None:
        problem.message = f"${name}(): {problem.message}"
    return problem
