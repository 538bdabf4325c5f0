"""What reads may ask for: ministack checks Select for Query alone, and no legacy parameter.

A scan refuses what a query refuses, and expressions beside the parameters that they replace are
refused by every operation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]

_SELECTS = ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
_ENVELOPE = "1 validation error detected: "
_ONLY_QUERY_WRAPS = ("Cannot specify the ", "ALL_PROJECTED_ATTRIBUTES can be used only ")
_EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "FilterExpression",
    "KeyConditionExpression",
)
"""In the order in which DynamoDB names them, as the legacy parameters below."""

_LEGACY = {
    "_query": ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    "_scan": ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
    "_get_item": ("AttributesToGet",),
    "_put_item": ("Expected", "ConditionalOperator"),
    "_delete_item": ("Expected", "ConditionalOperator"),
    "_update_item": ("AttributeUpdates", "Expected", "ConditionalOperator"),
}


def install() -> None:
    """Check before the emulator does."""
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json

    def checking(
        handle: Callable[[Any], Reply], legacy: tuple[str, ...], operation: str
    ) -> Callable[[Any], Reply]:
        def handled(data: Any) -> Reply:
            reason = mixed(data, legacy)
            if not reason and operation in ("_query", "_scan") and data.get("Select") is not None:
                capacity: Reply | None = dynamodb._validate_return_consumed_capacity(data)
                if capacity:
                    return capacity
                table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
                reason = _refused_selection(data, table or {}, query=operation == "_query")
            if reason:
                reply: Reply = refused("ValidationException", reason, 400)
                return reply
            answer = handle(data)
            return _wrapped(answer) if operation == "_query" else answer

        return handled

    for name, legacy in _LEGACY.items():
        setattr(dynamodb, name, checking(getattr(dynamodb, name), legacy, name))


def mixed(data: Mapping[str, Any], legacy: tuple[str, ...]) -> str | None:
    """DynamoDB's words for expressions beside legacy parameters."""
    old = [name for name in legacy if name in data and data[name] is not None]
    if old and data.get("KeyConditionExpression") is None:
        # Key conditions go with a filter expression.
        old = [name for name in old if name != "KeyConditions"]
    new = [name for name in _EXPRESSIONS if data.get(name) is not None] if old else []
    if not new:
        return None
    return (
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {{{', '.join(old)}}} "
        f"Expression parameters: {{{', '.join(new)}}}"
    )


def _refused_selection(
    data: Mapping[str, Any], table: Mapping[str, Any], *, query: bool
) -> str | None:
    select = data["Select"]
    if select not in _SELECTS:
        return (
            f"{_ENVELOPE}Value '{select}' at 'select' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(_SELECTS)}]"
        )
    if data.get("AttributesToGet") and select != "SPECIFIC_ATTRIBUTES":
        chosen = "only the Count" if select == "COUNT" else select
        text = f"Cannot specify the AttributesToGet when choosing to get {chosen}"
        return f"{_ENVELOPE}{text}" if query else text
    if select != "ALL_ATTRIBUTES" or data.get("ProjectionExpression") is not None:
        return None
    name = data.get("IndexName")
    for index in table.get("GlobalSecondaryIndexes") or ():
        projection = (index.get("Projection") or {}).get("ProjectionType", "ALL")
        if index.get("IndexName") == name and projection != "ALL":
            return (
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
                f"supported for global secondary index {name} because its projection type is not "
                "ALL"
            )
    return None


def _wrapped(answer: Reply) -> Reply:
    status, headers, body = answer
    if status != 400:
        return answer
    told = json.loads(body)
    if str(told.get("message", "")).startswith(_ONLY_QUERY_WRAPS):
        told["message"] = _ENVELOPE + told["message"]
        return status, headers, json.dumps(told).encode()
    return answer
