"""Waits for a running stack operation, and reports its events as they happen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_message, passes
from workbench.aws.clients import Clients
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.stack_events import (
    AWS_PACE,
    LOCAL_PACE,
    EventStream,
    StackEvent,
    is_terminal,
)
from workbench.deploy.live.stack_state import read_stack_state
from workbench.model.deployment import Failure, StackPath
from workbench.redaction.secret_shapes import redact

Report = Callable[[StackEvent], None]
"""Called with each event once, oldest first."""

_STATE_EVERY = 10
_PATIENCE = 300.0
_UNREACHED_PAUSE = 2.0
_READERS = 6


class _Patience:
    """How long a follower bears that AWS does not answer; the local cloud always answers."""

    def __init__(self, clients: Clients) -> None:
        self._local = clients.is_local
        self._since: float | None = None

    def bear(self, error: Exception) -> None:
        """Raise the error if it will not pass by itself, DeploymentProblem if it has lasted."""
        if self._local or not passes(error):
            raise error
        if self._since is None:
            self._since = time.monotonic()
        if time.monotonic() - self._since > _PATIENCE:
            raise DeploymentProblem(
                Failure(
                    title="The deployment could not be followed to its end",
                    reason=redact(error_message(error)),
                    fix="CloudFormation goes on with it. Save again once AWS can be reached: this "
                    "waits for its end first.",
                    offer="retry",
                )
            ) from error

    def rest(self) -> None:
        """Note that AWS has answered."""
        self._since = None


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
    before the first question, or whose events are gone, ends the wait too. While AWS throttles or
    is out of reach, the wait goes on for some minutes: the operation does.
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
    patience = _Patience(clients)
    with ThreadPoolExecutor(_READERS, thread_name_prefix="stack-events") as pool:
        for pause in pace.pauses():
            try:
                events = stream.poll(pool)
            except (BotoCoreError, ClientError) as error:
                patience.bear(error)
                time.sleep(_UNREACHED_PAUSE)
                continue
            patience.rest()
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
