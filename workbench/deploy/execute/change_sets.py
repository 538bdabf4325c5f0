"""Deploys through a change set, where CloudFormation or the deploy role takes nothing else.

Direct calls are the rule (as ``ampx`` has it): what changes has been shown, and losses asked for,
before. A change set is needed for a stack that is only under review, which nothing else can
create, and for a deploy role that may not call CreateStack or UpdateStack.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.failure.known_errors import Explanation, explain
from workbench.deploy.live.stack_events import AWS_PACE
from workbench.deploy.live.stack_state import StackState, read_stack_state
from workbench.model.deployment import Failure
from workbench.redaction.secret_shapes import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMIT = 600.0
_NOTHING = (
    "no updates are to be performed",
    "didn't contain changes",
    "no updates to be performed",
)


def deploy_change_set(
    clients: Clients,
    stack_name: str,
    arguments: Mapping[str, Any],
    token: str,
    state: StackState | None,
) -> str | None:
    """Make a change set and execute it; the stack's id, or None if it is empty.

    ``arguments`` are those that CreateStack and UpdateStack take, too. A change set that cannot be
    executed is removed, with the stack that it alone had made.
    """
    create = state is None or state.status == "REVIEW_IN_PROGRESS"
    kind: Literal["CREATE", "UPDATE"] = "CREATE" if create else "UPDATE"
    made = clients.cloudformation.create_change_set(
        StackName=stack_name,
        ChangeSetName=f"amplify-tui-{uuid4().hex[:12]}",
        ChangeSetType=kind,
        Description="Made by amplify-tui",
        ClientToken=token,
        **arguments,
    )
    change_set, stack_id = made.get("Id", ""), made.get("StackId", stack_name)
    own = stack_id if state is None else ""
    try:
        changes = _await(clients, change_set)
    except BaseException:
        _discard(clients, change_set, own)
        raise
    if not changes:
        _discard(clients, change_set, own)
        return None
    clients.cloudformation.execute_change_set(ChangeSetName=change_set, ClientRequestToken=token)
    return stack_id


def means_no_change(message: str) -> bool:
    """Whether CloudFormation says that there is nothing to do."""
    lower = message.lower()
    return any(mark in lower for mark in _NOTHING)


def _await(clients: Clients, change_set: str) -> bool:
    """Wait until a change set can be executed; False if it holds no change."""
    deadline = time.monotonic() + _LIMIT
    for pause in AWS_PACE.pauses():
        answer = clients.cloudformation.describe_change_set(ChangeSetName=change_set)
        status, reason = answer.get("Status", ""), answer.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            return True
        if status == "FAILED" and means_no_change(reason):
            return False
        if status in {"FAILED", "DELETE_COMPLETE", "DELETE_FAILED"}:
            raise DeploymentProblem(refused(reason or status))
        if time.monotonic() > deadline:
            raise DeploymentProblem(refused("CloudFormation did not finish the change set."))
        time.sleep(pause)
    raise AssertionError("the pauses never end")  # pragma: no cover


def _discard(clients: Clients, change_set: str, created: str) -> None:
    """Remove a change set, and the stack that is only there for it; a failure leaves them."""
    try:
        clients.cloudformation.delete_change_set(ChangeSetName=change_set)
        state = read_stack_state(clients, created) if created else None
        if state is not None and state.status == "REVIEW_IN_PROGRESS":
            clients.cloudformation.delete_stack(StackName=state.stack_id)
    except ClientError:
        return


def refused(reason: str) -> Failure:
    """The failure of a deployment that CloudFormation did not begin."""
    text = redact(reason)
    known = explain(text) or Explanation(
        "CloudFormation refused the change",
        "Check the definition that the reason names, then save again.",
    )
    return Failure(title=known.title, reason=text, fix=known.fix, offer=known.offer)
