"""What a long deployment says while nothing else is said."""

from __future__ import annotations

from workbench.cli.pulse import Pulse
from workbench.model.deployment import DeploymentResult, ResourceProgress
from workbench.model.events import (
    DeploymentFinished,
    DeploymentStarted,
    ResourceProgressed,
    Stage,
    StageFinished,
    StageStarted,
    Trigger,
)


def _progress(name: str, status: str) -> ResourceProgressed:
    return ResourceProgressed(
        at=0, resource=ResourceProgress((), name, f"data/{name}", "AWS::DynamoDB::Table", status)
    )


def test_a_silent_deployment_says_what_is_being_made() -> None:
    pulse = Pulse()
    assert pulse.line(100) == ""  # nothing runs
    pulse.see(DeploymentStarted(at=0, trigger=Trigger("manual")), 0, has_line=True)
    pulse.see(StageStarted(at=0, stage=Stage.SYNTH), 0, has_line=False)
    assert pulse.line(3) == ""
    assert pulse.line(4) == "  … evaluating the backend, 4 s"
    assert pulse.line(5) == ""  # told a second ago
    assert pulse.line(8) == "  … evaluating the backend, 8 s"
    pulse.see(StageFinished(at=0, stage=Stage.SYNTH, seconds=9, ok=True), 9, has_line=True)
    pulse.see(StageStarted(at=0, stage=Stage.DEPLOY), 9, has_line=False)
    pulse.see(_progress("Note", "CREATE_IN_PROGRESS"), 9, has_line=False)
    pulse.see(_progress("Todo", "CREATE_IN_PROGRESS"), 10, has_line=False)
    assert pulse.line(13) == "  … deploying: data/Todo (DynamoDB::Table) and 1 more, 4 s"
    pulse.see(_progress("Todo", "CREATE_COMPLETE"), 14, has_line=False)
    assert pulse.line(17) == "  … deploying, 1 resource: data/Note (DynamoDB::Table), 8 s"
    pulse.see(
        DeploymentFinished(at=0, result=DeploymentResult.SUCCEEDED, seconds=18), 18, has_line=True
    )
    assert pulse.line(60) == ""
