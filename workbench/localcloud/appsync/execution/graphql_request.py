"""One GraphQL request as it arrives, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_BODY = 1_048_576
"""Bytes of a request; AppSync's limit."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """An operation to execute; ``headers`` by lower-case name, as templates see them."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    size: int = 0
    """Bytes of the body, where there was one."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer in AppSync's shape; ``headers`` are those that templates added."""

    data: Any
    errors: tuple[dict[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """What goes over the wire."""
        if not self.errors:
            return {"data": self.data}
        return {"data": self.data, "errors": list(self.errors)}


class MalformedRequestError(Exception):
    """A body that holds no GraphQL request: HTTP 400, ``MalformedHttpRequestException``."""


def parse_body(body: bytes) -> GraphQLRequest:
    """Read the JSON body of a request; raises MalformedRequestError in AppSync's words.

    https://github.com/graphql/graphql-over-http/issues/81 tells what AppSync answers.
    """
    if not body:
        raise MalformedRequestError("Request body is empty.")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedRequestError("Unable to parse GraphQL query.") from None
    if not isinstance(document, dict) or not isinstance(document.get("query"), str):
        raise MalformedRequestError("Unable to parse GraphQL query.")
    variables = document.get("variables")
    if isinstance(variables, str):
        try:
            variables = json.loads(variables or "{}")
        except (ValueError, RecursionError):
            variables = ()
    name = document.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise MalformedRequestError("Unable to parse GraphQL query.")
    return GraphQLRequest(document["query"], variables or {}, name or None, size=len(body))
