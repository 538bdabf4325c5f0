"""Errors in AppSync's shape: everything at the top level, nothing in ``extensions``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, GraphQLError, Node, get_location

from workbench.localcloud.appsync.evaluation import FieldError
from workbench.localcloud.appsync.execution.projection import project

Path = Sequence[str | int]


class NullError(Exception):
    """A null where the schema allows none."""


class RequestError(Exception):
    """A request that is answered with errors only: not valid, too large, not executable."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"] if errors else "")
        self.errors = tuple(errors)


def request_error(
    message: str, locations: list[dict[str, Any]] | None = None, error_type: str | None = None
) -> dict[str, Any]:
    """An error of the request as a whole: no path."""
    found: dict[str, Any] = {"path": None, "locations": locations, "message": message}
    if error_type:
        found["errorType"] = error_type
    return found


def locations_of(nodes: Sequence[Node] | None) -> list[dict[str, Any]]:
    """Where nodes stand in the query."""
    found = []
    for node in nodes or ():
        if node.loc is not None:
            place = get_location(node.loc.source, node.loc.start)
            found.append({"line": place.line, "column": place.column, "sourceName": None})
    return found


def field_error(
    error: FieldError,
    path: Path,
    nodes: Sequence[FieldNode],
    fragments: dict[str, FragmentDefinitionNode],
) -> dict[str, Any]:
    """An error of one field; its data is limited to what the field selects."""
    data = error.data
    selections = nodes[0].selection_set if nodes else None
    if selections is not None and data is not None:
        data = project(data, selections, fragments, aliased=False)
    return {
        "path": list(path),
        "data": data,
        "errorType": error.error_type,
        "errorInfo": error.info,
        "locations": locations_of(nodes[:1]),
        "message": error.message,
    }


def executed_error(
    error: GraphQLError, fragments: dict[str, FragmentDefinitionNode]
) -> dict[str, Any]:
    """What graphql-core collected, in AppSync's shape."""
    cause = error.original_error
    path = list(error.path or ())
    if isinstance(cause, FieldError):
        nodes = [node for node in error.nodes or () if isinstance(node, FieldNode)]
        return field_error(cause, path, nodes, fragments)
    return {"path": path or None, "locations": None, "message": error.message}


def written_path(path: Path) -> str:
    """A path as AppSync's messages write it: ``/listTodos/items[0]/name``."""
    written = ""
    for key in path:
        written += f"[{key}]" if isinstance(key, int) else f"/{key}"
    return written
