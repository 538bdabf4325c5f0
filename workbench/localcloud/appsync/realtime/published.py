"""Which subscriptions a mutation publishes to: the schema's ``@aws_subscribe``."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    ListValueNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
)


def published_fields(
    document: DocumentNode, subscription_type: str = "Subscription"
) -> Mapping[str, tuple[str, ...]]:
    """By mutation field, the subscription fields that it publishes to."""
    found: dict[str, list[str]] = {}
    for node in document.definitions:
        if not isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            continue
        if node.name.value != subscription_type:
            continue
        for field in node.fields:
            for directive in field.directives:
                if directive.name.value != "aws_subscribe":
                    continue
                for argument in directive.arguments:
                    if argument.name.value == "mutations":
                        for mutation in _texts(argument.value):
                            found.setdefault(mutation, []).append(field.name.value)
    return {mutation: tuple(dict.fromkeys(fields)) for mutation, fields in found.items()}


def _texts(value: object) -> list[str]:
    if isinstance(value, StringValueNode):
        return [value.value]
    if isinstance(value, ListValueNode):
        return [item.value for item in value.values if isinstance(item, StringValueNode)]
    return []
