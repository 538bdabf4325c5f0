"""A line of what is being made, where a deployment says nothing for some seconds. Pure: no clock."""

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
"""Seconds without a line after which there is one; looked at each second, so 5 at the most."""

_WORDS = {
    "synth": "evaluating the backend",
    "type check": "checking types",
    "diff": "comparing with what is deployed",
    "assets": "publishing assets",
    "deploy": "deploying",
    "outputs": "writing the outputs",
}


class Pulse:
    """Sees the events of deployments; ``line`` says what goes on, "" where nothing does."""

    def __init__(self) -> None:
        self._stages: dict[str, float] = {}
        self._making: dict[str, str] = {}
        self._done: set[str] = set()
        self._total = 0
        self._step = ""
        self._told_at: float | None = None

    def see(self, event: AnyEvent, now: float, *, told: bool) -> None:
        """An event; ``told`` where it made a line by itself."""
        match event:
            case DeploymentStarted():
                self.__init__()  # type: ignore[misc]
                self._told_at = now
            case DeploymentFinished():
                self._told_at = None
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
        if told and self._told_at is not None:
            self._told_at = now

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
        """What is being made since when, if nothing was told for some seconds."""
        if self._told_at is None or now - self._told_at < SILENCE or not self._stages:
            return ""
        self._told_at = now
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
