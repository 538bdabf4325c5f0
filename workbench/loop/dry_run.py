"""What a deployment would change, with nothing changed: synth, diff and plan alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.deploy.plan.preview import preview
from workbench.loop.daemon_threads import in_thread
from workbench.loop.diagnostics_to_failure import assembly_or_failure
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.loop.project_stages import make_stages
from workbench.loop.stages import Prepared, Stack, Stages
from workbench.model.deployment import Failure
from workbench.model.events import DiagnosticsReported, Emit
from workbench.redaction.redactor import Redactor
from workbench.startup import Session

if TYPE_CHECKING:
    from workbench.deploy.assembly.assembly import Assembly


@dataclass(frozen=True, slots=True)
class ComingChanges:
    """What a deployment would do, also as ``lines``; or why the code can't be evaluated."""

    prepared: Prepared | None
    lines: Sequence[str] = ()
    failure: Failure | None = None


async def saved_assembly(session: Session, emit: Emit, assembly_dir: Path) -> Assembly | Failure:
    """What the saved code evaluates to, in its folder; or why it can't be evaluated."""
    from workbench.deploy.assembly.assembly import read_assembly

    options = SandboxOptions(type_check=False)
    sink = EventSink(emit, Redactor())
    stages = make_stages(session, options, sink, assembly_dir=assembly_dir)
    try:
        stages.evaluator.warm()
        stack = await in_thread(stages.target.connect, "connect")
        found = await _evaluated(stages, stack, sink)
    finally:
        await stages.evaluator.close()
    return found if isinstance(found, Failure) else read_assembly(found, session.stack_name)


async def _evaluated(stages: Stages, stack: Stack, sink: EventSink) -> Path | Failure:
    context = await in_thread(stack.synth_context, "synth-context")
    result = await stages.evaluator.synth(context, 0)
    found = result.diagnostics
    sink(DiagnosticsReported(at=time.time(), source="synth", diagnostics=found))
    return assembly_or_failure(result, None)


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
        assembly = await _evaluated(stages, stack, sink)
        if isinstance(assembly, Failure):
            return ComingChanges(None, failure=assembly)
        prepared = await in_thread(lambda: stack.prepare(assembly), "diff")
    finally:
        await stages.evaluator.close()
    lines = preview(prepared.diff, prepared.plan, prepared.losses)
    return ComingChanges(prepared, lines)
