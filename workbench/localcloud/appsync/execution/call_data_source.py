"""Sends an evaluated request to its data source, alone or with others of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.data_sources.invoke import invoke
from workbench.localcloud.appsync.data_sources.sync_settings import sync_settings
from workbench.localcloud.appsync.evaluation import Context, FieldError
from workbench.localcloud.appsync.execution.request_state import RequestState
from workbench.localcloud.appsync.records import DataSource, Function, Resolver


async def call(
    state: RequestState,
    source: DataSource,
    request: Any,
    context: Context,
    unit: Function | Resolver,
) -> Any:
    """The data source's answer to a request; raises FieldError."""
    size = unit.max_batch_size
    if size and source.type == "AWS_LAMBDA" and isinstance(request, Mapping):
        # A resolver with a batch size batches plain invocations too.
        request = {**request, "operation": "BatchInvoke"}
    try:
        return await invoke(
            source,
            request,
            state.engines.services,
            context,
            sync=sync_settings(unit.sync),
            batches=state.batches,
            max_batch_size=size,
        )
    except FieldError:
        raise
    except Exception as error:
        raise _failed(error) from error


async def call_direct(
    state: RequestState,
    source: DataSource,
    payload: Any,
    context: Context,
    unit: Function | Resolver,
) -> Any:
    """The answer of a function that is its resolver's whole code; raises FieldError."""
    try:
        return await state.batches.invoke_direct(source, payload, context, unit.max_batch_size)
    except FieldError:
        raise
    except Exception as error:
        raise _failed(error) from error


def _failed(error: Exception) -> FieldError:
    return FieldError(f"The data source failed: {error or type(error).__name__}", "InternalFailure")
