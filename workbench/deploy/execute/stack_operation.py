"""Waits for a running stack operation, and reports its events as they happen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from workbench.aws.clients import Clients
from workbench.deploy.live.stack_events import (
    AWS_PACE,
    LOCAL_PACE,
    EventStream,
    StackEvent,
    is_terminal,
)
from workbench.deploy.live.stack_state import read_stack_state
from workbench.model.deployment import StackPath

Report = Callable[[StackEvent], None]
"""Called with each event once, oldest first."""

_STATE_EVERY = 10
_READERS = 6


@dataclass(frozen=True, slots=True)
class Ending:
    """How an operation ended: the stack's status (DELETE_COMPLETE if it is deleted), its events.

    ``forgotten``: the stack is at rest, but nothing says that the operation came to an end. A local
    cloud that was killed may come back as it was before the operation.
    """

    status: str
    events: tuple[StackEvent, ...]
    forgotten: bool = False

    @property
    def succeeded(self) -> bool:
        """True if the stack is as it was asked for."""
        done = self.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
        return done and not self.forgotten


def follow_operation(
    clients: Clients,
    stack_id: str,
    report: Report,
    *,
    token: str = "",
    nested: Mapping[StackPath, str] | None = None,
) -> Ending:
    """Report the events of the operation that runs on a stack until it has ended.

    ``token`` is its client request token; without one the running operation is adopted. If
    events stay silent, the stack's status is asked besides, so that an operation which ended
    before the first question, or whose events are gone, ends the wait too.
    """
    stream = EventStream(
        clients.cloudformation,
        stack_id,
        token=token,
        nested=dict(nested or {}),
        children_named_late=clients.is_local,
    )
    reported: list[StackEvent] = []
    pace = LOCAL_PACE if clients.is_local else AWS_PACE
    silent = 0
    with ThreadPoolExecutor(_READERS, thread_name_prefix="stack-events") as pool:
        for pause in pace.pauses():
            events = stream.poll(pool)
            for event in events:
                report(event)
            reported += events
            if is_terminal(stream.status):
                return Ending(stream.status, tuple(reported))
            silent = 0 if events else silent + 1
            if silent and silent % _STATE_EVERY == 0:
                state = read_stack_state(clients, stack_id)
                if state is None:
                    return Ending("DELETE_COMPLETE", tuple(reported), forgotten=bool(token))
                if not state.is_busy:
                    last = stream.poll(pool)
                    for event in last:
                        report(event)
                    unseen = not is_terminal(stream.status)
                    return Ending(state.status, (*reported, *last), bool(token) and unseen)
            time.sleep(pause)
    raise AssertionError("the pauses never end")  # pragma: no cover
