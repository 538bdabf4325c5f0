"""The schema as rows to search: root fields, types, members, descriptions, authorization rules."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, BUSY, MUTED, OK, STRONG, TEXT, Span
from workbench.playground.operations import models, root_fields

_MOST = 400


def schema_rows(schema: GraphQLSchema, wanted: str) -> Sequence[Row]:
    """Rows that match all words of ``wanted``; ``Type.`` shows a type's members."""
    words = [word.casefold() for word in wanted.replace(".", " ").split()]
    rows: list[Row] = []
    for name in models(schema):
        if all(word in f"model {name}".casefold() for word in words):
            spans: tuple[Span, ...] = (
                ("model ", OK),
                (name, STRONG),
                ("  all its operations", MUTED),
            )
            rows.append(Row(spans, f"model:{name}"))
    for kind, name, field in root_fields(schema):
        if all(word in f"{kind} {name} {field.type}".casefold() for word in words):
            rows.append(Row(_field_spans(kind, name, field), f"field:{kind}:{name}"))
    if words:
        for name, each in sorted(schema.type_map.items()):
            if name.startswith("__"):
                continue
            in_name = all(word in name.casefold() for word in words)
            members = _members(each)
            fitting = [
                member
                for member in members
                if in_name or all(word in f"{name} {member[0]}".casefold() for word in words)
            ]
            if in_name or fitting:
                notes = (each.description or "").partition("\n")[0]
                rows.append(
                    Row(
                        ((_kind(each), BUSY), (name, STRONG), (f"  {notes}", MUTED), *_rules(each)),
                        "",
                        name,
                    )
                )
                rows += [
                    Row(
                        (
                            ("    ", TEXT),
                            (member, TEXT),
                            (f": {kind}" if kind else "", ACCENT),
                            (f"  {notes}", MUTED),
                            *rules,
                        ),
                        "",
                        member,
                    )
                    for member, kind, notes, rules in fitting
                ]
            if len(rows) > _MOST:
                rows.append(Row((("… more. Type another word.", MUTED),)))
                break
    return rows


def _field_spans(kind: str, name: str, field: GraphQLField) -> tuple[Span, ...]:
    arguments = ", ".join(f"{argument}: {each.type}" for argument, each in field.args.items())
    notes = (field.description or "").partition("\n")[0]
    return (
        (f"{kind} ", BUSY),
        (name, STRONG),
        (f"({arguments})" if arguments else "", MUTED),
        (f": {field.type}", ACCENT),
        (f"  {notes}" if notes else "", TEXT),
        *_rules(field),
    )


def _rules(node: GraphQLField | GraphQLNamedType) -> tuple[Span, ...]:
    """The ``@aws_…`` directives in the schema's text."""
    written = node.ast_node.directives if node.ast_node is not None else ()
    names = [f"@{each.name.value}" for each in written or () if each.name.value.startswith("aws_")]
    return ((f"  {' '.join(names)}", OK),) if names else ()


_Member = tuple[str, str, str, tuple[Span, ...]]


def _members(kind: GraphQLNamedType) -> list[_Member]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return [
            (name, str(each.type), _first(each.description), _rules(each))
            for name, each in kind.fields.items()
        ]
    if isinstance(kind, GraphQLInputObjectType):
        return [
            (name, str(each.type), _first(each.description), ())
            for name, each in kind.fields.items()
        ]
    if isinstance(kind, GraphQLEnumType):
        return [(name, "", _first(value.description), ()) for name, value in kind.values.items()]
    if isinstance(kind, GraphQLUnionType):
        return [(each.name, "", "", ()) for each in kind.types]
    return []


def _first(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def _kind(each: GraphQLNamedType) -> str:
    kinds = {
        GraphQLObjectType: "type ",
        GraphQLInterfaceType: "interface ",
        GraphQLInputObjectType: "input ",
        GraphQLEnumType: "enum ",
        GraphQLUnionType: "union ",
    }
    return next(
        (word for each_type, word in kinds.items() if isinstance(each, each_type)), "scalar "
    )
