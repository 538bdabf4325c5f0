"""Deploys a root template with CloudFormation: a create or an update, and the wait for its end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code, error_message, is_missing
from workbench.aws.clients import Clients
from workbench.aws.permissions import is_denied
from workbench.deploy.execute.change_sets import deploy_change_set, means_no_change
from workbench.deploy.execute.stack_operation import Ending, Report, follow_operation
from workbench.deploy.execute.stack_repair import settle_stack
from workbench.deploy.failure.failure import (
    DeploymentProblem,
    NameConstruct,
    failure_from_events,
)
from workbench.deploy.live.operation_author import operation_token
from workbench.deploy.live.stack_events import STACK_TYPE
from workbench.deploy.live.stack_state import StackState
from workbench.model.deployment import Failure, StackPath
from workbench.printed_commands import pip_install

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import CapabilityType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, TagTypeDef

CAPABILITIES: list[CapabilityType] = [
    "CAPABILITY_IAM",
    "CAPABILITY_NAMED_IAM",
    "CAPABILITY_AUTO_EXPAND",
]
_FORGOTTEN = Failure(
    title="The deployment was cut off",
    reason="CloudFormation was started again during the deployment and has forgotten it.",
    fix="The sandbox deploys again by itself once the local cloud is back; else save again.",
    offer="retry",
)
GONE = Failure(
    title="The stack is gone",
    reason="CloudFormation has no such stack any more.",
    fix="Save again to create it.",
    offer="retry",
)
_OVERTAKEN = Failure(
    title="Another deployment of this stack has just begun",
    reason="Someone else deploys to the same stack at this moment.",
    fix="Save again: this waits for it, then compares with what it left.",
    offer="retry",
)
_NO_EXPRESS = Failure(
    title="This botocore does not know CloudFormation's express mode",
    reason="Its model of CloudFormation has no DeploymentConfig.",
    fix=f"Run `{pip_install(sys.executable, '--upgrade', 'botocore')}`, or leave out --express.",
)


@dataclass(frozen=True, slots=True)
class StackRequest:
    """What to deploy: a root template at a URL, with parameters and tags.

    ``execution_role`` is the ARN of the role that CloudFormation acts as (empty: the caller).
    ``nested`` are the stack ids of nested stacks that exist already. ``express``: do not wait until
    resources are ready to serve. ``planned_on`` is the stack (its id and last change; empty texts
    for none) that this was planned for; None if that does not matter.
    """

    stack_name: str
    template_url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    execution_role: str = ""
    nested: Mapping[StackPath, str] = field(default_factory=dict)
    express: bool = False
    planned_on: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class StackDeployed:
    """The stack after a deployment; ``changed`` is False if there was nothing to do.

    ``before`` is the revision that the stack had been at, ``touched`` are the stacks of the tree
    that CloudFormation worked on, ``unready`` the resources that an express operation did not wait
    for.
    """

    stack_id: str
    changed: bool
    before: tuple[str, ...] = ()
    touched: frozenset[StackPath] = frozenset()
    unready: tuple[str, ...] = ()


def deploy_stack(
    clients: Clients,
    request: StackRequest,
    report: Report,
    name_construct: NameConstruct,
    *,
    own: Clients | None = None,
) -> StackDeployed:
    """Create or update the stack and wait for it; raises DeploymentProblem with the first cause.

    Whatever state the stack is in, it is settled first: see ``settle_stack``. ``own`` are the
    caller's own credentials, if ``clients`` act in a role.
    """
    state = settle_stack(
        clients,
        request.stack_name,
        report,
        name_construct,
        own=own,
        planned_on=request.planned_on,
    )
    token = operation_token()
    stack_id = _submit(clients, request, state, token)
    before = state.revision if state else ()
    if stack_id is None:
        return StackDeployed(state.stack_id if state else "", changed=False, before=before)
    ending = follow_operation(clients, stack_id, report, token=token, nested=request.nested)
    require_success(ending, name_construct)
    touched = frozenset(event.stack for event in ending.events)
    unready = _unready(ending, name_construct) if request.express else ()
    return StackDeployed(stack_id, changed=True, before=before, touched=touched, unready=unready)


def _unready(ending: Ending, name_construct: NameConstruct) -> tuple[str, ...]:
    """The resources that are complete with a reason: that they are still becoming ready."""
    names = [
        name_construct(event.stack, event.logical_id)
        for event in ending.events
        if event.status.endswith("_COMPLETE") and event.reason and event.type != STACK_TYPE
    ]
    return tuple(dict.fromkeys(names))


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
    arguments = _arguments(clients, request, state)
    if state is not None and state.status == "REVIEW_IN_PROGRESS":
        return deploy_change_set(clients, request.stack_name, arguments, token, state)
    try:
        return _submit_directly(clients, request, state, arguments, token)
    except ClientError as error:
        if _may_not_call_directly(error):
            try:
                return deploy_change_set(clients, request.stack_name, arguments, token, state)
            except ClientError as second:
                if is_denied(second):
                    raise error from second
                raise
        if error_code(error) == "AlreadyExistsException" or _is_busy(error_message(error)):
            raise DeploymentProblem(_OVERTAKEN) from error
        if means_no_change(error_message(error)):
            return None
        if is_missing(error):
            raise DeploymentProblem(GONE) from error
        raise


def _submit_directly(
    clients: Clients,
    request: StackRequest,
    state: StackState | None,
    arguments: dict[str, Any],
    token: str,
) -> str:
    cloudformation = clients.cloudformation
    if state is None:
        created = cloudformation.create_stack(
            StackName=request.stack_name, ClientRequestToken=token, **arguments
        )
        return created.get("StackId", request.stack_name)
    updated = cloudformation.update_stack(
        StackName=state.stack_id, ClientRequestToken=token, **arguments
    )
    return updated.get("StackId", state.stack_id)


def _arguments(clients: Clients, request: StackRequest, state: StackState | None) -> dict[str, Any]:
    """What CreateStack, UpdateStack and CreateChangeSet take alike."""
    arguments: dict[str, Any] = {
        "TemplateURL": request.template_url,
        "Parameters": _parameters(request),
        "Tags": _tags(request),
        "Capabilities": CAPABILITIES,
    }
    if request.execution_role:
        arguments["RoleARN"] = request.execution_role
    stuck = state is not None and state.status == "UPDATE_FAILED"
    if (request.express or stuck) and not clients.is_local:
        # Express operations leave a failure as it is, unless told to roll back; and a stack that
        # they left failed takes an update only without rollback.
        _require_express(clients)
        arguments["DeploymentConfig"] = {"Mode": "EXPRESS", "DisableRollback": stuck}
    return arguments


def _require_express(clients: Clients) -> None:
    model = clients.cloudformation.meta.service_model.operation_model("UpdateStack")
    if model.input_shape is None or "DeploymentConfig" not in model.input_shape.members:
        raise DeploymentProblem(_NO_EXPRESS)


def _may_not_call_directly(error: ClientError) -> bool:
    """Whether the role may not call CreateStack or UpdateStack (rather than pass on a role)."""
    message = error_message(error)
    named = "cloudformation:CreateStack" in message or "cloudformation:UpdateStack" in message
    return named and is_denied(error)


def _is_busy(message: str) -> bool:
    return "_IN_PROGRESS state and can" in message and "not be updated" in message


def _parameters(request: StackRequest) -> list[ParameterTypeDef]:
    return [
        {"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items()
    ]


def _tags(request: StackRequest) -> list[TagTypeDef]:
    return [{"Key": key, "Value": value} for key, value in request.tags.items()]
