"""Refuses to deploy over what somebody else deployed while this deployment was being prepared."""

from __future__ import annotations

from workbench.aws.clients import Clients
from workbench.deploy.execute.stack_operation import Report, follow_operation
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.operation_author import last_operation
from workbench.deploy.live.stack_state import StackState
from workbench.model.deployment import Failure


def require_as_planned(
    clients: Clients, state: StackState | None, planned_on: tuple[str, str], report: Report
) -> None:
    """Raise DeploymentProblem if the stack is not the one that was planned for, or is at work.

    What runs is followed to its end first, so that the next deployment can begin at once.
    """
    now = (state.stack_id, state.changed_at.isoformat()) if state else ("", "")
    if now == planned_on and not (state and state.is_busy):
        return
    who = last_operation(clients, state.stack_id) if state else None
    if state is not None and state.is_busy:
        follow_operation(clients, state.stack_id, report)
    raise DeploymentProblem(
        Failure(
            title="This backend was changed while this deployment was prepared",
            reason=f"By {who}." if who else "The stack was deleted.",
            fix="Nothing was changed here. Save again: this compares with what stands now.",
            offer="retry",
        )
    )
