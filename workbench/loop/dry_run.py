"""What a deployment would change, with nothing changed: synth, diff and plan alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.loop.daemon_threads import in_thread
from workbench.loop.diagnostics_to_failure import verdict
from workbench.loop.event_sink import EventHub
from workbench.loop.options import SandboxOptions
from workbench.loop.sandbox_stack import RealStages
from workbench.loop.stages import Prepared
from workbench.model.deployment import Failure
from workbench.model.events import Emit
from workbench.redaction.redactor import Redactor
from workbench.startup import Session


@dataclass(frozen=True, slots=True)
class ComingChanges:
    """What a deployment would do, and the same in ``lines``; or why the code cannot be evaluated."""

    prepared: Prepared | None
    lines: Sequence[str] = ()
    failure: Failure | None = None


async def coming_changes(
    session: Session,
    emit: Emit,
    assembly_dir: Path,
    environment: Mapping[str, str] | None = None,
) -> ComingChanges:
    """Evaluate the project and compare it with what is live; the assembly stays in its folder.

    ``environment`` is what the backend's code finds besides this process's.
    """
    given = dict(environment or {})
    options = SandboxOptions(
        type_check=False,
        hotswap=session.identity.type == "sandbox",
        environment=lambda: given,
    )
    stages = RealStages(session, options, EventHub(emit, Redactor()), assembly_dir=assembly_dir)
    try:
        await stages.open()
        result = await stages.synth(0)
        failure = verdict(result, None)
        if failure is not None or result.assembly is None:
            return ComingChanges(None, failure=failure)
        assembly = result.assembly
        prepared = await in_thread(lambda: stages.prepare(assembly, 0), "diff")
    finally:
        await stages.close()
    return ComingChanges(prepared, stages.preview(prepared))
