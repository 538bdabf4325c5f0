"""``Custom::AmplifyDynamoDBTable`` and its imported kind: makes and changes model tables.

After Amplify's table manager (an onEvent function, an isComplete function and a state machine that
asks it every ten seconds): the same calls in the same order, the same attributes (``TableArn``,
``TableStreamArn``, ``TableName``), the table's name as physical id, and the same refusals. A table
is asked for again after milliseconds here, for the local cloud needs no longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.providers import table_changes as changes
from workbench.localcloud.providers.request import ProviderAnswer, ProviderError, ProviderRequest
from workbench.localcloud.providers.services import ProviderServices
from workbench.localcloud.providers.table_definition import TableDefinition, read_definition
from workbench.localcloud.providers.table_import import differences
from workbench.localcloud.service_error import ServiceError

_MOST_STEPS = 360
_PAUSE_SECONDS = 0.02

_KEYS_REFUSED = (
    "Editing key schema of table requires replacement which will cause ALL EXISITING DATA TO BE "
    "LOST. If this is intended, set the 'allowDestructiveGraphqlSchemaUpdates' to true and deploy "
    "again."
)


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; DynamoDB's own refusals are the reasons of failures."""
    try:
        if request.kind == "Delete":
            return _delete(request.physical_id, services)
        definition = read_definition(
            request.properties, services.function_tags(request.handler_arn)
        )
        if request.kind == "Create":
            return _create(definition, services)
        before = read_definition(request.old_properties, {})
        return _update(request.physical_id, before, definition, services)
    except ServiceError as problem:
        raise ProviderError(str(problem)) from problem


def _create(definition: TableDefinition, services: ProviderServices) -> ProviderAnswer:
    if definition.imported:
        table = _describe(definition.name, services)
        if found := differences(table, definition):
            raise ProviderError(
                "Imported table properties did not match the expected table properties.\n"
                + "\n".join(found)
            )
        return _answer(table)
    return _made(definition, services)


def _made(definition: TableDefinition, services: ProviderServices, **data: Any) -> ProviderAnswer:
    """Create the table, then what can only be set on a table that exists."""
    services.call("dynamodb", "CreateTable", changes.creation(definition))
    _wait_until_ready(definition.name, services)
    _set_recovery(definition.name, definition, services)
    if (definition.time_to_live or {}).get("Enabled"):
        _set_time_to_live(definition.name, definition, services)
    return _answer(_describe(definition.name, services), **data)


def _update(
    name: str, before: TableDefinition, definition: TableDefinition, services: ProviderServices
) -> ProviderAnswer:
    table = _describe(name, services)
    if changes.keys_changed(table["KeySchema"], definition.key_schema):
        if not definition.allow_destructive:
            raise ProviderError(_KEYS_REFUSED)
        return _replace(table, definition, services)
    destructive = definition.replace_on_index_change and definition.allow_destructive
    if destructive and changes.next_index_change(table, definition):
        return _replace(table, definition, services)
    _set_tags(table, definition, services)
    _set_recovery(name, definition, services)
    for change in (
        changes.protection_change(table, definition),
        changes.encryption_change(table, definition),
        *changes.stream_changes(table, definition),
    ):
        if change:
            services.call("dynamodb", "UpdateTable", change)
            _wait_until_ready(name, services)
    if before.time_to_live != definition.time_to_live:
        _set_time_to_live(name, definition, services)
    _settle(name, definition, services)
    return _answer(table)


def _settle(name: str, definition: TableDefinition, services: ProviderServices) -> None:
    """Make capacity and index changes one by one until none is left."""
    for _ in range(_MOST_STEPS):
        table = _wait_until_ready(name, services)
        change = changes.next_capacity_or_index_change(table, definition)
        if not change:
            return
        services.call("dynamodb", "UpdateTable", change)
    raise ProviderError(f"Table {name} did not reach its definition in {_MOST_STEPS} steps.")


def _replace(
    table: Mapping[str, Any], definition: TableDefinition, services: ProviderServices
) -> ProviderAnswer:
    if table.get("DeletionProtectionEnabled") is True:
        raise ProviderError("Table cannot be replaced when the deletion protection is enabled.")
    name = str(table["TableName"])
    services.call("dynamodb", "DeleteTable", {"TableName": name})
    _wait(lambda: not _exists(name, services), f"Table {name} was not deleted in time.")
    return _made(definition, services, IsTableReplaced=True)


def _delete(name: str, services: ProviderServices) -> ProviderAnswer:
    """A protected table is kept, a missing one is done; both succeed."""
    try:
        if not _describe(name, services).get("DeletionProtectionEnabled"):
            services.call("dynamodb", "DeleteTable", {"TableName": name})
    except ServiceError as problem:
        if problem.code != "ResourceNotFoundException":
            raise
    return ProviderAnswer(name)


def _set_tags(
    table: Mapping[str, Any], definition: TableDefinition, services: ProviderServices
) -> None:
    arn = table["TableArn"]
    answer = services.call("dynamodb", "ListTagsOfResource", {"ResourceArn": arn})
    current = {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or []}
    wanted = {tag["Key"]: tag["Value"] for tag in definition.tags}
    if gone := [key for key in current if key not in wanted]:
        services.call("dynamodb", "UntagResource", {"ResourceArn": arn, "TagKeys": gone})
    if wanted and wanted != current:
        parameters = {"ResourceArn": arn, "Tags": list(definition.tags)}
        services.call("dynamodb", "TagResource", parameters)


def _set_recovery(name: str, definition: TableDefinition, services: ProviderServices) -> None:
    answer = services.call("dynamodb", "DescribeContinuousBackups", {"TableName": name})
    change = changes.recovery_change(answer.get("ContinuousBackupsDescription") or {}, definition)
    if change:
        services.call("dynamodb", "UpdateContinuousBackups", change)
        _wait_until_ready(name, services)


def _set_time_to_live(name: str, definition: TableDefinition, services: ProviderServices) -> None:
    answer = services.call("dynamodb", "DescribeTimeToLive", {"TableName": name})
    change = changes.time_to_live_change(answer.get("TimeToLiveDescription") or {}, definition)
    if change:
        services.call("dynamodb", "UpdateTimeToLive", change)


def _describe(name: str, services: ProviderServices) -> dict[str, Any]:
    table: dict[str, Any] = services.call("dynamodb", "DescribeTable", {"TableName": name})["Table"]
    return table


def _exists(name: str, services: ProviderServices) -> bool:
    try:
        _describe(name, services)
    except ServiceError as problem:
        if problem.code == "ResourceNotFoundException":
            return False
        raise
    return True


def _wait_until_ready(name: str, services: ProviderServices) -> dict[str, Any]:
    """The table, once it and all its indexes are active."""
    table: dict[str, Any] = {}

    def ready() -> bool:
        table.clear()
        table.update(_describe(name, services))
        indexes = table.get("GlobalSecondaryIndexes") or []
        return table["TableStatus"] == "ACTIVE" and all(
            index.get("IndexStatus") == "ACTIVE" and not index.get("Backfilling")
            for index in indexes
        )

    _wait(ready, f"Table {name} did not become active in time.")
    return table


def _wait(done: Callable[[], bool], otherwise: str) -> None:
    for _ in range(_MOST_STEPS):
        if done():
            return
        time.sleep(_PAUSE_SECONDS)
    raise ProviderError(otherwise)


def _answer(table: Mapping[str, Any], **data: Any) -> ProviderAnswer:
    attributes = {
        "TableArn": table["TableArn"],
        "TableStreamArn": table.get("LatestStreamArn"),
        "TableName": table["TableName"],
        **data,
    }
    known = {key: value for key, value in attributes.items() if value is not None}
    return ProviderAnswer(str(table["TableName"]), known)
