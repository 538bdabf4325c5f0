"""The loop of one sandbox: deploy at the start, then on each change, one at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from workbench.aws.target import LocalTarget
from workbench.journal.interrupted import close_interrupted
from workbench.journal.store import Journal, journal_path
from workbench.loop.connection import Connection
from workbench.loop.daemon_threads import in_thread
from workbench.loop.deployment import Deployment, deploy
from workbench.loop.event_sink import EventSink
from workbench.loop.follower import Follower
from workbench.loop.function_log_stream import FunctionLogOptions, FunctionLogStream
from workbench.loop.local_cloud_guard import keep_running
from workbench.loop.options import SandboxOptions
from workbench.loop.project_stages import make_stages
from workbench.loop.questions import Questions
from workbench.loop.refusal_reports import report_refusals
from workbench.loop.requests import Requests, cancel
from workbench.loop.stages import Evaluator, Stages
from workbench.model.deployment import DeploymentResult, Loss
from workbench.model.events import (
    BranchChanged,
    ConfirmationNeeded,
    DeploymentFinished,
    Emit,
    Level,
    LoopState,
    StateChanged,
    Trigger,
)
from workbench.ownership import acquire
from workbench.redaction.redactor import Redactor
from workbench.startup import Session
from workbench.watch.watcher import Watcher

MakeStages = Callable[[Session, SandboxOptions, EventSink], Stages]
_LAST_MOMENTS = 1.5
"""Seconds that a committed deployment gets to end by itself when the loop is told to stop."""


class Sandbox:
    """Runs one sandbox until ``stop``; all that happens is said in events.

    If another terminal runs it already, this one follows it (state ``ATTACHED``) and goes on in its
    place when it ends. ``redeploy``, ``answer``, ``recreate`` and ``stop`` are safe from any thread
    and return at once.
    """

    def __init__(
        self,
        session: Session,
        options: SandboxOptions,
        emit: Emit,
        *,
        make: MakeStages = make_stages,
    ) -> None:
        self._session = session
        self._options = options
        self._sink = EventSink(emit, Redactor())
        self._make_stages = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._requests = Requests()
        self._questions = Questions(options, self._sink, self._enter)
        self._number = 1
        self._tasks: set[asyncio.Task[None]] = set()
        self._watcher: Watcher | None = None
        self._function_logs: FunctionLogStream | None = None
        self._streams_logs = options.function_logs is not None

    # what a user can ask for

    def redeploy(self) -> None:
        """Deploy again, though nothing changed; during a deployment: once more after it."""
        self._post(lambda: self._requests.put(Trigger("manual")))

    def answer(self, allowed: bool, how: str = "") -> None:
        """Answer the open question, saying how; without one this does nothing."""
        self._post(lambda: self._questions.answer(allowed, how))

    def recreate(self) -> None:
        """Delete everything and deploy it again; asks first, naming what is lost."""
        self._post(self._requests.ask_to_recreate)

    def stream_function_logs(self, on: bool, names: Sequence[str] | None = None) -> None:
        """Show what the deployed functions log from now on (or these alone), or no longer."""
        self._post(lambda: self._wants_function_logs(on, names))

    def stop(self) -> None:
        """End the loop; a deployment that CloudFormation runs goes on there."""
        self._post(self._requests.stop)

    async def saves_seen(self) -> None:
        """Wait until every save made before this call was asked for or found unchanged."""
        if self._watcher is not None:
            await self._watcher.idle()

    async def idle(self) -> None:
        """Wait until every save made before this call was deployed or found unchanged."""
        await self.saves_seen()
        await self._requests.served()

    def _post(self, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None:
            self._early.append(call)
            return
        with suppress(RuntimeError):  # the loop has ended: there is nothing left to ask of it
            loop.call_soon_threadsafe(call)

    # the loop

    async def run(self) -> DeploymentResult | None:
        """Run until stopped (or, with ``once``, deployed); how the last deployment ended."""
        self._loop = asyncio.get_running_loop()
        for call in self._early:
            call()
        folder = self._session.sandbox_dir
        target = self._session.target.kind
        ownership = acquire(folder, target)
        last: DeploymentResult | None = None
        if ownership is None:
            follower = Follower(folder, target, self._options, self._sink)
            ownership, last = await follower.until_free(self._requests)
        if ownership is None:
            self._enter(LoopState.STOPPED)
            return last
        try:
            return await self._own()
        finally:
            ownership.release()

    async def _own(self) -> DeploymentResult | None:
        journal = Journal(journal_path(self._session.sandbox_dir), self._sink.tell_only_screen)
        self._sink.write_to(journal)
        self._enter(LoopState.STARTING)
        close_interrupted(journal, self._sink)
        self._number = journal.next_number()
        stages = self._make_stages(self._session, self._options, self._sink)
        connection = Connection(stages.target)
        options = self._options.function_logs or FunctionLogOptions()
        self._function_logs = FunctionLogStream(connection, self._sink, options)
        self._wants_function_logs(self._streams_logs)
        try:
            stages.evaluator.warm()
            if self._options.watch and not self._options.once:
                self._watch(connection)
            self._spawn(self._place_empty_outputs())
            return await self._deploy_until_stopped(stages.evaluator, connection)
        finally:
            await self._function_logs.close()
            await cancel(*self._tasks)
            await stages.evaluator.close()
            self._enter(LoopState.STOPPED)
            self._sink.write_to(None)
            await in_thread(journal.close, "journal-close")

    async def _deploy_until_stopped(
        self, evaluator: Evaluator, connection: Connection
    ) -> DeploymentResult | None:
        if await self._is_busy(connection):
            self._sink.tell(Level.INFO, "CloudFormation is still working on this stack: following")
            await self._deploy(evaluator, connection, Trigger("adopt"))
        self._requests.put(Trigger("start"))
        last: DeploymentFinished | None = None
        while True:
            trigger = await self._next(connection)
            if trigger is None:
                return last.result if last else None
            last = await self._deploy(evaluator, connection, trigger)
            if self._options.once:
                return last.result
            if last.failure is not None and last.failure.offer == "recreate":
                await self._offer_recreate(connection, last)

    async def _is_busy(self, connection: Connection) -> bool:
        opening = asyncio.create_task(connection.open())
        await self._requests.until(lambda: self._requests.stopping, opening)
        if not opening.done():
            await cancel(opening)
            return False
        try:
            return await in_thread(opening.result().is_busy, "is-busy")
        except Exception:  # noqa: BLE001 - the first deployment meets it again, and explains it
            return False

    async def _next(self, connection: Connection) -> Trigger | None:
        """Wait for what to deploy next; None if the loop is to stop."""
        asked = self._requests
        while True:
            asked.rest()
            await asked.until(lambda: asked.stopping or asked.recreate or asked.waiting is not None)
            if asked.stopping:
                return None
            if not asked.recreate:
                return asked.take()
            asked.recreate = False
            await self._offer_recreate(connection, None)

    async def _deploy(
        self, evaluator: Evaluator, connection: Connection, trigger: Trigger
    ) -> DeploymentFinished:
        """Run a deployment to its end, or cancel it as ``workbench.loop.requests`` explains."""
        number, self._number = self._number, self._number + 1
        asked = self._requests
        job = Deployment(
            number=number,
            trigger=trigger,
            evaluator=evaluator,
            connection=connection,
            questions=self._questions,
            type_check=self._options.type_check,
            emit=self._sink,
            enter=lambda state: self._enter(state, number),
            superseded=lambda: asked.stopping or asked.supersedes,
        )
        task = asyncio.create_task(deploy(job))
        await asked.until(lambda: asked.stopping or (asked.supersedes and not job.committed), task)
        if asked.stopping and not task.done():
            job.cancelled_as = DeploymentResult.INTERRUPTED
            if job.committed:
                await asyncio.wait({task}, timeout=_LAST_MOMENTS)
        await cancel(task)
        if task.cancelled():
            if not asked.stopping:
                asked.put_back(trigger)
            return DeploymentFinished(
                at=time.time(), deployment=number, result=job.cancelled_as, seconds=0.0
            )
        finished = task.result()
        if finished.result is DeploymentResult.SUPERSEDED:
            asked.put_back(trigger)
        await self._conclude(connection, finished)
        return finished

    async def _conclude(self, connection: Connection, finished: DeploymentFinished) -> None:
        number = finished.deployment
        if self._function_logs is not None:
            self._function_logs.deployed()
        if finished.result in (DeploymentResult.SUCCEEDED, DeploymentResult.NO_CHANGE):
            self._enter(LoopState.WATCHING, number)
        elif finished.result in (DeploymentResult.FAILED, DeploymentResult.REFUSED):
            title = finished.failure.title if finished.failure else ""
            self._enter(LoopState.FAILED, number, title)
        else:
            return
        if self._options.once:
            await self._list_resources(connection, number)
        else:
            self._spawn(self._list_resources(connection, number))

    def _wants_function_logs(self, on: bool, names: Sequence[str] | None = None) -> None:
        self._streams_logs = on
        if self._function_logs is None:
            return
        if on and names is not None:
            self._function_logs.choose(names)
        else:
            self._function_logs.switch(on)

    async def _list_resources(self, connection: Connection, number: int | None) -> None:
        if connection.stack is None:
            return
        try:
            listed = await in_thread(connection.stack.resources, "resources")
        except Exception as error:  # noqa: BLE001 - the deployment has ended; this is a help only
            self._sink.tell(Level.DEBUG, f"The resources could not be listed: {error}")
            return
        if listed is not None:
            self._sink(replace(listed, deployment=number))

    # questions

    async def _offer_recreate(
        self, connection: Connection, after: DeploymentFinished | None
    ) -> None:
        """Ask whether to delete everything and deploy again; a save or the end is a no."""
        if not self._options.interactive:
            return
        asked = self._requests
        failure = after.failure if after else None
        question = ConfirmationNeeded(
            at=time.time(),
            deployment=after.deployment if after else None,
            question="recreate",
            losses=await self._losses_of_deletion(connection),
            reason=failure.reason if failure else "",
        )
        asking = asyncio.create_task(self._questions.ask(question, allows=self._number))
        await asked.until(lambda: asked.stopping or asked.waiting is not None, asking)
        await cancel(asking)
        if not asking.cancelled() and asking.result():
            asked.put(Trigger("recreate"))
        elif failure is not None:
            self._enter(LoopState.FAILED, after.deployment if after else None, failure.title)
        else:
            self._enter(LoopState.WATCHING)

    async def _losses_of_deletion(self, connection: Connection) -> tuple[Loss, ...]:
        stack = connection.stack
        if stack is None:
            return ()
        try:
            return await in_thread(stack.losses_of_deletion, "contents")
        except Exception as error:  # noqa: BLE001 - the question is asked all the same
            self._sink.tell(Level.WARNING, f"What would be lost could not be read: {error}")
            return ()

    # beside the deployments

    def _watch(self, connection: Connection) -> None:
        project = self._session.project
        self._watcher = Watcher(
            project.root,
            self._options.watch_dir or project.amplify_dir,
            (*self._options.exclude, *self._own_files()),
            lambda text: self._sink.tell(Level.WARNING, text),
        )
        self._spawn(self._deploy_changes(self._watcher))
        if isinstance(self._session.target, LocalTarget):
            self._spawn(
                keep_running(
                    project.local_cloud_dir,
                    connection,
                    self._sink,
                    restarted=lambda: self._requests.put(Trigger("start")),
                )
            )
            self._spawn(report_refusals(project, self._options, connection, self._sink))

    def _own_files(self) -> tuple[str, ...]:
        """What this loop itself writes and must not be started by."""
        logs = self._options.function_logs
        root = self._session.project.root
        if logs is None or logs.out_file is None or not logs.out_file.is_relative_to(root):
            return ()
        return (f"/{logs.out_file.relative_to(root).as_posix()}",)

    async def _deploy_changes(self, watcher: Watcher) -> None:
        try:
            async for change in watcher.changes():
                if change.kind == "branch":
                    self._sink(BranchChanged(at=time.time(), branch=change.branch))
                    same = "" if change.paths else "; same backend"
                    self._sink.tell(Level.INFO, f"Now on branch {change.branch}{same}")
                if not change.paths:
                    continue
                self._requests.put(Trigger(change.kind, change.paths))
        except Exception as error:  # noqa: BLE001 - without a watcher one can still redeploy by key
            self._sink.tell(
                Level.ERROR, f"Files can't be watched any more ({error}); redeploy by hand"
            )

    async def _place_empty_outputs(self) -> None:
        """Put a file with its version alone in place if it is missing, as ampx does.

        A frontend that imports it then builds before the first deployment has ended.
        """
        folder = self._options.outputs_folder(self._session.project.root)

        def place() -> None:
            from workbench.deploy.outputs.outputs import outputs_path, place_empty_outputs

            fmt, version = self._options.outputs_format, self._options.outputs_version
            place_empty_outputs(outputs_path(folder, fmt, version), fmt, version)

        try:
            await in_thread(place, "empty-outputs")
        except Exception as error:  # noqa: BLE001 - a help only; the deployment writes the file
            self._sink.tell(Level.DEBUG, f"No empty outputs file could be written: {error}")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _enter(self, state: LoopState, deployment: int | None = None, detail: str = "") -> None:
        self._sink(StateChanged(at=time.time(), deployment=deployment, state=state, detail=detail))
