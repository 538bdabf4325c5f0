"""Swaps Lambda functions' code and configuration by direct API calls."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code
from workbench.aws.clients import Clients
from workbench.deploy.execute.assets import zip_folder
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.stack_events import AWS_PACE, LOCAL_PACE
from workbench.deploy.plan.instructions import SwapFunctionCode, SwapFunctionConfiguration
from workbench.model.deployment import Failure
from workbench.redaction.secret_shapes import redact

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

_UPDATE_LIMIT = 300.0


def swap_code(clients: Clients, swap: SwapFunctionCode) -> None:
    """Give the function its new code and wait until it runs that."""
    code: dict[str, Any]
    if swap.inline is not None:
        code = {"ZipFile": _inline_archive(swap.inline, swap.runtime)}
    elif swap.archive is not None:
        archive = swap.archive
        code = {"ZipFile": zip_folder(archive) if archive.is_dir() else archive.read_bytes()}
    elif swap.image:
        code = {"ImageUri": swap.image}
    else:
        code = {"S3Bucket": swap.bucket, "S3Key": swap.key}
    name = swap.target.physical_id
    _update(clients, swap, lambda: clients.lambda_.update_function_code(FunctionName=name, **code))


def swap_configuration(clients: Clients, swap: SwapFunctionConfiguration) -> None:
    """Give the function its new settings and wait until it runs with them."""
    name = swap.target.physical_id
    settings = cast("dict[str, Any]", dict(swap.properties))
    _update(
        clients,
        swap,
        lambda: clients.lambda_.update_function_configuration(FunctionName=name, **settings),
    )


def _update(
    clients: Clients,
    swap: SwapFunctionCode | SwapFunctionConfiguration,
    start: Callable[[], FunctionConfigurationResponseTypeDef],
) -> None:
    """Start an update and wait for its end; one that still runs is waited for first.

    Lambda refuses a second update while one runs, so nobody has to ask before.
    """
    try:
        answer = start()
    except ClientError as error:
        if error_code(error) != "ResourceConflictException":
            raise
        _await_update(clients, swap)
        answer = start()
    if answer.get("LastUpdateStatus") != "Successful":
        _await_update(clients, swap)


def _inline_archive(source: str, runtime: str) -> bytes:
    """The zip that CloudFormation makes of an inline ``ZipFile``: one file called ``index``."""
    suffix = "py" if runtime.startswith("python") else "js"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f"index.{suffix}", (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, source)
    return buffer.getvalue()


def _await_update(clients: Clients, swap: SwapFunctionCode | SwapFunctionConfiguration) -> None:
    """Wait until the function's last update is done.

    By GetFunction, as the CDK asks: Amplify's managed policy lacks GetFunctionConfiguration.
    """
    pace = LOCAL_PACE if clients.is_local else AWS_PACE
    deadline = time.monotonic() + _UPDATE_LIMIT
    for pause in pace.pauses():
        function = clients.lambda_.get_function(FunctionName=swap.target.physical_id)
        state = function["Configuration"]
        status = state.get("LastUpdateStatus", "Successful")
        if status == "Successful":
            return
        if status == "Failed" or time.monotonic() > deadline:
            raise DeploymentProblem(
                Failure(
                    title="Lambda could not update the function",
                    reason=redact(state.get("LastUpdateStatusReason", status)),
                    fix="Check the function's code and settings, then save again.",
                    construct_path=swap.target.construct_path,
                    logical_id=swap.target.logical_id,
                    type=swap.target.type,
                )
            )
        time.sleep(pause)
