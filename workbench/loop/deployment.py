"""One deployment, from the synth to the outputs: the stages in their order.

    synth ──► diff ► plan ► assets ──► losses ──► execute ► outputs
    type check ───────────────────────┘

The type check runs beside the synth, the diff and the assets, none of which changes what runs on
the target. Code without errors goes on to the losses, which the user must allow; only then does
``execute`` change the target.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.loop.connection import Connection
from workbench.loop.daemon_threads import in_thread
from workbench.loop.diagnostics_to_failure import assembly_or_failure
from workbench.loop.questions import Questions
from workbench.loop.requests import cancel
from workbench.loop.stages import Evaluator, Prepared, Stack
from workbench.model.deployment import DeploymentResult, Failure, Method
from workbench.model.diagnostics import CheckResult, SynthResult
from workbench.model.events import (
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    DiffComputed,
    Emit,
    LoopState,
    PlanMade,
    Stage,
    Trigger,
)
from workbench.model.stage import StageOutcome, announced


@dataclass(slots=True)
class Deployment:
    """What one deployment needs of its sandbox, and what the sandbox must know of it.

    ``enter`` tells the loop's state. ``committed``: it has begun to change the target, and is not
    cancelled from there on. ``superseded`` is asked between steps that change the target.
    ``cancelled_as`` is how it ends if it is cancelled or superseded.
    """

    number: int
    trigger: Trigger
    evaluator: Evaluator
    connection: Connection
    questions: Questions
    type_check: bool
    emit: Emit
    enter: Callable[[LoopState], None]
    superseded: Callable[[], bool] = lambda: False
    committed: bool = False
    cancelled_as: DeploymentResult = DeploymentResult.SUPERSEDED

    def stage(self, stage: Stage) -> AbstractContextManager[StageOutcome]:
        """Announce a stage."""
        return announced(self.emit, self.number, stage)

    def commit(self) -> None:
        """Begin to change the target."""
        self.committed = True
        self.enter(LoopState.DEPLOYING)


async def deploy(job: Deployment) -> DeploymentFinished:
    """Run it to its end; the event that says how it ended has been emitted, too.

    It raises nothing of its own; if it is cancelled, its end is emitted all the same.
    """
    began = time.monotonic()
    job.emit(DeploymentStarted(at=time.time(), deployment=job.number, trigger=job.trigger))
    result: DeploymentResult | None = None
    failure: Failure | None = None
    try:
        if job.trigger.kind == "adopt":
            result, failure = await _adopt(job)
        else:
            result, failure = await _go_through_stages(job)
    except Exception as error:  # noqa: BLE001 - whatever a stage met is the deployment's failure
        result, failure = DeploymentResult.FAILED, job.connection.explain(error)
    finally:
        finished = DeploymentFinished(
            at=time.time(),
            deployment=job.number,
            result=result or job.cancelled_as,
            seconds=time.monotonic() - began,
            failure=failure,
        )
        job.emit(finished)
    return finished


async def _go_through_stages(job: Deployment) -> tuple[DeploymentResult, Failure | None]:
    job.enter(LoopState.SYNTHESIZING)
    stack = await job.connection.open()
    evaluated = await _evaluate(job, stack)
    if isinstance(evaluated, Failure):
        return DeploymentResult.FAILED, evaluated
    prepared = evaluated.prepared
    if job.trigger.kind == "recreate":
        await _delete(job, stack)
    if prepared is None:
        prepared = await _prepare(job, stack, evaluated.assembly)
    if prepared.plan.method is Method.NONE:
        await in_thread(lambda: stack.write_missing_outputs(job.number), "outputs")
        return DeploymentResult.NO_CHANGE, None
    if prepared.losses:
        refusal = await job.questions.refuse_losses(job.number, prepared.losses)
        if refusal is not None:
            return DeploymentResult.REFUSED, refusal
    done = await _execute(job, stack, prepared)
    return DeploymentResult.SUCCEEDED if done else job.cancelled_as, None


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """Code without errors; ``prepared`` is None if it is to be planned after a deletion."""

    assembly: Path
    prepared: Prepared | None


async def _evaluate(job: Deployment, stack: Stack) -> _Evaluated | Failure:
    """Synth, with the type check beside it; diff and assets as soon as there is an assembly."""
    synth = asyncio.create_task(_synth(job, stack))
    check = asyncio.create_task(_check(job, synth)) if job.type_check else None
    preparing: asyncio.Task[Prepared] | None = None
    try:
        result = await synth
        if result.assembly is not None and job.trigger.kind != "recreate":
            preparing = asyncio.create_task(_prepare_ahead(job, stack, result.assembly, check))
        checked: CheckResult | None = None
        if check is not None:
            if not check.done():
                job.enter(LoopState.CHECKING)
            checked = await check
        assembly = assembly_or_failure(result, checked)
        if isinstance(assembly, Failure):
            return assembly
        return _Evaluated(assembly, await preparing if preparing is not None else None)
    finally:
        await cancel(synth, check, preparing)


async def _synth(job: Deployment, stack: Stack) -> SynthResult:
    with job.stage(Stage.SYNTH) as outcome:
        context = await in_thread(stack.synth_context, "synth-context")
        result = await job.evaluator.synth(context, job.number)
        outcome.ok = result.assembly is not None
    job.emit(
        DiagnosticsReported(
            at=time.time(),
            deployment=job.number,
            source="synth",
            diagnostics=result.diagnostics,
        )
    )
    return result


async def _check(job: Deployment, synth: asyncio.Task[SynthResult]) -> CheckResult:
    with job.stage(Stage.TYPE_CHECK) as outcome:
        result = await job.evaluator.check(job.number, synth)
        outcome.ok = not any(found.severity == "error" for found in result.diagnostics)
        outcome.note, outcome.skipped = result.skipped, bool(result.skipped)
    job.emit(
        DiagnosticsReported(
            at=time.time(),
            deployment=job.number,
            source="types",
            diagnostics=result.diagnostics,
        )
    )
    return result


async def _prepare(job: Deployment, stack: Stack, assembly: Path) -> Prepared:
    with job.stage(Stage.DIFF):
        prepared = await in_thread(lambda: stack.prepare(assembly), "diff")
    job.emit(DiffComputed(at=time.time(), deployment=job.number, diff=prepared.diff))
    job.emit(
        PlanMade(
            at=time.time(),
            deployment=job.number,
            method=prepared.plan.method,
            steps=prepared.plan.titles,
            updates=prepared.plan.updates,
        )
    )
    return prepared


async def _prepare_ahead(
    job: Deployment, stack: Stack, assembly: Path, check: asyncio.Task[CheckResult] | None
) -> Prepared:
    """Prepare, and publish assets while the type check still runs: 0.4 s of a first deployment.

    Nothing that runs refers to them before the deployment itself.
    """
    prepared = await _prepare(job, stack, assembly)
    plan = prepared.plan
    if plan.method is Method.NONE or plan.builds_images or check is None or check.done():
        return prepared
    with job.stage(Stage.ASSETS) as outcome:
        try:
            outcome.note = await in_thread(lambda: stack.publish(prepared), "publish")
        except Exception:  # noqa: BLE001 - the deployment publishes again and explains what it meets
            outcome.ok = False
            return prepared
    return replace(prepared, published=True)


async def _delete(job: Deployment, stack: Stack) -> None:
    job.commit()
    with job.stage(Stage.DEPLOY) as outcome:
        outcome.note = "delete"
        await in_thread(lambda: stack.delete(job.number), "delete")


async def _execute(job: Deployment, stack: Stack, prepared: Prepared) -> bool:
    job.commit()
    return await in_thread(lambda: stack.execute(prepared, job.number, job.superseded), "deploy")


async def _adopt(job: Deployment) -> tuple[DeploymentResult, Failure | None]:
    stack = await job.connection.open()
    job.commit()
    with job.stage(Stage.DEPLOY):
        await in_thread(lambda: stack.adopt(job.number), "adopt")
    return DeploymentResult.SUCCEEDED, None
