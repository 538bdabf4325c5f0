"""A line of what is in progress, whenever a deployment is silent for some seconds. No clock."""

from __future__ import annotations

from workbench.model.events import (
    AnyEvent,
    DeploymentFinished,
    DeploymentStarted,
    DiffComputed,
    ResourceProgressed,
    StageFinished,
    StageStarted,
    StepStarted,
)
from workbench.wording import plural

SILENCE = 4.0
"""Seconds of silence before a line; checked each second, so 5 at most."""

_WORDS = {
    "synth": "evaluating the backend",
    "type check": "checking types",
    "diff": "comparing with what is deployed",
    "assets": "publishing assets",
    "deploy": "deploying",
    "outputs": "writing the outputs",
}


class Pulse:
    """Sees the events of deployments; ``line`` says what is in progress, or ""."""

    def __init__(self) -> None:
        self._stages: dict[str, float] = {}
        self._making: dict[str, str] = {}
        self._done: set[str] = set()
        self._total = 0
        self._step = ""
        self._spoken_at: float | None = None

    def see(self, event: AnyEvent, now: float, *, has_line: bool) -> None:
        """Take an event; ``has_line``: it was printed as a line of its own."""
        match event:
            case DeploymentStarted():
                self.__init__()  # type: ignore[misc]
                self._spoken_at = now
            case DeploymentFinished():
                self._spoken_at = None
            case StageStarted():
                self._stages[event.stage.value] = now
            case StageFinished():
                self._stages.pop(event.stage.value, None)
            case StepStarted():
                self._step = event.title
            case DiffComputed():
                self._total = len(event.diff.changes)
            case ResourceProgressed():
                self._resource(event)
        if has_line and self._spoken_at is not None:
            self._spoken_at = now

    def _resource(self, event: ResourceProgressed) -> None:
        each = event.resource
        key = f"{'/'.join(each.stack)}/{each.logical_id}"
        name = each.construct_path or each.logical_id
        if each.status.endswith("_IN_PROGRESS"):
            self._making[key] = f"{name} ({each.type.removeprefix('AWS::')})"
        else:
            self._making.pop(key, None)
            self._done.add(key)

    def line(self, now: float) -> str:
        """What is in progress and for how long, after some seconds of silence."""
        if self._spoken_at is None or now - self._spoken_at < SILENCE or not self._stages:
            return ""
        self._spoken_at = now
        stage, began = max(self._stages.items(), key=lambda each: each[1])
        words = _WORDS.get(stage, stage)
        if stage == "deploy" and self._done:
            total = max(self._total, len(self._done))
            done = f"{len(self._done)} of " if self._total else ""
            words += f", {done}{plural(total, 'resource')}"
        making = list(self._making.values())
        if stage == "deploy" and making:
            words += f": {making[-1]}" + (f" and {len(making) - 1} more" if making[1:] else "")
        elif stage in ("deploy", "assets") and self._step:
            words += f": {self._step}"
        return f"  … {words}, {now - began:.0f} s"
