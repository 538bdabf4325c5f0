"""Completes a GraphQL document at the cursor, from the schema and the document itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_input_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    specified_scalar_types,
)
from graphql.type import GraphQLArgument
from graphql.utilities import do_types_overlap

from workbench.playground.cursor_context import (
    AtDirective,
    AtDocument,
    AtInputs,
    AtSelection,
    AtSpread,
    AtTypeCondition,
    AtValue,
    AtVariableType,
    CursorContext,
    context_after,
)
from workbench.playground.documents import definitions, unfinished_at_end
from workbench.playground.tokens import Kind, Token, meaningful


class Proposed(StrEnum):
    """The kinds of proposals."""

    KEYWORD = "keyword"
    FIELD = "field"
    ARGUMENT = "argument"
    ENUM = "enum"
    VARIABLE = "variable"
    FRAGMENT = "fragment"
    TYPE = "type"
    VALUE = "value"
    DIRECTIVE = "directive"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Replaces the characters from ``start`` up to ``end`` by ``insert``.

    ``detail`` is a type or a short remark, ``notes`` the schema's description; a ``deprecated``
    one comes last.
    """

    label: str
    insert: str
    start: int
    end: int
    kind: Proposed
    detail: str = ""
    notes: str = ""
    deprecated: bool = False


_COMPOSITE: Final = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)
_OPERATIONS: Final = ("query", "mutation", "subscription", "fragment")


def complete(text: str, offset: int, schema: GraphQLSchema) -> tuple[Proposal, ...]:
    """What fits at ``offset``, best first; nothing in comments, strings and free names."""
    # What is wrong in the definitions before this one must not matter here, nor cost time.
    begin = unfinished_at_end(text[:offset])
    before = [] if begin is None else meaningful(text, begin, offset)
    typed = ""
    start = offset
    last = before[-1] if before else None
    if _in_comment(text, offset):
        return ()
    if last is not None and last.end == offset:
        if last.kind is Kind.STRING or last.kind is Kind.NUMBER:
            return ()
        if last.kind in (Kind.NAME, Kind.VARIABLE, Kind.DIRECTIVE):
            typed, start = last.text, last.start
            before.pop()
            if last.kind is Kind.DIRECTIVE:
                before.append(Token(Kind.DIRECTIVE, "@", last.start))
    end = _word_end(text, offset)
    context = context_after(schema, before)
    proposals = [
        Proposal(each.label, each.insert, start, end, each.kind, each.detail, each.notes, each.old)
        for each in _proposals(context, schema, text)
    ]
    return _fitting(proposals, typed)


@dataclass(frozen=True, slots=True)
class _Word:
    label: str
    kind: Proposed
    detail: str = ""
    notes: str = ""
    old: bool = False
    written: str = ""

    @property
    def insert(self) -> str:
        return self.written or self.label


def _proposals(context: CursorContext, schema: GraphQLSchema, text: str) -> Iterator[_Word]:
    match context:
        case AtDocument():
            yield from (_Word(word, Proposed.KEYWORD) for word in _OPERATIONS)
        case AtSelection(parent):
            yield from _fields(schema, parent)
        case AtSpread(parent):
            yield _Word("on", Proposed.KEYWORD)
            yield from _fragments(schema, parent, text)
        case AtTypeCondition(parent):
            yield from _conditions(schema, parent)
        case AtInputs(inputs, given):
            for name, each in inputs.items():
                if name not in given:
                    required = (
                        is_required_argument(each)
                        if isinstance(each, GraphQLArgument)
                        else is_required_input_field(each)
                    )
                    notes = each.description or ""
                    remark = f"{each.type}" if not required else f"{each.type}, required"
                    old = each.deprecation_reason is not None
                    yield _Word(name, Proposed.ARGUMENT, remark, notes, old, f"{name}: ")
        case AtValue(kind, variables):
            yield from _values(kind, variables)
        case AtVariableType():
            yield from (
                _Word(name, Proposed.TYPE, each.description or "")
                for name, each in _types(schema, is_input_type)
            )
        case AtDirective(location):
            yield from _directives(schema, location)
        case _:
            return


def _fields(schema: GraphQLSchema, parent: GraphQLNamedType | None) -> Iterator[_Word]:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        for name, each in parent.fields.items():
            old = each.deprecation_reason is not None
            yield _Word(name, Proposed.FIELD, f"{each.type}", _field_notes(each), old)
    if parent is None:
        return
    yield _Word("__typename", Proposed.FIELD, "String!", "The name of the object's type.")
    if parent is schema.query_type:
        yield _Word("__schema", Proposed.FIELD, "__Schema!", "The schema itself.")
        yield _Word("__type", Proposed.FIELD, "__Type", "One type of the schema.")


def _field_notes(field: GraphQLField) -> str:
    return field.description or field.deprecation_reason or ""


def _fragments(
    schema: GraphQLSchema, parent: GraphQLNamedType | None, text: str
) -> Iterator[_Word]:
    for each in definitions(text):
        if each.is_operation or not each.name:
            continue
        words = meaningful(each.text)
        on = words[3].text if len(words) > 3 and words[2].text == "on" else ""
        target = schema.type_map.get(on)
        fits = (
            parent is None
            or target is None
            or not (isinstance(parent, _COMPOSITE) and isinstance(target, _COMPOSITE))
            or do_types_overlap(schema, parent, target)
        )
        if fits:
            yield _Word(each.name, Proposed.FRAGMENT, f"on {on}")


def _conditions(schema: GraphQLSchema, parent: GraphQLNamedType | None) -> Iterator[_Word]:
    for name, each in _types(schema, is_composite_type):
        if (
            parent is None
            or not isinstance(parent, _COMPOSITE)
            or (isinstance(each, _COMPOSITE) and do_types_overlap(schema, parent, each))
        ):
            detail = "interface or union" if is_abstract_type(each) else ""
            yield _Word(name, Proposed.TYPE, detail, each.description or "")


def _values(kind: GraphQLInputType | None, variables: Iterable[tuple[str, str]]) -> Iterator[_Word]:
    wanted = get_named_type(kind) if kind else None
    for name, written in variables:
        if wanted is None or written.strip("[]!") == wanted.name:
            yield _Word(f"${name}", Proposed.VARIABLE, written)
    if isinstance(wanted, GraphQLEnumType):
        for name, value in wanted.values.items():
            old = value.deprecation_reason is not None
            yield _Word(name, Proposed.ENUM, wanted.name, value.description or "", old)
    elif wanted is not None and wanted.name == "Boolean":
        yield _Word("true", Proposed.VALUE, "Boolean")
        yield _Word("false", Proposed.VALUE, "Boolean")


def _directives(schema: GraphQLSchema, location: str) -> Iterator[_Word]:
    for each in schema.directives:
        if location in {place.name for place in each.locations}:
            yield _Word(f"@{each.name}", Proposed.DIRECTIVE, "", each.description or "")


def _types(schema: GraphQLSchema, fits: object) -> Iterator[tuple[str, GraphQLNamedType]]:
    assert callable(fits)
    for name, each in sorted(schema.type_map.items()):
        builtin = name.startswith("__")
        if not builtin and fits(each):
            yield name, each
    if fits is is_input_type:
        for name, each in specified_scalar_types.items():
            if name not in schema.type_map and is_leaf_type(each):
                yield name, each


def _fitting(proposals: list[Proposal], typed: str) -> tuple[Proposal, ...]:
    """Those that begin with what is typed, then those that contain it, or its letters in order."""
    if not typed:
        ranked = [(0, each) for each in proposals]
    else:
        ranked = [
            (rank, each) for each in proposals if (rank := _rank(each.label, typed)) is not None
        ]
    meta = {"__typename", "__schema", "__type"}
    ranked.sort(key=lambda pair: (pair[0], pair[1].label in meta, pair[1].deprecated))
    return tuple(each for _, each in ranked)


def _rank(label: str, typed: str) -> int | None:
    name, wanted = label.lower(), typed.lower()
    if label.startswith(typed):
        return 0
    if name.startswith(wanted):
        return 1
    if wanted.lstrip("$@") and wanted.lstrip("$@") in name:
        return 2
    letters = iter(name)
    return 3 if all(letter in letters for letter in wanted) else None


def _in_comment(text: str, offset: int) -> bool:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    quotes = False
    for character in line:
        if character == '"':
            quotes = not quotes
        elif character == "#" and not quotes:
            return True
    return False


def _word_end(text: str, offset: int) -> int:
    end = offset
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return end
