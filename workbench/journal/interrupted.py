"""Marks deployments whose process died as interrupted."""

from __future__ import annotations

from workbench.journal.store import Journal
from workbench.model.deployment import DeploymentResult, Failure
from workbench.model.events import DeploymentFinished, Emit


def close_interrupted(journal: Journal, emit: Emit) -> None:
    """End each unfinished deployment at the time of its last event."""
    for record in journal.unfinished():
        events = journal.events_of(record.number)
        ended = events[-1].at if events else record.started
        emit(
            DeploymentFinished(
                at=ended,
                deployment=record.number,
                result=DeploymentResult.INTERRUPTED,
                seconds=ended - record.started,
                failure=Failure(
                    title="Interrupted",
                    reason="The process that deployed ended before the deployment did.",
                    fix="Nothing: this start continues from the deployed stack.",
                ),
            )
        )
