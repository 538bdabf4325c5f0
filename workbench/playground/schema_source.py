"""The live schema of an environment: from AppSync's control plane, or by introspection."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    get_introspection_query,
    print_schema,
)

from workbench.playground.requests import Request, Result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PRELUDE = """
scalar AWSDate scalar AWSTime scalar AWSDateTime scalar AWSTimestamp scalar AWSEmail scalar AWSJSON
scalar AWSURL scalar AWSPhone scalar AWSIPAddress
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
directive @aws_api_key on OBJECT | FIELD_DEFINITION
directive @aws_iam on OBJECT | FIELD_DEFINITION
directive @aws_oidc on OBJECT | FIELD_DEFINITION
directive @aws_lambda on OBJECT | FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
"""
"""What AppSync adds to every schema (AWS, "Scalar types in AWS AppSync" and "Authorization")."""


class NoSchemaError(Exception):
    """The schema could not be read; the text says why and what to do next."""


@dataclass(frozen=True, slots=True)
class LoadedSchema:
    """A schema, its text, and a name that changes with it."""

    schema: GraphQLSchema
    text: str
    revision: str


class ControlPlane(Protocol):
    """Where AppSync keeps schemas; the call may block. Raises NoSchemaError."""

    def schema_text(self) -> str:
        """The schema with its ``@aws_…`` directives."""


def read_schema(text: str) -> LoadedSchema:
    """Read a schema as AppSync holds it; raises NoSchemaError."""
    given = "\n".join(line for line in PRELUDE.splitlines() if line and not _defines(text, line))
    try:
        schema = build_schema(f"{text}\n{_without_given(text, given)}")
    except (GraphQLError, TypeError) as error:
        raise NoSchemaError(f"The API's schema cannot be read: {error}") from None
    return LoadedSchema(schema, text, _revision(text))


async def introspect(run: Callable[[Request], Awaitable[Result]]) -> LoadedSchema:
    """Ask the API itself; raises NoSchemaError."""
    result = await run(Request(get_introspection_query(descriptions=True)))
    if result.errors or not isinstance(result.data, dict):
        reason = result.errors[0].message if result.errors else "no data"
        raise NoSchemaError(f"The API does not tell its schema: {reason}")
    try:
        schema = build_client_schema(result.data)  # type: ignore[arg-type]
    except (GraphQLError, TypeError) as error:
        raise NoSchemaError(f"The API's schema cannot be read: {error}") from None
    text = print_schema(schema)
    return LoadedSchema(schema, text, _revision(text))


def introspection_json(loaded: LoadedSchema) -> str:
    """The schema as the result of an introspection query, indented."""
    from graphql import introspection_from_schema

    return json.dumps(introspection_from_schema(loaded.schema), indent=2)


def _defines(text: str, line: str) -> bool:
    """Whether the schema's own text has the directive of this line already."""
    words = line.split()
    return words[0] == "directive" and f"directive {words[1].partition('(')[0]}" in text


def _without_given(text: str, prelude: str) -> str:
    """The prelude without the scalars that the text declares itself."""
    words = text.split()
    declared = {after for before, after in pairwise(words) if before == "scalar"}
    kept: list[str] = []
    pending = prelude.split("\n")
    for line in pending:
        if line.startswith("scalar"):
            names = [word for word in line.split() if word != "scalar" and word not in declared]
            kept += [f"scalar {name}" for name in names]
        else:
            kept.append(line)
    return "\n".join(kept)


def _revision(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
