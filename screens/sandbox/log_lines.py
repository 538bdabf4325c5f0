"""Log lines for events that are not log lines themselves. Pure."""

from __future__ import annotations

from pathlib import PurePath

from screens.widgets.format import duration, short_path
from workbench.deploy.plan.data_loss import decision_text, losses_text
from workbench.model.deployment import DeploymentResult
from workbench.model.events import (
    AnyEvent,
    ConfirmationAnswered,
    ConfirmationNeeded,
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    Level,
    LocalCloudReported,
    LogLine,
    OutputsWritten,
    ResourceProgressed,
    SignedIn,
    StepStarted,
)

_BAD = {DeploymentResult.FAILED, DeploymentResult.INTERRUPTED}


def narrate(event: AnyEvent) -> list[LogLine]:
    """The lines for one event; most have none."""

    def line(level: Level, source: str, text: str) -> LogLine:
        return LogLine(
            at=event.at, deployment=event.deployment, level=level, source=source, text=text
        )

    match event:
        case DeploymentStarted():
            return [line(Level.INFO, "sandbox", f"#{event.deployment} {event.trigger.text}")]
        case DeploymentFinished():
            words = f"#{event.deployment} {event.result.value} in {duration(event.seconds)}"
            level = Level.ERROR if event.result in _BAD else Level.INFO
            lines = [line(level, "sandbox", words)]
            if event.failure is not None:
                lines.append(
                    line(level, "sandbox", f"{event.failure.title} {event.failure.reason}")
                )
            return lines
        case ConfirmationNeeded():
            lost = losses_text(event.losses) or "all its data"
            act = "recreating the sandbox" if event.question == "recreate" else "deploying"
            return [line(Level.WARNING, "sandbox", f"asked: {act} would destroy {lost}")]
        case ConfirmationAnswered():
            return [line(Level.WARNING, "sandbox", decision_text(event))]
        case StepStarted():
            return [line(Level.INFO, "deploy", event.title)]
        case ResourceProgressed():
            one = event.resource
            level = Level.ERROR if one.status.endswith("_FAILED") else Level.DEBUG
            reason = f"  {one.reason}" if one.reason else ""
            path = short_path(one.construct_path) or one.logical_id
            return [line(level, "resource", f"{one.status:<20} {path}  {one.type}{reason}")]
        case DiagnosticsReported():
            source = "type check" if event.source == "types" else "synth"
            return [
                line(
                    Level.ERROR if one.severity == "error" else Level.WARNING,
                    source,
                    f"{one.place} {one.message}".strip(),
                )
                for one in event.diagnostics
            ]
        case OutputsWritten() if event.changed:
            return [line(Level.INFO, "outputs", f"wrote {PurePath(event.path).name}")]
        case SignedIn():
            return [line(Level.INFO, "AWS", event.text)]
        case LocalCloudReported():
            level = Level.ERROR if event.status == "failed" else Level.INFO
            words = f"{event.status} {event.endpoint} {event.detail}".strip()
            said = [line(level, "local cloud", words)]
            if not event.iam:
                said.append(line(Level.WARNING, "iam", "IAM is off: no policies are enforced"))
            return said + [line(Level.WARNING, "local cloud", each) for each in event.damages]
        case _:
            return []
