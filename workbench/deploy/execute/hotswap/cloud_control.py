"""Swaps a resource's properties by Cloud Control, which CloudFormation's own handlers carry out."""

from __future__ import annotations

import json
import time

from workbench.aws.clients import Clients
from workbench.deploy.execute.hotswap.refused import SwapDeniedError
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.stack_events import AWS_PACE
from workbench.deploy.plan.instructions import SwapResource
from workbench.model.deployment import Failure
from workbench.redaction.secret_shapes import redact

_LIMIT = 600.0
_RUNNING = frozenset({"PENDING", "IN_PROGRESS"})


def swap_resource(clients: Clients, swap: SwapResource) -> None:
    """Patch the resource and wait until its handler is done.

    Raises SwapDeniedError if the handler may not, DeploymentProblem if it fails otherwise.
    """
    patch = [
        *({"op": "add", "path": f"/{name}", "value": v} for name, v in swap.properties.items()),
        *({"op": "remove", "path": f"/{name}"} for name in swap.removed),
    ]
    control = clients.client("cloudcontrol")
    answer = control.update_resource(
        TypeName=swap.target.type,
        Identifier=swap.identifier,
        PatchDocument=json.dumps(patch),
    )
    event = answer.get("ProgressEvent", {})
    deadline = time.monotonic() + _LIMIT
    for pause in AWS_PACE.pauses():
        status, message = event.get("OperationStatus", ""), event.get("StatusMessage", "")
        if status not in _RUNNING:
            break
        if time.monotonic() > deadline:
            message = "Cloud Control did not finish the update."
            break
        time.sleep(pause)
        answer = control.get_resource_request_status(RequestToken=event.get("RequestToken", ""))
        event = answer.get("ProgressEvent", {})
    if status == "SUCCESS":
        return
    if event.get("ErrorCode") == "AccessDenied":
        raise SwapDeniedError(redact(message))
    raise DeploymentProblem(
        Failure(
            title=f"{swap.target.type} could not be updated",
            reason=redact(message) or status,
            fix="Check the definition of this resource, then save again.",
            construct_path=swap.target.construct_path,
            logical_id=swap.target.logical_id,
            type=swap.target.type,
        )
    )
