"""Follow a stack operation through CloudFormation's events, nested stacks included.

Only the root's own events decide when the operation has ended. Nested stacks are found through
their parent's events.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.aws.client_errors import is_missing
from workbench.model.deployment import StackPath

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

STACK_TYPE = "AWS::CloudFormation::Stack"
_STARTS = frozenset(
    {
        "CREATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
    }
)
_RESTARTS = frozenset({"UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"})


@dataclass(frozen=True, slots=True)
class StackEvent:
    """One event of a stack or one of its nested stacks; ``at`` is CloudFormation's own time."""

    stack: StackPath
    stack_id: str
    logical_id: str
    type: str
    status: str
    physical_id: str
    reason: str
    at: datetime
    event_id: str

    @property
    def is_own(self) -> bool:
        """True for an event of the stack itself rather than of a resource in it."""
        return self.type == STACK_TYPE and self.physical_id == self.stack_id


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask, in seconds: from ``first``, growing by half each time up to ``last``.

    The local cloud answers in about 4 ms, so 20 ms costs little; AWS throttles at some calls a
    second for a whole account.
    """

    first: float
    last: float

    def pauses(self) -> Iterator[float]:
        """The pauses between the questions, for ever."""
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 1.5, self.last)


LOCAL_PACE = Pace(0.02, 0.1)
AWS_PACE = Pace(1.0, 2.0)


@dataclass(slots=True)
class _Followed:
    path: StackPath
    stack_id: str
    seen: set[str] = field(default_factory=set)
    since: datetime | None = None
    active: bool = True
    ending: bool = False


class EventStream:
    """The events of one running operation on a stack, oldest first, each one once.

    ``token`` is the operation's client request token; without it (adopting a running operation)
    the operation is the latest one that someone started. ``nested`` are the known stack ids of
    nested stacks by path; ``children_named_late`` is for a cloud that names a new child's id only
    when it is complete (AWS names it at once).
    """

    def __init__(
        self,
        cloudformation: CloudFormationClient,
        stack_id: str,
        *,
        token: str = "",
        nested: dict[StackPath, str] | None = None,
        children_named_late: bool = False,
    ) -> None:
        self._cloudformation = cloudformation
        self._token = token
        self._root = _Followed((), stack_id)
        self._known = dict(nested or {})
        self._children: dict[StackPath, _Followed] = {}
        self._unnamed: dict[StackPath, StackEvent] = {}
        self._children_named_late = children_named_late
        self._unreported: list[StackEvent] = []
        self.status = ""
        """The root's latest status within this operation; empty before its first event."""

    def poll(self, pool: Executor) -> list[StackEvent]:
        """The events since the last poll, of the root and of all nested stacks at work.

        Parents are read before their children, so when the root's last event is here, all events
        of the children are too. What was read before an error comes with the next poll.
        """
        found = self._unreported
        level = self._read(self._root)
        own = [event for event in level if event.is_own]
        if own:
            self.status = own[-1].status
        found += level
        depth = 1
        while True:
            self._note_children(level)
            self._find_unnamed()
            children = [c for c in self._children.values() if c.active and len(c.path) == depth]
            deeper = any(len(c.path) > depth and c.active for c in self._children.values())
            if not children and not deeper:
                break
            reading = [(child, pool.submit(self._read, child)) for child in children]
            level = []
            failed: BaseException | None = None
            for child, future in reading:
                error = future.exception()
                if error is not None:
                    failed = error
                    continue
                events = future.result()
                level += events
                if child.ending or any(e.is_own and is_terminal(e.status) for e in events):
                    child.active = False
            found += level
            if failed is not None:
                self._note_children(level)
                raise failed
            depth += 1
        self._unreported = []
        return sorted(found, key=_order)

    def _note_children(self, events: list[StackEvent]) -> None:
        """Learn from a parent's events which children work (and which will report nothing more)."""
        for event in events:
            if event.type != STACK_TYPE or event.is_own:
                continue
            path = (*event.stack, event.logical_id)
            child = self._children.get(path)
            stack_id = event.physical_id or self._known.get(path, "")
            if not stack_id and child is None:
                self._unnamed[path] = event
                continue
            self._unnamed.pop(path, None)
            # AWS names a child after its first events, so they count from the operation's start.
            if child is None or (stack_id and stack_id != child.stack_id):
                child = _Followed(path, stack_id, since=self._root.since)
                self._children[path] = child
            elif not child.active and is_terminal(event.status):
                continue
            child.active = True
            child.ending = is_terminal(event.status)

    def _find_unnamed(self) -> None:
        if not (self._children_named_late and self._unnamed):
            return
        for path, event in list(self._unnamed.items()):
            stack_id = self._look_up(event)
            if stack_id:
                del self._unnamed[path]
                self._children[path] = _Followed(path, stack_id, since=self._root.since)

    def _look_up(self, event: StackEvent) -> str:
        """A child's id by CloudFormation's naming of nested stacks: parent-LogicalId-suffix."""
        parent = event.stack_id.split("/")[1] if "/" in event.stack_id else event.stack_id
        prefix = f"{parent}-{event.logical_id}-"
        pages = self._cloudformation.get_paginator("list_stacks").paginate(
            StackStatusFilter=["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"]
        )
        for page in pages:
            for stack in page.get("StackSummaries", []):
                if stack["StackName"].startswith(prefix):
                    return stack.get("StackId", "")
        return ""

    def _read(self, stack: _Followed) -> list[StackEvent]:
        """The unseen events of one stack within the operation, oldest first."""
        fresh: list[StackEvent] = []
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(
            StackName=stack.stack_id
        )
        try:
            for page in pages:
                done = False
                for raw in page.get("StackEvents", []):
                    event = _event(stack.path, raw)
                    if event.event_id in stack.seen or (stack.since and event.at < stack.since):
                        done = True
                        break
                    fresh.append(event)
                    if stack is self._root and stack.since is None and self._is_start(event, raw):
                        stack.since = event.at
                        done = True
                        break
                if done:
                    break
        except self._cloudformation.exceptions.ClientError as error:
            if is_missing(error):
                return []
            raise
        if stack is self._root and stack.since is None:
            # The operation's first event is not there yet: what was read belongs to older ones.
            return []
        stack.seen.update(event.event_id for event in fresh)
        fresh.reverse()
        return fresh

    def _is_start(self, event: StackEvent, raw: StackEventTypeDef) -> bool:
        if not event.is_own or event.status not in _STARTS | _RESTARTS:
            return False
        if self._token:
            return raw.get("ClientRequestToken") == self._token and (
                event.status in _STARTS or "User Initiated" in event.reason
            )
        return event.status in _STARTS or "User Initiated" in event.reason


def _event(path: StackPath, raw: StackEventTypeDef) -> StackEvent:
    return StackEvent(
        stack=path,
        stack_id=raw["StackId"],
        logical_id=raw.get("LogicalResourceId", ""),
        type=raw.get("ResourceType", ""),
        status=raw.get("ResourceStatus", ""),
        physical_id=raw.get("PhysicalResourceId", ""),
        reason=raw.get("ResourceStatusReason", ""),
        at=raw["Timestamp"],
        event_id=raw["EventId"],
    )


def _order(event: StackEvent) -> tuple[datetime, int]:
    """By time; within a millisecond stacks begin before and end after what is in them."""
    if event.type != STACK_TYPE:
        return event.at, 500
    depth = len(event.stack)
    return event.at, 1000 - depth if is_terminal(event.status) else depth


def is_terminal(status: str) -> bool:
    """True for a stack status in which nothing runs any more."""
    return bool(status) and not status.endswith("_IN_PROGRESS")
