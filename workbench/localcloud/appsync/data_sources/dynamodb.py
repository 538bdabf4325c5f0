"""The DynamoDB data source: which operation a request object asks for."""

from __future__ import annotations

from typing import Any

from workbench.localcloud.appsync.data_sources import (
    dynamodb_batches,
    dynamodb_reads,
    dynamodb_versions,
    dynamodb_writes,
)
from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_table import (
    as_field_error,
    table_of,
)
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.data_sources.sync_settings import SyncSettings
from workbench.localcloud.appsync.evaluation import Context, TemplateError
from workbench.localcloud.appsync.records import DataSource
from workbench.localcloud.service_error import ServiceError

_READS = {
    "GetItem": dynamodb_reads.get_item,
    "Query": dynamodb_reads.query,
    "Scan": dynamodb_reads.scan,
    "Sync": dynamodb_versions.sync,
    "BatchGetItem": dynamodb_batches.batch_get,
    "BatchPutItem": dynamodb_batches.batch_put,
    "BatchDeleteItem": dynamodb_batches.batch_delete,
    "TransactGetItems": dynamodb_batches.transact_get,
    "TransactWriteItems": dynamodb_batches.transact_write,
}


async def invoke(
    source: DataSource,
    request: Any,
    services: Services,
    context: Context,
    sync: SyncSettings | None = None,
) -> Any:
    """The operation's result as plain JSON; FieldError ``DynamoDB:…`` where DynamoDB refuses."""
    found = read.request_object(request)
    operation = read.text_at(found, "operation")
    table = table_of(source, services)
    try:
        if operation in dynamodb_writes.MEMBERS:
            if dynamodb_versions.is_versioned(source):
                return await dynamodb_versions.write_item(table, found, context, sync)
            return await dynamodb_writes.write_item(table, found, context)
        perform = _READS.get(operation)
        if perform is None:
            raise TemplateError(f"Unsupported operation '{operation}'.")
        return await perform(table, found)
    except ServiceError as problem:
        raise as_field_error(problem) from problem
