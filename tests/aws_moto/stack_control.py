"""What a test orders of CloudFormation: resources that fail, operations that wait."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Refusal:
    """A resource that will fail: by logical id or type (``*`` allowed), and the phase."""

    what: str
    phase: str
    reason: str
    times: int | None = None
    skip: int = 0

    def meets(self, logical_id: str, type_: str, phase: str) -> bool:
        """Whether it fails this resource now; counts it."""
        if phase != self.phase or self.times == 0:
            return False
        if not any(fnmatch.fnmatchcase(name, self.what) for name in (logical_id, type_)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(slots=True)
class Control:
    """What a test has said about the operations to come."""

    refusals: list[Refusal] = field(default_factory=list)
    gate: threading.Event | None = None
    """While there is one, operations go on in the background once it is set."""

    def clear(self) -> None:
        """Nothing fails or waits any more."""
        self.refusals.clear()
        if self.gate is not None:
            self.gate.set()
        self.gate = None


CONTROL = Control()
