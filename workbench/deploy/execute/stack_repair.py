"""Brings a stack into a state that can be deployed to: adopts what runs, repairs what failed."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.aws.permissions import is_denied
from workbench.deploy.execute.overtaken import require_as_planned
from workbench.deploy.execute.stack_operation import Ending, Report, follow_operation
from workbench.deploy.failure.failure import (
    DeploymentProblem,
    NameConstruct,
    failure_from_events,
)
from workbench.deploy.live.operation_author import operation_token
from workbench.deploy.live.stack_state import StackState, read_stack_state
from workbench.model.deployment import Failure
from workbench.printed_commands import cdk_bootstrap
from workbench.redaction.secret_shapes import redact

_NEVER_CREATED = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})
_MOVES = 6
_ROLLBACK_VERSION = 23
"""The version of the bootstrap whose deploy role may roll back (CDK guide, its history)."""


def settle_stack(
    clients: Clients,
    stack_name: str,
    report: Report,
    name_construct: NameConstruct,
    *,
    own: Clients | None = None,
    planned_on: tuple[str, str] | None = None,
) -> StackState | None:
    """The stack once it can be created (None) or updated; raises DeploymentProblem if it can't.

    - an operation in progress is adopted: waited for, with its events reported;
    - a stack whose first creation failed is deleted, for it never held data;
    - a failed rollback is continued, a failed update without rollback is rolled back, with the
      caller's ``own`` credentials if the role of ``clients`` may not;
    - a failed update in express mode, which knows no rollback of its own, is updated as it is;
    - a failed deletion needs the user: the rest of its data would go.

    With ``planned_on``, only the stack that was planned for is touched (``require_as_planned``).
    """
    for move in range(_MOVES):
        state = read_stack_state(clients, stack_name)
        if move == 0 and planned_on is not None:
            require_as_planned(clients, state, planned_on, report)
        if state is None:
            return None
        if state.is_busy:
            follow_operation(clients, state.stack_id, report)
        elif state.status in _NEVER_CREATED or (
            state.status == "REVIEW_IN_PROGRESS" and clients.is_local
        ):
            remove_stack(clients, state, report, name_construct)
        elif state.status == "UPDATE_ROLLBACK_FAILED":
            _continue_rollback(clients, state, report, name_construct, own)
        elif state.status == "UPDATE_FAILED" and not state.express:
            _roll_back(clients, state, report, name_construct, own)
        elif state.status == "UPDATE_FAILED":
            return state
        elif state.status.endswith("_FAILED"):
            raise DeploymentProblem(_needs_recreate(state))
        else:
            return state
    raise DeploymentProblem(
        Failure(
            title="The stack does not come to rest",
            reason=f"{stack_name} changed its state {_MOVES} times without becoming deployable.",
            fix="Something else deploys to this stack. Save again when it has finished.",
            offer="retry",
        )
    )


def remove_stack(
    clients: Clients, state: StackState, report: Report, name_construct: NameConstruct
) -> Ending:
    """Delete a stack and wait; raises DeploymentProblem if resources remain."""
    token = operation_token()
    clients.cloudformation.delete_stack(StackName=state.stack_id, ClientRequestToken=token)
    ending = follow_operation(clients, state.stack_id, report, token=token)
    if ending.status != "DELETE_COMPLETE":
        raise DeploymentProblem(
            failure_from_events(ending.events, name_construct, stack_status=ending.status)
        )
    return ending


def _continue_rollback(
    clients: Clients,
    state: StackState,
    report: Report,
    name_construct: NameConstruct,
    own: Clients | None,
) -> None:
    token = operation_token()

    def start(acting: Clients) -> None:
        acting.cloudformation.continue_update_rollback(
            StackName=state.stack_id, ClientRequestToken=token
        )

    _start_rollback(start, clients, own)
    _require_rolled_back(
        state, follow_operation(clients, state.stack_id, report, token=token), name_construct
    )


def _roll_back(
    clients: Clients,
    state: StackState,
    report: Report,
    name_construct: NameConstruct,
    own: Clients | None,
) -> None:
    token = operation_token()

    def start(acting: Clients) -> None:
        acting.cloudformation.rollback_stack(StackName=state.stack_id, ClientRequestToken=token)

    _start_rollback(start, clients, own)
    _require_rolled_back(
        state, follow_operation(clients, state.stack_id, report, token=token), name_construct
    )


def _start_rollback(
    start: Callable[[Clients], None], clients: Clients, own: Clients | None
) -> None:
    """Start a rollback in the deploy role, else with the caller's own credentials."""
    try:
        start(clients)
    except ClientError as error:
        if not is_denied(error) or own is None or own is clients:
            raise
    else:
        return
    try:
        start(own)
    except ClientError as error:
        if not is_denied(error):
            raise
        raise DeploymentProblem(_may_not_roll_back(own, error)) from error


def _may_not_roll_back(own: Clients, error: ClientError) -> Failure:
    action = "ContinueUpdateRollback" if "Continue" in error.operation_name else "RollbackStack"
    return Failure(
        title="The last update failed half way, and nobody here may roll it back",
        reason=f"Neither the bootstrap's deploy role nor {own.target.label} may call "
        f"cloudformation:{action}.",
        fix=f"Renew the bootstrap with `{cdk_bootstrap()}`: its roles may do so from version "
        f"{_ROLLBACK_VERSION} on. Or roll the stack back in the CloudFormation console.",
    )


def _require_rolled_back(state: StackState, ending: Ending, name_construct: NameConstruct) -> None:
    if not ending.status.endswith("_FAILED"):
        return
    cause = failure_from_events(ending.events, name_construct, stack_status=ending.status)
    stuck = _needs_recreate(state)
    raise DeploymentProblem(
        Failure(
            title=stuck.title,
            reason=cause.reason,
            fix=stuck.fix,
            construct_path=cause.construct_path,
            logical_id=cause.logical_id,
            type=cause.type,
            offer="recreate",
            details=cause.details,
        )
    )


def _needs_recreate(state: StackState) -> Failure:
    why = f": {redact(state.reason)}" if state.reason else "."
    return Failure(
        title="The stack is stuck, and CloudFormation cannot repair it",
        reason=f"{state.name} is {state.status}{why}",
        fix="Recreate the sandbox (its data is lost), or fix the stack in the CloudFormation "
        "console.",
        offer="recreate",
    )
