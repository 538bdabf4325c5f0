"""What a deployment would change, with nothing changed: synth, diff and plan alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.deploy.plan.preview import preview
from workbench.loop.daemon_threads import in_thread
from workbench.loop.diagnostics_to_failure import assembly_or_failure
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.loop.project_stages import make_stages
from workbench.loop.stages import Prepared
from workbench.model.deployment import Failure
from workbench.model.events import DiagnosticsReported, Emit
from workbench.redaction.redactor import Redactor
from workbench.startup import Session


@dataclass(frozen=True, slots=True)
class ComingChanges:
    """What a deployment would do, also as ``lines``; or why the code can't be evaluated."""

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
    sink = EventSink(emit, Redactor())
    stages = make_stages(session, options, sink, assembly_dir=assembly_dir)
    try:
        stages.evaluator.warm()
        stack = await in_thread(stages.target.connect, "connect")
        context = await in_thread(stack.synth_context, "synth-context")
        result = await stages.evaluator.synth(context, 0)
        found = result.diagnostics
        sink(DiagnosticsReported(at=time.time(), source="synth", diagnostics=found))
        assembly = assembly_or_failure(result, None)
        if isinstance(assembly, Failure):
            return ComingChanges(None, failure=assembly)
        prepared = await in_thread(lambda: stack.prepare(assembly), "diff")
    finally:
        await stages.evaluator.close()
    lines = preview(prepared.diff, prepared.plan, prepared.losses)
    return ComingChanges(prepared, lines)
