"""Reads an API's live schema: from AppSync's control plane, or by introspection."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    build_client_schema,
    get_introspection_query,
    print_schema,
)

from workbench.model.user_problem import UserProblem
from workbench.playground.requests import Request, Result
from workbench.schema_prelude import parse_schema

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class NoSchemaProblem(UserProblem):
    """The schema could not be read; the text says why and what to do next."""


@dataclass(frozen=True, slots=True)
class LoadedSchema:
    """A schema, its text, and a hash of it."""

    schema: GraphQLSchema
    text: str
    revision: str


class ControlPlane(Protocol):
    """Reads the schema from AppSync; the call may block. Raises NoSchemaProblem."""

    def schema_text(self) -> str:
        """The schema with its ``@aws_…`` directives."""


def read_schema(text: str) -> LoadedSchema:
    """Read a schema as AppSync holds it; raises NoSchemaProblem."""
    try:
        schema = build_ast_schema(parse_schema(text))
    except (GraphQLError, TypeError) as error:
        raise NoSchemaProblem(f"Could not read the API's schema: {error}") from None
    return LoadedSchema(schema, text, _revision(text))


async def introspect(run: Callable[[Request], Awaitable[Result]]) -> LoadedSchema:
    """Read the schema from the API itself; raises NoSchemaProblem."""
    result = await run(Request(get_introspection_query(descriptions=True)))
    if result.errors or not isinstance(result.data, dict):
        reason = result.errors[0].message if result.errors else "no data"
        raise NoSchemaProblem(f"The API did not return its schema: {reason}")
    try:
        schema = build_client_schema(result.data)  # type: ignore[arg-type]
    except (GraphQLError, TypeError) as error:
        raise NoSchemaProblem(f"Could not read the API's schema: {error}") from None
    text = print_schema(schema)
    return LoadedSchema(schema, text, _revision(text))


def introspection_json(loaded: LoadedSchema) -> str:
    """The schema as the result of an introspection query, indented."""
    from graphql import introspection_from_schema

    return json.dumps(introspection_from_schema(loaded.schema), indent=2)


def _revision(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
