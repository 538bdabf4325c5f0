"""Notices that somebody else deploys, or has deployed, the same sandbox to the same account.

On AWS nothing keeps two machines from it. Whoever comes second waits, is told who it was, and
compares with what then stands.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.aws.clients import Clients
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.operation_author import last_operation
from workbench.deploy.live.stack_state import StackState
from workbench.loop.event_sink import EventSink
from workbench.model.events import Level


def wait_for_others(
    clients: Clients, state: StackState, follow: Callable[[], None], sink: EventSink
) -> None:
    """Follow the operation that runs on the stack to its end, however that is."""
    running = last_operation(clients, state.stack_id)
    who = str(running) if running else "another tool"
    sink.tell(Level.INFO, f"This backend is being deployed ({who}): waiting for the end of that")
    try:
        follow()
    except DeploymentProblem as failed:
        sink.tell(Level.WARNING, f"That deployment failed: {failed.what}")


def tell_of_change(clients: Clients, state: StackState | None, sink: EventSink) -> None:
    """Say who has changed the stack last, unless it was this user on this machine."""
    if state is None:
        sink.tell(
            Level.WARNING,
            "This backend was deleted since your last deployment; the next one creates it again, "
            "without its data",
        )
        return
    changed = last_operation(clients, state.stack_id)
    if changed is not None and not changed.ours:
        sink.tell(
            Level.WARNING,
            f"This backend was changed since your last deployment ({changed}); the next one "
            "starts from what stands now",
        )
