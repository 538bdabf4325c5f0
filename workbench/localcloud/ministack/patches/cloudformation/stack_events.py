"""Events of a stack update: ministack reports every resource as updated; AWS only what changed.

AWS reports nothing of unchanged resources, CREATE_* of new ones, and the physical id in every
event from the moment it is known: a progress display counts by the first two and finds a nested
stack's events by the third. Here dozens of events share a millisecond, so that clients which sort
by time mix them up; each gets a millisecond of its own.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.services.cloudformation import (
    _stack_events,
    _stacks,
    changesets,
    handlers,
    stacks,
)

from workbench.localcloud.ministack.patches.cloudformation.operation_steps import STEPS

_STARTED = "UPDATE_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class _Announcement:
    """An update's first event, held back until it is known whether anything changes."""

    arguments: tuple[Any, ...]
    status: str
    timestamp: str


class _Events:
    """Stands in for the emulator's ``_add_event`` and ``_update_resource``."""

    def __init__(self) -> None:
        self._add = stacks._add_event
        self._update = stacks._update_resource
        self._last_time = ""
        self._held: dict[tuple[str, str], _Announcement] = {}
        self._lock = threading.Lock()

    def add_event(  # noqa: PLR0917 - the signature of the function it stands in for
        self,
        stack_id: str,
        stack_name: str,
        logical_id: str,
        resource_type: str,
        status: str,
        reason: str = "",
        physical_id: str = "",
        detailed_status: str = "",
    ) -> None:
        """Record an event as AWS would, or not at all."""
        STEPS.note(stack_id, resource_type, status)
        resources = (_stacks.get(stack_name) or {}).get("_resources", {})
        record = resources.get(logical_id)
        key = (stack_name, logical_id)
        if logical_id == stack_name:
            known = physical_id or stack_id
        else:
            known = physical_id or str((record or {}).get("PhysicalResourceId", ""))
            if status == _STARTED and not reason and record is not None:
                arguments = (stack_id, stack_name, logical_id, resource_type, status, reason, known)
                old = (record.get("ResourceStatus", ""), record.get("Timestamp", ""))
                with self._lock:
                    self._held[key] = _Announcement(arguments, *old)
                return
            with self._lock:
                held = self._held.pop(key, None)
            if held is not None:
                if status == "UPDATE_COMPLETE" and record is not None:
                    record["ResourceStatus"], record["Timestamp"] = held.status, held.timestamp
                    return
                if status != _STARTED:
                    self._record(*held.arguments)
            if status.startswith("UPDATE_"):
                status = self._as_create(stack_id, logical_id, status, record)
            if not known and status.endswith("_FAILED"):
                known = str((_last_event(stack_id, logical_id) or {}).get("PhysicalResourceId", ""))
        self._record(
            stack_id, stack_name, logical_id, resource_type, status, reason, known, detailed_status
        )

    def update_resource(  # noqa: PLR0917 - the signature of the function it stands in for
        self,
        resource_type: str,
        physical_id: str,
        old_props: Any,
        new_props: Any,
        stack_name: str,
        logical_id: str | None = None,
        old_attrs: Any = None,
    ) -> Any:
        """Announce a resource that changes before its handler runs."""
        if old_props != new_props:
            with self._lock:
                held = self._held.pop((stack_name, logical_id or ""), None)
            if held is not None:
                self._record(*held.arguments)
        return self._update(
            resource_type, physical_id, old_props, new_props, stack_name, logical_id, old_attrs
        )

    def _record(self, stack_id: str, *rest: Any) -> None:
        with self._lock:
            self._add(stack_id, *rest)
            event = _stack_events[stack_id][-1]
            if event["Timestamp"] <= self._last_time:
                event["Timestamp"] = _a_millisecond_after(self._last_time)
            self._last_time = event["Timestamp"]

    def _as_create(self, stack_id: str, logical_id: str, status: str, record: Any) -> str:
        if status == _STARTED:
            return "CREATE_IN_PROGRESS" if record is None else status
        last = _last_event(stack_id, logical_id)
        if last is None or last["ResourceStatus"] != "CREATE_IN_PROGRESS":
            return status
        created = status.replace("UPDATE_", "CREATE_", 1)
        if record is not None:
            record["ResourceStatus"] = created
        return created


def install() -> None:
    """Put our events in the place of the emulator's, wherever it imported them."""
    events = _Events()
    replaced = (
        (stacks._add_event, events.add_event),
        (stacks._update_resource, events.update_resource),
    )
    for module in (stacks, changesets, handlers):
        for name, value in list(vars(module).items()):
            for original, replacement in replaced:
                if value is original:
                    setattr(module, name, replacement)


def _a_millisecond_after(timestamp: str) -> str:
    later = datetime.fromisoformat(timestamp) + timedelta(milliseconds=1)
    return later.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{later.microsecond // 1000:03}Z"


def _last_event(stack_id: str, logical_id: str) -> dict[str, Any] | None:
    for event in reversed(_stack_events.get(stack_id, [])):
        if event["LogicalResourceId"] == logical_id:
            return dict(event)
    return None
