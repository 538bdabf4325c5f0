"""What AppSync adds to every schema without its text saying so: scalars and directives.

Source: AWS AppSync developer guide, "Scalar types in AWS AppSync" and "Authorization".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphql import DocumentNode

SCALARS = (
    "AWSDate",
    "AWSTime",
    "AWSDateTime",
    "AWSTimestamp",
    "AWSEmail",
    "AWSJSON",
    "AWSURL",
    "AWSPhone",
    "AWSIPAddress",
)
_DIRECTIVES = """
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
directive @aws_publish(subscriptions: [String]) on FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String!])
  on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_api_key on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_iam on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_oidc on OBJECT | FIELD_DEFINITION | INTERFACE
directive @aws_lambda on OBJECT | FIELD_DEFINITION | INTERFACE
directive @canonical on OBJECT | FIELD_DEFINITION | INTERFACE | INPUT_OBJECT | ENUM | UNION | SCALAR
directive @hidden on OBJECT | FIELD_DEFINITION | INTERFACE | INPUT_OBJECT | ENUM | UNION | SCALAR
directive @renamed(to: String!)
  on OBJECT | FIELD_DEFINITION | INTERFACE | INPUT_OBJECT | ENUM | UNION
"""
_IMPLEMENTS = re.compile(r"\bimplements\s+((?:\w+[\s,&]+)*\w+)")


def parse_schema(definition: str, *, directives: bool = True) -> DocumentNode:
    """A schema's document with those scalars (and directives) in front that it does not define.

    Takes ``implements A, B`` too, the syntax of before 2018, as AppSync does. Raises
    GraphQLSyntaxError. GraphQL is imported here, on first use: 0.3 s.
    """
    from graphql import (
        DirectiveDefinitionNode,
        DocumentNode,
        GraphQLSyntaxError,
        TypeDefinitionNode,
        parse,
    )

    try:
        document = parse(definition)
    except GraphQLSyntaxError:
        modern = _IMPLEMENTS.sub(_with_ampersands, definition)
        if modern == definition:
            raise
        document = parse(modern)
    types = {
        node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)
    }
    named = {
        node.name.value
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode)
    }
    prelude = [
        node
        for node in _prelude().definitions
        if (isinstance(node, TypeDefinitionNode) and node.name.value not in types)
        or (
            directives
            and isinstance(node, DirectiveDefinitionNode)
            and node.name.value not in named
        )
    ]
    return DocumentNode(definitions=(*prelude, *document.definitions))


@lru_cache(maxsize=1)
def _prelude() -> DocumentNode:
    from graphql import parse

    return parse("\n".join(f"scalar {name}" for name in SCALARS) + _DIRECTIVES)


def _with_ampersands(match: re.Match[str]) -> str:
    return "implements " + " & ".join(re.findall(r"\w+", match[1]))
