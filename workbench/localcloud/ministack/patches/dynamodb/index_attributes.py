"""Attributes that an index does not project: ministack leaves them out without a word.

A local index fetches from the table what a query asks for beyond its projection; a global one
refuses to. Source: "Fetching attributes from a base table" in DynamoDB's developer guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.dynamodb import parser
from workbench.localcloud.dynamodb.paths import resolved
from workbench.localcloud.dynamodb.syntax import ExpressionError

Reply = tuple[int, dict[str, str], Any]
Request = Mapping[str, Any]

_fetching: ContextVar[bool] = ContextVar("fetching", default=False)


def install() -> None:
    """Fetch for local indexes, refuse for global ones."""
    from ministack.services import dynamodb

    refused, project = dynamodb.error_response_json, dynamodb._apply_index_projection

    def projected(item: Any, table: Any, index: Any) -> Any:
        return item if _fetching.get() else project(item, table, index)

    def reading(handle: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        def handled(data: Request) -> Reply:
            name = data.get("IndexName")
            table = name and dynamodb._tables.get(
                dynamodb._normalize_table_name(data.get("TableName"))
            )
            wanted = _wanted(data)
            if not table or wanted is None:
                return handle(data)
            if any(each["IndexName"] == name for each in table.get("LocalSecondaryIndexes") or ()):
                token = _fetching.set(True)
                try:
                    return handle(data)
                finally:
                    _fetching.reset(token)
            # The names stand for values, as an item that has them all.
            there = project(dict.fromkeys(wanted), table, name)
            missing = [attribute for attribute in wanted if attribute not in there]
            if not missing or not dynamodb._index_def(table, name):
                return handle(data)
            reply: Reply = refused(
                "ValidationException",
                "One or more parameter values were invalid: Global secondary index "
                f"{name} does not project [{', '.join(missing)}]",
                400,
            )
            return reply

        return handled

    dynamodb._apply_index_projection = projected
    dynamodb._query, dynamodb._scan = reading(dynamodb._query), reading(dynamodb._scan)


def _wanted(data: Request) -> list[str] | None:
    """The attributes that are asked for; empty for all of them, None for those of the index."""
    legacy, text = data.get("AttributesToGet"), data.get("ProjectionExpression")
    if isinstance(legacy, list) and legacy:
        return [str(name) for name in legacy]
    if isinstance(text, str) and text:
        names = data.get("ExpressionAttributeNames") or {}
        try:
            paths = parser.parse_projection(text).paths
        except ExpressionError:
            # Refused by the emulator's checks.
            return None
        return list(dict.fromkeys(str(resolved(path, names)[0]) for path in paths))
    return [] if data.get("Select") == "ALL_ATTRIBUTES" else None
