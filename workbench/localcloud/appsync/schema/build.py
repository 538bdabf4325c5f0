"""Turns an API's schema text into a schema that can be executed: with AppSync's prelude around it.

The prelude is AppSync's nine scalars and its directives, which a schema uses without defining them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    TypeDefinitionNode,
    build_ast_schema,
    parse,
)

from workbench.localcloud.appsync.schema.scalars import SCALARS, give_behaviour

_DIRECTIVES = """
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
directive @aws_publish(subscriptions: [String]) on FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_api_key on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_iam on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_oidc on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_lambda on OBJECT | FIELD_DEFINITION | INTERFACE
directive @canonical on OBJECT | FIELD_DEFINITION | INTERFACE | INPUT_OBJECT | ENUM | UNION | SCALAR
directive @hidden on OBJECT | FIELD_DEFINITION | INTERFACE | INPUT_OBJECT | ENUM | UNION | SCALAR
directive @renamed(to: String!) on OBJECT | FIELD_DEFINITION | INTERFACE | INPUT_OBJECT | ENUM | UNION
"""
_IMPLEMENTS = re.compile(r"\bimplements\s+((?:\w+[\s,&]+)*\w+)")
_SHOWN_DIRECTIVES = frozenset({"include", "skip", "deprecated", "specifiedBy"})


class SchemaError(ValueError):
    """A schema that cannot be executed; the message says why."""


@dataclass(frozen=True, slots=True)
class BuiltSchema:
    """A schema that can be executed, and the document it was built from, directives included."""

    schema: GraphQLSchema
    document: DocumentNode


def build_schema(definition: str) -> BuiltSchema:
    """The executable schema of an API; raises SchemaError.

    About 10 ms for Amplify's quickstart, 100 ms for hundreds of types.
    """
    try:
        document = _parsed(definition)
        schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    except (GraphQLSyntaxError, TypeError, ValueError, KeyError) as error:
        raise SchemaError(str(error)) from error
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLScalarType):
            give_behaviour(kind)
    # AppSync's own directives mean something to a schema's author, not to a client.
    schema.directives = tuple(
        directive for directive in schema.directives if directive.name in _SHOWN_DIRECTIVES
    )
    return BuiltSchema(schema, document)


def _parsed(definition: str) -> DocumentNode:
    try:
        document = parse(definition)
    except GraphQLSyntaxError:
        # ``implements A, B`` is the syntax of before 2018, which AppSync still takes.
        modern = _IMPLEMENTS.sub(_with_ampersands, definition)
        if modern == definition:
            raise
        document = parse(modern)
    types = {
        node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)
    }
    directives = {
        node.name.value
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode)
    }
    prelude = [
        node
        for node in _prelude().definitions
        if (isinstance(node, TypeDefinitionNode) and node.name.value not in types)
        or (isinstance(node, DirectiveDefinitionNode) and node.name.value not in directives)
    ]
    return DocumentNode(definitions=(*prelude, *document.definitions))


@lru_cache(maxsize=1)
def _prelude() -> DocumentNode:
    return parse("\n".join(f"scalar {name}" for name in SCALARS) + _DIRECTIVES)


def _with_ampersands(match: re.Match[str]) -> str:
    return "implements " + " & ".join(re.findall(r"\w+", match[1]))
