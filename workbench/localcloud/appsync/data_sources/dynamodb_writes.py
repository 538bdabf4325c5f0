"""PutItem, UpdateItem and DeleteItem of a DynamoDB data source, with AppSync's conditional writes.

Source: AppSync developer guide, "Condition expressions": where the condition fails, the item is
read again; a put whose item is there already, and a delete whose item is gone, succeed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.appsync.data_sources import aws_lambda
from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_table import (
    CONDITION_FAILED,
    Item,
    Table,
    as_field_error,
    expression,
    plain_item,
)
from workbench.localcloud.appsync.data_sources.request_objects import Object
from workbench.localcloud.appsync.evaluation import Context, FieldError, TemplateError
from workbench.localcloud.appsync.util_functions.dynamodb_values import to_plain
from workbench.localcloud.service_error import ServiceError

_COMMON = frozenset(
    {
        "version",
        "operation",
        "key",
        "condition",
        "customPartitionKey",
        "populateIndexFields",
        "_version",
    }
)
MEMBERS = {
    "PutItem": _COMMON | {"attributeValues"},
    "UpdateItem": _COMMON | {"update"},
    "DeleteItem": _COMMON,
}


@dataclass(frozen=True, slots=True)
class Write:
    """One write: DynamoDB's action and parameters, and what AppSync keeps beside them."""

    action: str
    key: Item
    parameters: Mapping[str, Any]
    condition: Object
    request: Object


def read_write(request: Object) -> Write:
    """The write that a request object describes."""
    action = str(request["operation"])
    read.refuse_unknown(request, MEMBERS[action])
    key = read.attributes_at(request, "key")
    parameters: dict[str, Any] = {}
    if action == "PutItem":
        values = request.get("attributeValues")
        given = {} if values is None else read.attributes_at(request, "attributeValues")
        parameters["Item"] = {**given, **key}
    else:
        parameters["Key"] = key
    if action == "UpdateItem":
        update = read.object_at(request, "update")
        expression(parameters, "UpdateExpression", update, "$[update]")
        parameters["ReturnValues"] = "ALL_NEW"
    if action == "DeleteItem":
        parameters["ReturnValues"] = "ALL_OLD"
    condition = read.optional_object(request, "condition") or {}
    if condition:
        expression(parameters, "ConditionExpression", condition, "$[condition]")
    return Write(action, key, parameters, condition, request)


async def write_item(table: Table, request: Object, context: Context) -> Any:
    """The item as written (a delete: as it was, or null), as plain JSON."""
    write = read_write(request)
    _strategy(write.condition)
    try:
        return plain_item(await perform(table, write))
    except ServiceError as problem:
        if problem.code != CONDITION_FAILED:
            raise
        return await condition_failed(table, write, context, problem)


async def perform(table: Table, write: Write) -> Item | None:
    """Do the write; the item that AppSync gives as its result, as typed values."""
    answer = await table.call(write.action, write.parameters)
    if write.action == "PutItem":
        item: Item = write.parameters["Item"]
        return item
    return answer.get("Attributes")


async def condition_failed(
    table: Table, write: Write, context: Context, problem: ServiceError
) -> Any:
    """What AppSync does where the condition was not met: succeed, ask a function, or reject."""
    consistent = read.optional_flag(write.condition, "consistentRead", "$[condition]")
    current = await table.get(write.key, consistent is not False)
    if is_as_wanted(write, current):
        return plain_item(current)
    function = _strategy(write.condition)
    if function is None:
        raise as_field_error(problem, plain_item(current))
    answer = await aws_lambda.invoke_plain(
        table.services, function, _handler_event(table, write, context, current)
    )
    action = answer.get("action") if isinstance(answer, Mapping) else None
    if action == "discard":
        return plain_item(current)
    if action == "reject":
        raise as_field_error(problem, plain_item(current))
    if action == "retry":
        return await _retry(table, write, answer.get("retryMapping") or {})
    raise FieldError(
        "The conditional check failed handler must answer with an action of 'reject', 'discard' or "
        f"'retry', not {action!r}.",
        "DynamoDB:ConditionalCheckFailedException",
        plain_item(current),
    )


def is_as_wanted(write: Write, current: Item | None) -> bool:
    """Whether the item is what the write would have made of it; an update can't tell."""
    if write.action == "DeleteItem":
        return current is None
    if write.action != "PutItem" or current is None:
        return False
    ignored = write.condition.get("equalsIgnore") or ()
    return _compared(write.parameters["Item"], ignored) == _compared(current, ignored)


def _compared(item: Item, ignored: Any) -> dict[str, Any]:
    return {name: comparable(value) for name, value in item.items() if name not in ignored}


def comparable(value: Mapping[str, Any]) -> Any:
    """A typed value such that equal ones compare equal: sets without order, numbers by value."""
    ((kind, content),) = value.items()
    if kind == "M":
        return kind, {name: comparable(member) for name, member in content.items()}
    if kind == "L":
        return kind, [comparable(member) for member in content]
    plain = to_plain(value)
    return kind, frozenset(plain) if kind in ("SS", "NS", "BS") else plain


def _strategy(condition: Object) -> str | None:
    """The function of the ``Custom`` strategy; None for ``Reject``."""
    path = "$[condition]"
    handler = read.optional_object(condition, "conditionalCheckFailedHandler", path)
    if not handler:
        return None
    path += "[conditionalCheckFailedHandler]"
    strategy = read.text_at(handler, "strategy", path)
    if strategy not in ("Custom", "Reject"):
        raise TemplateError(f"Unsupported value '{strategy}' for '{path}[strategy]'.")
    return read.text_at(handler, "lambdaArn", path) if strategy == "Custom" else None


def _handler_event(
    table: Table, write: Write, context: Context, current: Item | None
) -> dict[str, Any]:
    info = context.get("info") or {}
    return {
        "arguments": context.get("arguments"),
        "requestMapping": write.request,
        "currentValue": current,
        "resolver": {
            "tableName": table.name,
            "awsRegion": table.source.settings.get("awsRegion"),
            "parentType": info.get("parentTypeName"),
            "field": info.get("fieldName"),
            "outputType": None,
        },
        "identity": context.get("identity"),
    }


async def _retry(table: Table, write: Write, mapping: Object) -> Any:
    """The same write on the same item, with what the function says; then there is no second try."""
    allowed = {"PutItem": ("attributeValues",), "UpdateItem": ("update",), "DeleteItem": ()}
    changed: dict[str, Any] = {
        name: mapping[name] for name in allowed[write.action] if name in mapping
    }
    condition = {
        name: value
        for name, value in (mapping.get("condition") or {}).items()
        if name != "conditionalCheckFailedHandler"
    }
    # Without an expression of its own, the retry is bound to no condition.
    changed["condition"] = condition if condition.get("expression") else None
    again = read_write({**write.request, **changed})
    try:
        return plain_item(await perform(table, again))
    except ServiceError as problem:
        if problem.code != CONDITION_FAILED:
            raise
        current = await table.get(again.key)
        if is_as_wanted(again, current):
            return plain_item(current)
        raise as_field_error(problem, plain_item(current)) from problem
