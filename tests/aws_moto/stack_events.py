"""What CloudFormation tells of a stack: its resources' states, and the events of an operation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.cloudformation.models import Event, Stack
from moto.core.utils import utcnow

STACK = "AWS::CloudFormation::Stack"


@dataclass(slots=True)
class State:
    """A resource of a stack, as ListStackResources tells it."""

    logical_id: str
    type: str
    properties: dict[str, Any]
    resource: Any = None
    status: str = ""
    reason: str = ""
    at: Any = field(default_factory=utcnow)

    @property
    def physical_id(self) -> str:
        """Its physical id; empty as long as there is none."""
        return str(getattr(self.resource, "physical_resource_id", None) or "")


def states_of(stack: Stack) -> dict[str, State]:
    """The stack's resources by logical id."""
    found: dict[str, State] = stack.__dict__.setdefault("states", {})
    return found


def enter(stack: Stack, status: str, reason: str) -> None:
    """Go on to another status of the stack."""
    stack.status = status
    stack.stack_status_reason = reason or None
    _add_own(stack, status, reason)


def finish(stack: Stack, status: str, reason: str = "") -> None:
    """End the operation."""
    # The status comes last: once it says that the operation has ended, its events are all there.
    _add_own(stack, status, reason)
    stack.status = status
    stack.stack_status_reason = reason or stack.__dict__.get("stack_status_reason")


def tell(stack: Stack, state: State, status: str, reason: str = "") -> None:
    """Go on to another status of a resource."""
    state.status, state.reason, state.at = status, reason, utcnow()
    _add(
        stack,
        reason,
        logical_resource_id=state.logical_id,
        physical_resource_id=state.physical_id,
        resource_type=state.type,
        resource_status=status,
    )


def _add_own(stack: Stack, status: str, reason: str) -> None:
    _add(
        stack,
        reason,
        logical_resource_id=stack.name,
        physical_resource_id=stack.stack_id,
        resource_type=STACK,
        resource_status=status,
    )


def _add(stack: Stack, reason: str, **told: str) -> None:
    event = Event(
        stack_id=stack.stack_id,
        stack_name=stack.name,
        resource_status_reason=reason or None,
        resource_properties=None,
        **told,
    )
    event.event_id = str(uuid.uuid4())
    event.client_request_token = stack.__dict__.get("token") or None
    stack.events.append(event)
