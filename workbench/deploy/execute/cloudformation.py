"""Deploys a root template: directly on the local cloud, through a change set on AWS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_message
from workbench.aws.clients import Clients
from workbench.deploy.execute.stack_operation import Ending, Report, follow_operation
from workbench.deploy.execute.stack_repair import settle_stack
from workbench.deploy.failure.failure import (
    DeploymentProblem,
    NameConstruct,
    failure_from_events,
)
from workbench.deploy.failure.known_errors import Explanation, explain
from workbench.deploy.live.stack_events import AWS_PACE
from workbench.deploy.live.stack_state import StackState
from workbench.model.deployment import Failure, StackPath
from workbench.redaction.secret_shapes import redact

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import CapabilityType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, TagTypeDef

CAPABILITIES: list[CapabilityType] = [
    "CAPABILITY_IAM",
    "CAPABILITY_NAMED_IAM",
    "CAPABILITY_AUTO_EXPAND",
]
_NOTHING = (
    "no updates are to be performed",
    "didn't contain changes",
    "no updates to be performed",
)
_CHANGE_SET_LIMIT = 600.0
_FORGOTTEN = Failure(
    title="The deployment was cut off",
    reason="CloudFormation was started again during the deployment and has forgotten it.",
    fix="The sandbox deploys again by itself once the local cloud is back; else save again.",
    offer="retry",
)


@dataclass(frozen=True, slots=True)
class StackRequest:
    """What to deploy: a root template at a URL, with parameters and tags.

    ``execution_role`` is the ARN of the role that CloudFormation acts as (empty: the caller).
    ``nested`` are the stack ids of nested stacks that exist already.
    """

    stack_name: str
    template_url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    execution_role: str = ""
    nested: Mapping[StackPath, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StackDeployed:
    """The stack after a deployment; ``changed`` is False if there was nothing to do."""

    stack_id: str
    changed: bool


def deploy_stack(
    clients: Clients, request: StackRequest, report: Report, name_construct: NameConstruct
) -> StackDeployed:
    """Create or update the stack and wait for it; raises DeploymentProblem with the first cause.

    Whatever state the stack is in, it is settled first: see ``settle_stack``.
    """
    state = settle_stack(clients, request.stack_name, report, name_construct)
    token = f"amplify-tui-{uuid4().hex}"
    if clients.is_local:
        stack_id = _submit(clients, request, state, token)
    else:
        stack_id = _submit_change_set(clients, request, state, token)
    if stack_id is None:
        return StackDeployed(state.stack_id if state else "", changed=False)
    ending = follow_operation(clients, stack_id, report, token=token, nested=request.nested)
    require_success(ending, name_construct)
    return StackDeployed(stack_id, changed=True)


def require_success(ending: Ending, name_construct: NameConstruct) -> None:
    """Raise DeploymentProblem unless the operation made what was asked for."""
    if ending.forgotten:
        raise DeploymentProblem(_FORGOTTEN)
    if not ending.succeeded:
        raise DeploymentProblem(
            failure_from_events(ending.events, name_construct, stack_status=ending.status)
        )


def _submit(
    clients: Clients, request: StackRequest, state: StackState | None, token: str
) -> str | None:
    """Start a create or update; the stack's id, or None if nothing would change."""
    if state is None:
        created = clients.cloudformation.create_stack(
            StackName=request.stack_name,
            TemplateURL=request.template_url,
            Parameters=_parameters(request),
            Tags=_tags(request),
            Capabilities=CAPABILITIES,
            ClientRequestToken=token,
        )
        return created["StackId"]
    try:
        updated = clients.cloudformation.update_stack(
            StackName=state.stack_id,
            TemplateURL=request.template_url,
            Parameters=_parameters(request),
            Tags=_tags(request),
            Capabilities=CAPABILITIES,
            ClientRequestToken=token,
        )
    except ClientError as error:
        if _means_nothing(error_message(error)):
            return None
        raise
    return updated["StackId"]


def _submit_change_set(
    clients: Clients, request: StackRequest, state: StackState | None, token: str
) -> str | None:
    """Make a change set and execute it; the stack's id, or None if it is empty."""
    fresh = state is None or state.status == "REVIEW_IN_PROGRESS"
    kind: Literal["CREATE", "UPDATE"] = "CREATE" if fresh else "UPDATE"
    role = {"RoleARN": request.execution_role} if request.execution_role else {}
    made = clients.cloudformation.create_change_set(
        StackName=request.stack_name,
        ChangeSetName=f"amplify-tui-{uuid4().hex[:12]}",
        ChangeSetType=kind,
        TemplateURL=request.template_url,
        Parameters=_parameters(request),
        Tags=_tags(request),
        Capabilities=CAPABILITIES,
        Description="Made by amplify-tui",
        ClientToken=token,
        **role,  # type: ignore[arg-type]
    )
    change_set, stack_id = made["Id"], made["StackId"]
    if not _await_change_set(clients, change_set):
        clients.cloudformation.delete_change_set(ChangeSetName=change_set)
        return None
    clients.cloudformation.execute_change_set(ChangeSetName=change_set, ClientRequestToken=token)
    return stack_id


def _await_change_set(clients: Clients, change_set: str) -> bool:
    """Wait until a change set can be executed; False if it holds no change."""
    deadline = time.monotonic() + _CHANGE_SET_LIMIT
    for pause in AWS_PACE.pauses():
        answer = clients.cloudformation.describe_change_set(ChangeSetName=change_set)
        status, reason = answer["Status"], answer.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            return True
        if status == "FAILED" and _means_nothing(reason):
            return False
        if status in {"FAILED", "DELETE_COMPLETE", "DELETE_FAILED"}:
            raise DeploymentProblem(_refused(reason or status))
        if time.monotonic() > deadline:
            raise DeploymentProblem(_refused("CloudFormation did not finish the change set."))
        time.sleep(pause)
    raise AssertionError("the pauses never end")  # pragma: no cover


def _refused(reason: str) -> Failure:
    text = redact(reason)
    known = explain(text) or Explanation(
        "CloudFormation refused the change",
        "Check the definition that the reason names, then save again.",
    )
    return Failure(title=known.title, reason=text, fix=known.fix, offer=known.offer)


def _means_nothing(message: str) -> bool:
    lower = message.lower()
    return any(mark in lower for mark in _NOTHING)


def _parameters(request: StackRequest) -> list[ParameterTypeDef]:
    return [
        {"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items()
    ]


def _tags(request: StackRequest) -> list[TagTypeDef]:
    return [{"Key": key, "Value": value} for key, value in request.tags.items()]
