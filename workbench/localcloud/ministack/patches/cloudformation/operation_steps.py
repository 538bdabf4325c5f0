"""Holds stack operations between two resources while the state is read to be saved.

A resource is made by its service and then noted in its stack. A state that was read between the two
and comes back after a kill has a resource that no stack knows: the next deployment meets "already
exists".
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

_FOR_STEPS = 0.25
"""Seconds that the reading waits for steps that have begun: a function that makes a custom resource
may take many."""

_FOR_READING = 1.0
"""Seconds that a step waits for the reading, which takes some hundredths of one."""

_UNENDING = frozenset({"AWS::CloudFormation::Stack", "AWS::CloudFormation::WaitCondition"})
"""Resources with steps of their own, and those that wait for a signal."""


class OperationSteps:
    """The resources that are being made, by stack; all methods may be called from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._active: set[str] = set()
        self._held = 0

    def note(self, stack_id: str, resource_type: str, status: str) -> None:
        """An event of a stack's resource: the stack's last step is over, perhaps one begins.

        A step that is to begin waits while the state is read.
        """
        begins = status.endswith("_IN_PROGRESS") and resource_type not in _UNENDING
        with self._turn:
            self._active.discard(stack_id)
            if self._held:
                self._turn.notify_all()
                if begins:
                    self._turn.wait_for(lambda: not self._held, _FOR_READING)
            if begins:
                self._active.add(stack_id)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """No step begins, and none is under way unless it takes long."""
        with self._turn:
            self._held += 1
            self._turn.wait_for(lambda: not self._active, _FOR_STEPS)
        try:
            yield
        finally:
            with self._turn:
                self._held -= 1
                self._turn.notify_all()


STEPS = OperationSteps()
"""The steps of all stacks in this process."""
