"""GetItem, Query and Scan of a DynamoDB data source.

Source: AppSync developer guide, "AppSync JavaScript (and VTL) function reference for DynamoDB".
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.appsync.data_sources import page_tokens
from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_table import (
    Table,
    expression,
    plain_item,
)
from workbench.localcloud.appsync.data_sources.request_objects import Object
from workbench.localcloud.appsync.evaluation import TemplateError

_GET = frozenset({"version", "operation", "key", "consistentRead", "projection"})
_QUERY = frozenset(
    {
        "version",
        "operation",
        "query",
        "index",
        "nextToken",
        "limit",
        "scanIndexForward",
        "consistentRead",
        "select",
        "filter",
        "projection",
    }
)
_SCAN = (_QUERY - {"query", "scanIndexForward"}) | {"totalSegments", "segment"}
_SELECTS = ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES")


async def get_item(table: Table, request: Object) -> Any:
    """The item as plain JSON, or null."""
    read.refuse_unknown(request, _GET)
    parameters: dict[str, Any] = {"Key": read.attributes_at(request, "key")}
    if read.optional_flag(request, "consistentRead"):
        parameters["ConsistentRead"] = True
    projection(parameters, request)
    return plain_item((await table.call("GetItem", parameters)).get("Item"))


async def query(table: Table, request: Object) -> dict[str, Any]:
    """A page: ``items``, ``nextToken`` (null on the last), ``scannedCount``."""
    read.refuse_unknown(request, _QUERY)
    parameters: dict[str, Any] = {}
    expression(parameters, "KeyConditionExpression", read.object_at(request, "query"), "$[query]")
    forward = read.optional_flag(request, "scanIndexForward")
    if forward is not None:
        parameters["ScanIndexForward"] = forward
    return await _page(table, "Query", parameters, request)


async def scan(table: Table, request: Object) -> dict[str, Any]:
    """A page, as :func:`query` gives it."""
    read.refuse_unknown(request, _SCAN)
    parameters: dict[str, Any] = {}
    segments = read.optional_whole(request, "totalSegments")
    segment = read.optional_whole(request, "segment")
    if (segments is None) != (segment is None):
        raise TemplateError("'$[segment]' and '$[totalSegments]' must be given together.")
    if segments is not None:
        parameters |= {"TotalSegments": segments, "Segment": segment}
    return await _page(table, "Scan", parameters, request)


async def _page(
    table: Table, action: str, parameters: dict[str, Any], request: Object
) -> dict[str, Any]:
    index = read.optional_text(request, "index")
    if index:
        parameters["IndexName"] = index
    limit = read.optional_whole(request, "limit")
    if limit is not None:
        parameters["Limit"] = limit
    if read.optional_flag(request, "consistentRead"):
        parameters["ConsistentRead"] = True
    select = read.optional_text(request, "select")
    if select is not None:
        if select not in _SELECTS:
            raise TemplateError(f"Unsupported value '{select}' for '$[select]'.")
        parameters["Select"] = select
    condition = read.optional_object(request, "filter")
    if condition:
        expression(parameters, "FilterExpression", condition, "$[filter]")
    projection(parameters, request)
    return await read_page(table, action, parameters, read.optional_text(request, "nextToken"))


async def read_page(
    table: Table, action: str, parameters: dict[str, Any], token: str | None
) -> dict[str, Any]:
    """One page of a Query or Scan, continued after ``token``."""
    name = parameters.get("TableName", table.name)
    scope = f"{action}/{name}/{parameters.get('IndexName', '')}"
    if token:
        parameters["ExclusiveStartKey"] = page_tokens.decode(token, scope)
    answer = await table.call(action, parameters)
    last = answer.get("LastEvaluatedKey")
    return {
        "items": [plain_item(item) for item in answer.get("Items", ())],
        "nextToken": page_tokens.encode(last, scope) if last else None,
        "scannedCount": answer.get("ScannedCount", 0),
    }


def projection(parameters: dict[str, Any], request: Object) -> None:
    """Put a request's ``projection`` into a call."""
    given = read.optional_object(request, "projection")
    if given:
        expression(parameters, "ProjectionExpression", given, "$[projection]", values=False)
