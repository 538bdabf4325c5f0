"""Reads which mutations publish to a subscription: the schema's ``@aws_subscribe``."""

from __future__ import annotations

from graphql import FieldDefinitionNode, ListValueNode, StringValueNode, ValueNode


def publishing_mutations(field: FieldDefinitionNode | None) -> frozenset[str]:
    """The mutation fields whose results a subscription field gets."""
    return frozenset(
        mutation
        for directive in (field.directives if field else ())
        if directive.name.value == "aws_subscribe"
        for argument in directive.arguments
        if argument.name.value == "mutations"
        for mutation in _texts(argument.value)
    )


def _texts(value: ValueNode) -> list[str]:
    # A single value stands for a list of one, as everywhere in GraphQL.
    values = value.values if isinstance(value, ListValueNode) else (value,)
    return [item.value for item in values if isinstance(item, StringValueNode)]
