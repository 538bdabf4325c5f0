"""Reads, checks and completes the variables of an operation, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from re import compile as pattern
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_named_type,
    parse,
    type_from_ast,
)
from graphql.execution.values import get_variable_values

from workbench.playground.completion import Proposal, Proposed


@dataclass(frozen=True, slots=True)
class VariableProblem:
    """A problem, from the character ``start`` of the variables' text up to ``end``."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Variables:
    """The values to send, and their problems."""

    values: Mapping[str, Any]
    problems: tuple[VariableProblem, ...] = ()


def read_variables(text: str, operation: str, schema: GraphQLSchema | None) -> Variables:
    """Read ``text`` as the variables of ``operation``; an empty text is no variables.

    A variable that the operation does not declare is a problem, as is a value that does not fit
    its type; both are sent all the same, because the server decides.
    """
    if not text.strip():
        values: Mapping[str, Any] = {}
    else:
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            return Variables({}, (_problem(error.msg, error.pos, text),))
        if not isinstance(values, dict):
            message = "expected a JSON object: { … }"
            return Variables({}, (VariableProblem(message, 0, len(text)),))
    node = _operation(operation)
    if node is None:
        return Variables(values)
    declared = {each.variable.name.value for each in node.variable_definitions}
    problems = [
        _named(f"${name} is not a variable of this operation", name, text)
        for name in values
        if name not in declared
    ]
    if schema is not None:
        problems += _misfits(schema, node, values, text)
    return Variables(values, tuple(problems))


def complete_variables(
    text: str, offset: int, operation: str, schema: GraphQLSchema
) -> tuple[Proposal, ...]:
    """What fits at ``offset`` of the variables' text: names, members, enum values."""
    node = _operation(operation)
    if node is None:
        return ()
    place = _walk(text[:offset], _declared(schema, node))
    start = offset - len(place.typed)
    end = offset
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    if end < len(text) and text[end] == '"' and place.typed.startswith('"'):
        end += 1
    typed = place.typed.strip('"').lower()
    return tuple(
        Proposal(label, insert, start, end, kind, detail)
        for label, insert, kind, detail in place.words
        if label.lower().startswith(typed)
    )


_Word = tuple[str, str, Proposed, str]
_TOKEN: Final = pattern(r'"(?:[^"\\]|\\.)*"|"(?:[^"\\]|\\.)*$|[{}\[\]:,]|[^\s{}\[\]:,"]+')


@dataclass(frozen=True, slots=True)
class _JsonPlace:
    words: tuple[_Word, ...] = ()
    typed: str = ""


@dataclass(slots=True)
class _Frame:
    """An open object or list; ``key`` is the member whose value is being written."""

    members: Mapping[str, GraphQLInputType] | None
    item: GraphQLInputType | None
    given: set[str]
    key: str | None = None
    after_colon: bool = False


def _walk(before: str, declared: Mapping[str, GraphQLInputType]) -> _JsonPlace:
    frames: list[_Frame] = []
    found = list(_TOKEN.finditer(before))
    typed = ""
    if found and found[-1].end() == len(before) and found[-1].group() not in "{}[]:,":
        last = found[-1].group()
        closed = last.startswith('"') and len(last) > 1 and last.endswith('"')
        if closed:
            return _JsonPlace()
        typed = last
        found.pop()
    for match in found:
        _step(frames, match.group(), declared)
    if not frames:
        return _JsonPlace()
    frame = frames[-1]
    if frame.members is None:
        return _JsonPlace(_values(frame.item), typed)
    if frame.after_colon:
        kind = frame.members.get(frame.key or "")
        return _JsonPlace(_values(kind), typed)
    words = tuple(
        (name, f'"{name}": ', Proposed.ARGUMENT, str(kind))
        for name, kind in frame.members.items()
        if name not in frame.given
    )
    return _JsonPlace(words, typed)


def _step(frames: list[_Frame], token: str, declared: Mapping[str, GraphQLInputType]) -> None:
    frame = frames[-1] if frames else None
    if token in "{[":
        kind = None
        if frame is not None:
            kind = frame.item if frame.members is None else frame.members.get(frame.key or "")
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if token == "[":
            item = bare.of_type if isinstance(bare, GraphQLList) else None
            frames.append(_Frame(None, item, set()))
        elif frame is None:
            frames.append(_Frame(declared, None, set()))
        else:
            frames.append(_Frame(_members(bare), None, set()))
    elif token in "}]":
        if frames:
            frames.pop()
    elif frame is None:
        return
    elif token == ":":
        frame.after_colon = True
    elif token == ",":
        frame.after_colon = False
    elif token.startswith('"') and frame.members is not None and not frame.after_colon:
        frame.key = token.strip('"')
        frame.given.add(frame.key)


def _members(kind: Any) -> Mapping[str, GraphQLInputType]:
    if isinstance(kind, GraphQLInputObjectType):
        return {name: each.type for name, each in kind.fields.items()}
    return {}


def _values(kind: GraphQLInputType | None) -> tuple[_Word, ...]:
    if kind is None:
        return ()
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return tuple((name, f'"{name}"', Proposed.ENUM, named.name) for name in named.values)
    if named.name == "Boolean":
        return tuple((word, word, Proposed.VALUE, "Boolean") for word in ("true", "false"))
    if isinstance(named, GraphQLInputObjectType):
        return (("{ }", "{}", Proposed.VALUE, named.name),)
    return ()


def _operation(text: str) -> OperationDefinitionNode | None:
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return None
    return next(
        (each for each in document.definitions if isinstance(each, OperationDefinitionNode)), None
    )


def _declared(schema: GraphQLSchema, node: OperationDefinitionNode) -> dict[str, GraphQLInputType]:
    kinds: dict[str, GraphQLInputType] = {}
    for each in node.variable_definitions:
        kind = type_from_ast(schema, each.type)
        if kind is not None:
            kinds[each.variable.name.value] = kind  # type: ignore[assignment]
    return kinds


def _misfits(
    schema: GraphQLSchema, node: OperationDefinitionNode, values: Mapping[str, Any], text: str
) -> list[VariableProblem]:
    checked = get_variable_values(schema, node.variable_definitions, dict(values))
    if isinstance(checked, dict):
        return []
    return [_named(error.message, _variable_of(error), text) for error in checked]


def _variable_of(error: GraphQLError) -> str:
    return error.message.partition("$")[2].partition("'")[0].partition(" ")[0]


def _named(message: str, name: str, text: str) -> VariableProblem:
    start = text.find(f'"{name.partition(".")[0]}"')
    if start < 0:
        return VariableProblem(message, 0, max(1, len(text)))
    return VariableProblem(message, start, start + len(name.partition(".")[0]) + 2)


def _problem(message: str, position: int, text: str) -> VariableProblem:
    start = min(position, max(0, len(text) - 1))
    return VariableProblem(f"not valid JSON: {message}", start, start + 1)
