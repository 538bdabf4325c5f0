"""Announces a stage of a deployment: the one place that its two events are made."""

from __future__ import annotations

import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workbench.model.events import CANCELLED, Emit, Stage, StageFinished, StageStarted


@dataclass(slots=True)
class StageOutcome:
    """How a stage went, filled in while it runs; the fields are those of ``StageFinished``."""

    ok: bool = True
    note: str = ""
    skipped: bool = False


@contextmanager
def announced(emit: Emit, deployment: int | None, stage: Stage) -> Iterator[StageOutcome]:
    """Emit that the stage began, and at its end how it went and how long it took.

    An exception passes through and makes it not ``ok``; a cancellation is noted as such.
    """
    outcome = StageOutcome()
    began = time.monotonic()
    emit(StageStarted(at=time.time(), deployment=deployment, stage=stage))
    try:
        yield outcome
    except BaseException as error:
        outcome.ok = False
        if isinstance(error, CancelledError):
            outcome.note = CANCELLED
        raise
    finally:
        emit(
            StageFinished(
                at=time.time(),
                deployment=deployment,
                stage=stage,
                seconds=time.monotonic() - began,
                ok=outcome.ok,
                note=outcome.note,
                skipped=outcome.skipped,
            )
        )
