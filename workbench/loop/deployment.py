"""One deployment: synth beside type check, diff, plan, confirm, execute, outputs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from workbench.loop.daemon_threads import in_thread
from workbench.loop.diagnostics_to_failure import verdict
from workbench.loop.options import SandboxOptions
from workbench.loop.ownership import in_terminal
from workbench.loop.stages import Prepared, Stages
from workbench.model.deployment import DeploymentResult, Failure, Method
from workbench.model.diagnostics import CheckResult, SynthResult
from workbench.model.events import (
    ConfirmationAnswered,
    ConfirmationNeeded,
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
from workbench.wording import plural

Enter = Callable[[LoopState], None]
Ask = Callable[[ConfirmationNeeded], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What one deployment needs of its sandbox.

    ``enter`` tells the loop's state, ``ask`` puts a question to the user and waits, ``commit`` is
    called when the deployment begins to change the target: from there on it is not superseded.
    ``cancelled_as`` says what a cancelled deployment's end is called.
    """

    number: int
    trigger: Trigger
    stages: Stages
    options: SandboxOptions
    emit: Emit
    enter: Enter
    ask: Ask
    commit: Callable[[], None]
    cancelled_as: Callable[[], DeploymentResult] = lambda: DeploymentResult.SUPERSEDED

    def stage(self, stage: Stage) -> AbstractContextManager[StageOutcome]:
        """Announce a stage."""
        return announced(self.emit, self.number, stage)


async def deploy_once(job: Deployment) -> DeploymentFinished:
    """Run it to its end; the event that says how it ended has been emitted, too.

    It raises nothing of its own; where it is cancelled, its end is emitted all the same.
    """
    began = time.monotonic()
    job.emit(DeploymentStarted(at=time.time(), deployment=job.number, trigger=job.trigger))
    result: DeploymentResult | None = None
    failure: Failure | None = None
    try:
        if job.trigger.kind == "adopt":
            result, failure = await _adopt(job)
        else:
            result, failure = await _deploy(job)
    except Exception as error:  # noqa: BLE001 - whatever a stage met is the deployment's failure
        result, failure = DeploymentResult.FAILED, job.stages.explain(error)
    finally:
        finished = DeploymentFinished(
            at=time.time(),
            deployment=job.number,
            result=result or job.cancelled_as(),
            seconds=time.monotonic() - began,
            failure=failure,
        )
        job.emit(finished)
    return finished


async def _adopt(job: Deployment) -> tuple[DeploymentResult, Failure | None]:
    job.commit()
    job.enter(LoopState.DEPLOYING)
    with job.stage(Stage.DEPLOY):
        await in_thread(lambda: job.stages.adopt(job.number), "adopt")
    return DeploymentResult.SUCCEEDED, None


async def _deploy(job: Deployment) -> tuple[DeploymentResult, Failure | None]:
    job.enter(LoopState.SYNTHESIZING)
    await job.stages.open()
    assembly, prepared, failure = await _evaluate(job)
    if failure is not None or assembly is None:
        return DeploymentResult.FAILED, failure
    if job.trigger.kind == "recreate":
        await _delete_all(job)
        prepared = None
    if prepared is None:
        prepared = await _prepare(job, assembly)
    if prepared.method is Method.NONE:
        await in_thread(lambda: job.stages.ensure_outputs(job.number), "outputs")
        return DeploymentResult.NO_CHANGE, None
    refusal = await _confirm(job, prepared) if prepared.losses else None
    if refusal is not None:
        return DeploymentResult.REFUSED, refusal
    job.commit()
    job.enter(LoopState.DEPLOYING)
    ready = prepared
    await in_thread(lambda: job.stages.execute(ready, job.number), "deploy")
    return DeploymentResult.SUCCEEDED, None


async def _evaluate(job: Deployment) -> tuple[Path | None, Prepared | None, Failure | None]:
    """Synth, with the type check beside it; diff and assets as soon as there is an assembly."""
    checking = asyncio.create_task(_check(job)) if job.options.type_check else None
    preparing: asyncio.Task[Prepared] | None = None
    try:
        synth = await _synth(job)
        if synth.assembly is not None and job.trigger.kind != "recreate":
            preparing = asyncio.create_task(_prepare_beside(job, synth.assembly, checking))
        check: CheckResult | None = None
        if checking is not None:
            if not checking.done():
                job.enter(LoopState.CHECKING)
            check = await checking
        failure = verdict(synth, check)
        if failure is not None:
            return None, None, failure
        return synth.assembly, await preparing if preparing is not None else None, None
    finally:
        for task in (checking, preparing):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            elif task is not None and not task.cancelled():
                task.exception()  # looked at, so that asyncio does not complain of it


async def _synth(job: Deployment) -> SynthResult:
    with job.stage(Stage.SYNTH) as stage:
        result = await job.stages.synth(job.number)
        stage.ok = result.assembly is not None
    job.emit(
        DiagnosticsReported(
            at=time.time(),
            deployment=job.number,
            source="synth",
            diagnostics=result.diagnostics,
        )
    )
    return result


async def _check(job: Deployment) -> CheckResult:
    with job.stage(Stage.TYPE_CHECK) as stage:
        result = await job.stages.check(job.number)
        stage.ok = not any(found.severity == "error" for found in result.diagnostics)
        stage.note, stage.skipped = result.skipped, bool(result.skipped)
    job.emit(
        DiagnosticsReported(
            at=time.time(),
            deployment=job.number,
            source="types",
            diagnostics=result.diagnostics,
        )
    )
    return result


async def _prepare(job: Deployment, assembly: Path) -> Prepared:
    with job.stage(Stage.DIFF):
        prepared = await in_thread(lambda: job.stages.prepare(assembly, job.number), "diff")
    job.emit(DiffComputed(at=time.time(), deployment=job.number, diff=prepared.diff))
    job.emit(
        PlanMade(
            at=time.time(), deployment=job.number, method=prepared.method, steps=prepared.steps
        )
    )
    return prepared


async def _prepare_beside(
    job: Deployment, assembly: Path, checking: asyncio.Task[CheckResult] | None
) -> Prepared:
    """Prepare, and publish assets while the type check still runs: 0.4 s of a first deployment.

    Nothing that runs refers to them before the deployment itself.
    """
    prepared = await _prepare(job, assembly)
    if prepared.method is Method.NONE or checking is None or checking.done():
        return prepared
    with job.stage(Stage.ASSETS) as stage:
        try:
            ahead, stage.note = await in_thread(
                lambda: job.stages.publish(prepared, job.number), "publish"
            )
        except Exception:  # noqa: BLE001 - the deployment publishes again and explains what it meets
            stage.ok = False
            return prepared
    return ahead


async def _delete_all(job: Deployment) -> None:
    job.commit()
    job.enter(LoopState.DEPLOYING)
    with job.stage(Stage.DEPLOY) as stage:
        stage.note = "delete"
        await in_thread(lambda: job.stages.delete(job.number), "delete")


async def _confirm(job: Deployment, prepared: Prepared) -> Failure | None:
    """None where the losses are allowed; whoever or whatever decided is told in an event."""
    if job.options.allow_destroy:
        _decided(job, prepared, True, job.options.allowed_by)
        return None
    names = ", ".join(
        f"{loss.construct_path} ({loss.contents})" if loss.contents else loss.construct_path
        for loss in prepared.losses
    )
    count = len(prepared.losses)
    what = (
        "a resource that holds data"
        if count == 1
        else f"{plural(count, 'resource')} that hold data"
    )
    details = tuple(f"{loss.construct_path}: {loss.reason}" for loss in prepared.losses)
    if not job.options.interactive:
        _decided(job, prepared, False, "without --allow-destroy")
        return Failure(
            title=f"Refused: this change destroys {what}",
            reason=names,
            fix="Undo the change, or run again with --allow-destroy to lose the data.",
            details=details,
        )
    question = ConfirmationNeeded(
        at=time.time(), deployment=job.number, question="losses", losses=prepared.losses
    )
    if await job.ask(question):
        return None
    return Failure(
        title="Not deployed: you kept the data",
        reason=names,
        fix="Undo the change and save, or deploy again and allow it.",
        details=details,
    )


def _decided(job: Deployment, prepared: Prepared, allowed: bool, how: str) -> None:
    job.emit(
        ConfirmationAnswered(
            at=time.time(),
            deployment=job.number,
            allowed=allowed,
            how=" ".join(filter(None, (how, in_terminal()))),
            losses=prepared.losses,
        )
    )
