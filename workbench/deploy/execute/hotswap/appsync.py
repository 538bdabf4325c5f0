"""Swaps AppSync's schema, resolvers and resolver functions by direct API calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code
from workbench.aws.clients import Clients
from workbench.deploy.execute.hotswap.api_arguments import lower, lowered
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.failure.known_errors import Explanation, explain
from workbench.deploy.live.stack_events import AWS_PACE, LOCAL_PACE
from workbench.deploy.plan.instructions import (
    SwapApiKey,
    SwapAppSyncFunction,
    SwapResolver,
    SwapSchema,
)
from workbench.model.deployment import Failure, Json
from workbench.redaction.secret_shapes import redact

_SCHEMA_LIMIT = 120.0
_BUSY_ATTEMPTS = 7
_S3 = "S3Location"


def swap_schema(clients: Clients, swap: SwapSchema) -> None:
    """Send the schema and wait until AppSync has taken it; raises DeploymentProblem if it won't."""
    text = swap.file.read_text("utf-8") if swap.file else swap.definition or ""

    def start() -> None:
        clients.appsync.start_schema_creation(apiId=swap.api_id, definition=text.encode())

    _while_busy(start)
    pace = LOCAL_PACE if clients.is_local else AWS_PACE
    deadline = time.monotonic() + _SCHEMA_LIMIT
    for pause in pace.pauses():
        answer = clients.appsync.get_schema_creation_status(apiId=swap.api_id)
        status, details = answer.get("status", ""), answer.get("details", "")
        if status in {"SUCCESS", "ACTIVE"}:
            return
        if status in {"FAILED", "NOT_APPLICABLE"} or time.monotonic() > deadline:
            raise DeploymentProblem(_schema_failure(swap, details or status))
        time.sleep(pause)


def swap_api_key(clients: Clients, swap: SwapApiKey) -> None:
    """Give an API key its new expiry and description."""
    call: dict[str, Any] = {"apiId": swap.api_id, "id": swap.key_id}
    if swap.expires is not None:
        call["expires"] = swap.expires
    _while_busy(lambda: clients.appsync.update_api_key(**call, description=swap.description))


def swap_resolver(clients: Clients, swap: SwapResolver) -> None:
    """Update one resolver from its evaluated CloudFormation properties."""
    call = _arguments(swap.properties, swap.files)
    call.update(apiId=swap.api_id, typeName=swap.type_name, fieldName=swap.field_name)
    _while_busy(lambda: clients.appsync.update_resolver(**call))


def swap_function(clients: Clients, swap: SwapAppSyncFunction) -> None:
    """Update one resolver function from its evaluated CloudFormation properties."""
    call = _arguments(swap.properties, swap.files)
    call.update(apiId=swap.api_id, functionId=swap.function_id)
    if "runtime" not in call:
        call.setdefault("functionVersion", "2018-05-29")
    _while_busy(lambda: clients.appsync.update_function(**call))


def _arguments(properties: Mapping[str, Json], files: Mapping[str, Path]) -> dict[str, Any]:
    """CloudFormation's properties as the API's arguments: lower camel case, S3 texts read."""
    call: dict[str, Any] = {
        lower(name): lowered(value)
        for name, value in properties.items()
        if not name.endswith(_S3) and value is not None
    }
    for name, file in files.items():
        call[lower(name.removesuffix(_S3))] = file.read_text("utf-8")
    return call


def _while_busy(call: Callable[[], object]) -> None:
    """Call again, with growing pauses, while AppSync changes the same API for someone else."""
    for pause in _busy_pauses():
        try:
            call()
        except ClientError as error:
            if pause is None or not _is_busy(error):
                raise
            time.sleep(pause)
        else:
            return


def _busy_pauses() -> Iterator[float | None]:
    for attempt in range(_BUSY_ATTEMPTS):
        yield 0.25 * 2**attempt
    yield None


def _is_busy(error: ClientError) -> bool:
    return error_code(error) in {"ConcurrentModificationException", "TooManyRequestsException"}


def _schema_failure(swap: SwapSchema, details: str) -> Failure:
    known = explain("Schema Creation Status is FAILED") or Explanation(
        "AppSync does not accept the GraphQL schema", "Check the models in amplify/data/resource."
    )
    return Failure(
        title=known.title,
        reason=redact(details),
        fix=known.fix,
        construct_path=swap.target.construct_path,
        logical_id=swap.target.logical_id,
        type=swap.target.type,
    )
