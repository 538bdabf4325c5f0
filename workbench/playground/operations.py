"""Writes operations from the schema: for one field, or all of a model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

_EXAMPLES: Final[Mapping[str, Any]] = {
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "ID": "",
    "String": "",
    "AWSDate": "2026-01-31",
    "AWSTime": "12:30:00Z",
    "AWSDateTime": "2026-01-31T12:30:00Z",
    "AWSTimestamp": 1767225600,
    "AWSEmail": "someone@example.com",
    "AWSJSON": "{}",
    "AWSURL": "https://example.com/",
    "AWSPhone": "+12025550123",
    "AWSIPAddress": "192.0.2.1",
}
_ROOTS: Final = ("query", "mutation", "subscription")
_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class Written:
    """An operation and example values of its required variables, as indented JSON."""

    name: str
    kind: str
    text: str
    variables: str


def write_operation(schema: GraphQLSchema, kind: str, field_name: str) -> Written:
    """An operation for one root field, with all its arguments as variables.

    Raises KeyError if the schema has no such field.
    """
    field = _root(schema, kind).fields[field_name]
    name = field_name[:1].upper() + field_name[1:]
    declared = ", ".join(f"${argument}: {each.type}" for argument, each in field.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    head = f"{kind} {name}" + (f"({declared})" if declared else "")
    call = field_name + (f"({given})" if given else "")
    if len(head) > 78:
        lines = "".join(f"  ${argument}: {each.type}\n" for argument, each in field.args.items())
        head = f"{kind} {name}(\n{lines})"
    selection = "\n".join(_selection(get_named_type(field.type), 2, _DEPTH, ()))
    body = f"  {call}" + (f" {{\n{selection}\n  }}" if selection else "")
    variables = {
        argument: example_value(each.type)
        for argument, each in field.args.items()
        if isinstance(each.type, GraphQLNonNull)
    }
    text = f"{head} {{\n{body}\n}}\n"
    return Written(name, kind, text, json.dumps(variables, indent=2) if variables else "{}")


def model_operations(schema: GraphQLSchema, model: str) -> tuple[Written, ...]:
    """Every query, mutation and subscription that returns ``model`` or a list of it."""
    return tuple(
        write_operation(schema, kind, name)
        for kind, name, each in root_fields(schema)
        if answers(each) == model
    )


def models(schema: GraphQLSchema) -> tuple[str, ...]:
    """The types with operations of their own: those that a mutation returns."""
    mutation = schema.mutation_type
    found = [answers(each) for each in mutation.fields.values()] if mutation else []
    return tuple(
        dict.fromkeys(
            name for name in found if isinstance(schema.type_map.get(name), GraphQLObjectType)
        )
    )


def root_fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    """All root fields with the kind of their operation."""
    for kind in _ROOTS:
        root = getattr(schema, f"{kind}_type")
        if root is not None:
            for name, each in root.fields.items():
                yield kind, name, each


def answers(field: GraphQLField) -> str:
    """The type that a root field is about: its own, or that of a connection's ``items``."""
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLObjectType) and "items" in kind.fields:
        kind = get_named_type(kind.fields["items"].type)
    return kind.name


def example_value(kind: GraphQLInputType, depth: int = 0) -> Any:
    """A value that the type accepts: required members only, an enum's first value."""
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(bare, GraphQLList):
        return [] if depth else [example_value(bare.of_type, depth + 1)]
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    if isinstance(bare, GraphQLInputObjectType):
        return {
            name: example_value(each.type, depth + 1)
            for name, each in bare.fields.items()
            if is_required_input_field(each)
        }
    return _EXAMPLES.get(get_named_type(kind).name, "")


def _root(schema: GraphQLSchema, kind: str) -> GraphQLObjectType:
    root: GraphQLObjectType | None = getattr(schema, f"{kind}_type")
    if root is None:
        raise KeyError(kind)
    return root


def _selection(
    kind: GraphQLNamedType, level: int, depth: int, above: tuple[str, ...]
) -> Iterator[str]:
    """Scalars of a type, and of objects in it down to ``depth``, without following a circle."""
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        if not is_leaf_type(kind):
            yield "  " * level + "__typename"
        return
    connection = "items" in kind.fields
    for name, each in kind.fields.items():
        inner = get_named_type(each.type)
        if any(isinstance(argument.type, GraphQLNonNull) for argument in each.args.values()):
            continue
        if is_leaf_type(inner):
            yield "  " * level + name
            continue
        deeper = depth if connection and name == "items" else depth - 1
        if deeper <= 0 or inner.name in above:
            continue
        lines = list(_selection(inner, level + 1, deeper, (*above, kind.name)))
        if lines:
            yield "  " * level + name + " {"
            yield from lines
            yield "  " * level + "}"
