"""Swaps a bucket deployment's files on AWS: by its own provider, as CloudFormation would ask it.

The provider's role may write to the bucket; the developer's managed policy has `lambda:Invoke`
alone. Nobody reads the provider's answer, so a failure is read from what it returns or logs.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import unquote

from workbench.aws.clients import Clients
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.plan.instructions import SwapBucketContent
from workbench.model.deployment import Failure, Json
from workbench.redaction.secret_shapes import redact

_UNUSED = "not-asked-by-cloudformation"
_FAILED = re.compile(r'"Status": "FAILED", "Reason": (?P<reason>"(?:[^"\\]|\\.)*")')


def deploy_by_provider(clients: Clients, swap: SwapBucketContent) -> None:
    """Ask the provider for an update, and wait for it; raises DeploymentProblem if it failed.

    The old properties go along: without them CDK's provider does nothing for a deployment that
    does not retain its files.
    """
    properties = _as_text(dict(swap.properties))
    answer = clients.lambda_.invoke(
        FunctionName=swap.provider,
        LogType="Tail",
        Payload=json.dumps(
            {
                "RequestType": "Update",
                "ResponseURL": _UNUSED,
                "StackId": _UNUSED,
                "RequestId": _UNUSED,
                "LogicalResourceId": swap.target.logical_id,
                "PhysicalResourceId": swap.target.physical_id,
                "ResourceType": swap.target.type,
                "ResourceProperties": properties,
                "OldResourceProperties": properties,
            }
        ).encode(),
    )
    body = answer["Payload"].read()
    log = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
    reason = _raised(body) if answer.get("FunctionError") else _returned(body) or _logged(log)
    if reason:
        raise DeploymentProblem(
            Failure(
                title="The files of a bucket could not be deployed",
                reason=redact(reason),
                fix=f"The log of the function {_name(swap.provider)} has the details. Save again; "
                "if it fails again, deploy without hot-swaps.",
                construct_path=swap.target.construct_path,
                logical_id=swap.target.logical_id,
                type=swap.target.type,
                offer="retry",
            )
        )


def _as_text(value: Json) -> Any:
    """Scalars as text, as CloudFormation hands them to a custom resource."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _raised(body: bytes) -> str:
    answer = _parsed(body)
    text = answer.get("errorMessage") if isinstance(answer, dict) else None
    return str(text or "The function ended with an error.")


def _returned(body: bytes) -> str:
    """The reason in the answer of a provider that returns it (the one of a Python backend)."""
    answer = _parsed(body)
    if isinstance(answer, dict) and answer.get("Status") == "FAILED":
        return str(answer.get("Reason") or "The function gave no reason.")
    return ""


def _logged(log: str) -> str:
    """The reason in the log of CDK's provider, which writes its answer there, percent-encoded."""
    failed = _FAILED.search(unquote(log))
    return str(json.loads(failed["reason"])) if failed else ""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _name(function: str) -> str:
    return function.rpartition(":")[2]
