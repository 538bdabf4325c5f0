"""One data source's table: its calls, and DynamoDB's errors as AppSync reports them."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.request_objects import Object
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource
from workbench.localcloud.appsync.util_functions.dynamodb_values import to_plain
from workbench.localcloud.service_error import ServiceError

Item = Mapping[str, Mapping[str, Any]]
CONDITION_FAILED = "ConditionalCheckFailedException"
_MODELLED = {
    "ConditionalCheckFailedException": CONDITION_FAILED,
    "ItemCollectionSizeLimitExceededException": "ItemCollectionSizeLimitExceededException",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceededException",
    "ResourceNotFoundException": "ResourceNotFoundException",
    "RequestLimitExceeded": "RequestLimitExceededException",
    "InternalServerError": "InternalServerErrorException",
    "TransactionCanceledException": "TransactionCanceledException",
    "TransactionConflictException": "TransactionConflictException",
    "TransactionInProgressException": "TransactionInProgressException",
    "IdempotentParameterMismatchException": "IdempotentParameterMismatchException",
}
"""DynamoDB's errors with a class of their own in the AWS SDK for Java, which names them in
``errorType``; every other one, such as ValidationException, is a ``DynamoDbException``."""

_REQUEST_ID = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a data source, with the services it is reached through."""

    name: str
    source: DataSource
    services: Services

    async def call(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """A call on this table; raises :class:`ServiceError`."""
        return await self.services.call("dynamodb", action, {"TableName": self.name, **parameters})

    async def get(self, key: Item, consistent: bool = True) -> dict[str, Any] | None:
        """The item at ``key`` as typed values."""
        answer = await self.call("GetItem", {"Key": key, "ConsistentRead": consistent})
        return answer.get("Item")


def table_of(source: DataSource, services: Services) -> Table:
    """The table that the data source names."""
    name = source.settings.get("tableName")
    if not name:
        raise TemplateError(f"Data source {source.name} names no DynamoDB table.")
    return Table(str(name), source, services)


def plain_item(item: Item | None) -> dict[str, Any] | None:
    """An item as plain JSON; None for none."""
    if item is None:
        return None
    return {name: to_plain(value) for name, value in item.items()}


def as_field_error(problem: ServiceError, data: Any = None) -> FieldError:
    """DynamoDB's refusal in AppSync's words: type ``DynamoDB:…``, message with SDK's details."""
    name = _MODELLED.get(problem.code, "DynamoDbException")
    request_id = "".join(secrets.choice(_REQUEST_ID) for _ in range(52))
    message = (
        f"{problem.message} (Service: DynamoDb, Status Code: {problem.status}, "
        f"Request ID: {request_id})"
    )
    return FieldError(message, f"DynamoDB:{name}", data)


def expression(
    target: dict[str, Any], member: str, given: Object, path: str, values: bool = True
) -> None:
    """Put an expression object into ``target`` as ``member``, merging its names and values."""
    target[member] = read.text_at(given, "expression", path)
    names = read.optional_object(given, "expressionNames", path)
    if names is not None:
        for name, value in names.items():
            if not isinstance(value, str):
                raise TemplateError(f"Expected JSON string for '{path}[expressionNames][{name}]'.")
        target["ExpressionAttributeNames"] = {
            **target.get("ExpressionAttributeNames", {}),
            **names,
        }
    if values and given.get("expressionValues") is not None:
        target["ExpressionAttributeValues"] = {
            **target.get("ExpressionAttributeValues", {}),
            **read.attributes_at(given, "expressionValues", path),
        }
