"""The loop of one sandbox: deploy at the start, then on each change, one at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from workbench.aws.target import LocalTarget
from workbench.journal.interrupted import close_interrupted
from workbench.journal.store import Journal, journal_path
from workbench.loop.daemon_threads import in_thread
from workbench.loop.deployment import Deployment, deploy_once
from workbench.loop.event_sink import EventHub
from workbench.loop.follower import Attached
from workbench.loop.local_cloud_guard import local_cloud_ended
from workbench.loop.options import SandboxOptions
from workbench.loop.ownership import acquire, in_terminal
from workbench.loop.questions import Questions
from workbench.loop.requests import Inbox, merge
from workbench.loop.stages import Stages
from workbench.model.deployment import DeploymentResult, Loss
from workbench.model.events import (
    BranchChanged,
    ConfirmationNeeded,
    DeploymentFinished,
    Emit,
    Level,
    LocalCloudReported,
    LoopState,
    StateChanged,
    Trigger,
)
from workbench.redaction.redactor import Redactor
from workbench.startup import Session
from workbench.watch.watcher import Watcher

MakeStages = Callable[[Session, SandboxOptions, EventHub], Stages]
_LAST_MOMENTS = 1.5
"""Seconds that a deployment under way gets to end by itself when the loop is told to stop."""
_RESTART_PAUSE = 1.0


def _real_stages(session: Session, options: SandboxOptions, hub: EventHub) -> Stages:
    from workbench.loop.sandbox_stack import RealStages

    return RealStages(session, options, hub)


class Sandbox:
    """Runs one sandbox until ``stop``; all that happens is said in events.

    Where another terminal runs it already, this one follows it (state ``ATTACHED``) and goes on in
    its place when it ends. ``redeploy``, ``answer``, ``recreate`` and ``stop`` are safe from any
    thread and return at once.
    """

    def __init__(
        self,
        session: Session,
        options: SandboxOptions,
        emit: Emit,
        *,
        make_stages: MakeStages = _real_stages,
    ) -> None:
        self._session = session
        self._options = options
        self._hub = EventHub(emit, Redactor())
        self._make_stages = make_stages
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._committed = False
        self._stop = asyncio.Event()
        self._inbox = Inbox()
        self._recreate_wanted = False
        self._questions = Questions(self._hub, self._enter)
        self._number = 1
        self._tasks: set[asyncio.Task[None]] = set()

    # what a user can ask for

    def redeploy(self) -> None:
        """Deploy again, though nothing changed; during a deployment: once more after it."""
        self._post(lambda: self._inbox.put(Trigger("manual")))

    def answer(self, allowed: bool, how: str = "") -> None:
        """Answer the open question, saying how; without one this does nothing."""
        said = " ".join(filter(None, (how, in_terminal())))
        self._post(lambda: self._questions.answer(allowed, said))

    def recreate(self) -> None:
        """Delete everything and deploy anew; asks first, naming what is lost."""
        self._post(self._want_recreate)

    def stop(self) -> None:
        """End the loop; a deployment that CloudFormation runs goes on there."""
        self._post(self._stop.set)

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
            attached = Attached(folder, target, self._options, self._hub)
            ownership, last = await attached.until_free(self._stop)
        if ownership is None:
            self._enter(LoopState.STOPPED)
            return last
        try:
            return await self._own()
        finally:
            ownership.release()

    async def _own(self) -> DeploymentResult | None:
        journal = Journal(journal_path(self._session.sandbox_dir), self._hub.tell_only_screen)
        self._hub.write_to(journal)
        self._enter(LoopState.STARTING)
        close_interrupted(journal, self._hub)
        self._number = journal.next_number()
        stages = self._make_stages(self._session, self._options, self._hub)
        try:
            self._begin_watching(stages)
            self._spawn(self._place_empty_outputs(stages))
            return await self._deploy_until_stopped(stages)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await stages.close()
            self._enter(LoopState.STOPPED)
            self._hub.write_to(None)
            await in_thread(journal.close, "journal-close")

    def _begin_watching(self, stages: Stages) -> None:
        if self._options.once or not self._options.watch:
            return
        project = self._session.project
        folder = self._options.watch_dir or project.amplify_dir
        watcher = Watcher(
            project.root,
            folder,
            self._options.exclude,
            lambda text: self._hub.tell(Level.WARNING, text),
        )
        self._spawn(self._watch(watcher))
        if isinstance(self._session.target, LocalTarget):
            self._spawn(self._keep_local_cloud(stages))

    async def _place_empty_outputs(self, stages: Stages) -> None:
        try:
            await in_thread(stages.place_empty_outputs, "empty-outputs")
        except Exception as error:  # noqa: BLE001 - a help only; the deployment writes the file
            self._hub.tell(Level.DEBUG, f"No empty outputs file could be written: {error}")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deploy_until_stopped(self, stages: Stages) -> DeploymentResult | None:
        if await self._is_busy(stages):
            self._hub.tell(Level.INFO, "CloudFormation is still at work on this stack: following")
            await self._run_one(stages, Trigger("adopt"))
        self._inbox.put(Trigger("start"))
        last: DeploymentFinished | None = None
        while True:
            trigger = await self._next(stages)
            if trigger is None:
                return last.result if last else None
            last = await self._run_one(stages, trigger)
            if self._options.once:
                return last.result
            if last.failure is not None and last.failure.offer == "recreate":
                await self._offer_recreate(stages, last)

    async def _is_busy(self, stages: Stages) -> bool:
        try:
            await self._unless_stopped(stages.open())
            return bool(await in_thread(stages.is_busy, "is-busy"))
        except Exception:  # noqa: BLE001 - the first deployment meets it again, and explains it
            return False

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        await self._wait_for(task)
        if task.done():
            task.result()
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _next(self, stages: Stages) -> Trigger | None:
        """What to deploy next; None where the loop is to stop."""
        while not self._stop.is_set():
            if self._recreate_wanted:
                self._recreate_wanted = False
                await self._offer_recreate(stages, None)
                continue
            trigger = self._inbox.take()
            if trigger is not None:
                return trigger
            woken = asyncio.create_task(self._inbox.woken())
            await self._wait_for(woken)
            woken.cancel()
        return None

    async def _wait_for(self, *tasks: asyncio.Task[Any]) -> None:
        """Return when one of the tasks is done or the loop is to stop."""
        stop = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({*tasks, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()

    async def _run_one(self, stages: Stages, trigger: Trigger) -> DeploymentFinished:
        number, self._number = self._number, self._number + 1
        self._committed = False
        job = Deployment(
            number=number,
            trigger=trigger,
            stages=stages,
            options=self._options,
            emit=self._hub,
            enter=lambda state: self._enter(state, number),
            ask=self._questions.ask,
            commit=self._commit,
            cancelled_as=self._cancelled_as,
        )
        ended: list[DeploymentFinished] = []
        task = asyncio.create_task(deploy_once(job))
        task.add_done_callback(
            lambda done: None if done.cancelled() else ended.append(done.result())
        )
        await self._see_through(task, trigger)
        if not ended:
            return DeploymentFinished(
                at=time.time(), deployment=number, result=self._cancelled_as(), seconds=0.0
            )
        finished = ended[0]
        await self._conclude(stages, finished)
        return finished

    async def _see_through(self, task: asyncio.Task[DeploymentFinished], trigger: Trigger) -> None:
        """Wait for the deployment; cancel it where a newer save or the end makes it pointless."""
        while True:
            newer = asyncio.create_task(self._inbox.superseding())
            await self._wait_for(task, newer)
            newer.cancel()
            if task.done():
                return
            if self._stop.is_set():
                if self._committed:
                    await asyncio.wait({task}, timeout=_LAST_MOMENTS)
                await _cancelled(task)
                return
            if not self._committed:
                await _cancelled(task)
                request = self._inbox.take()
                if request is not None:
                    self._inbox.put(merge(trigger, request) if task.cancelled() else request)
                return
            await self._wait_for(task)  # the request waits its turn

    async def _conclude(self, stages: Stages, finished: DeploymentFinished) -> None:
        number = finished.deployment
        if finished.result in (DeploymentResult.SUCCEEDED, DeploymentResult.NO_CHANGE):
            self._enter(LoopState.WATCHING, number)
        elif finished.result in (DeploymentResult.FAILED, DeploymentResult.REFUSED):
            title = finished.failure.title if finished.failure else ""
            self._enter(LoopState.FAILED, number, title)
        else:
            return
        if self._options.once:
            await self._list_resources(stages, number)
        else:
            self._spawn(self._list_resources(stages, number))

    async def _list_resources(self, stages: Stages, number: int | None) -> None:
        try:
            listed = await in_thread(stages.resources, "resources")
        except Exception as error:  # noqa: BLE001 - the deployment has ended; this is a help only
            self._hub.tell(Level.DEBUG, f"The resources could not be listed: {error}")
            return
        if listed is not None:
            self._hub(replace(listed, deployment=number))

    # questions

    def _want_recreate(self) -> None:
        self._recreate_wanted = True
        self._inbox.wake()

    async def _offer_recreate(self, stages: Stages, after: DeploymentFinished | None) -> None:
        """Ask whether to delete and deploy anew; a save or the end is a no."""
        if not self._options.interactive:
            return
        failure = after.failure if after else None
        question = ConfirmationNeeded(
            at=time.time(),
            deployment=after.deployment if after else None,
            question="recreate",
            losses=await self._contents(stages),
            reason=failure.reason if failure else "",
        )
        asking = asyncio.create_task(self._questions.ask(question, allows=self._number))
        request = asyncio.create_task(self._inbox.requested())
        await self._wait_for(asking, request)
        request.cancel()
        if not asking.done():
            await _cancelled(asking)
        if not asking.cancelled() and asking.result():
            self._inbox.put(Trigger("recreate"))
        elif failure is not None:
            self._enter(LoopState.FAILED, after.deployment if after else None, failure.title)
        else:
            self._enter(LoopState.WATCHING)

    async def _contents(self, stages: Stages) -> tuple[Loss, ...]:
        try:
            return await in_thread(stages.contents, "contents")
        except Exception as error:  # noqa: BLE001 - the question is asked all the same
            self._hub.tell(Level.WARNING, f"What would be lost could not be read: {error}")
            return ()

    # watching

    async def _watch(self, watcher: Watcher) -> None:
        try:
            async for change in watcher.changes():
                if change.kind == "branch":
                    self._hub(BranchChanged(at=time.time(), branch=change.branch))
                    same = "" if change.paths else "; same backend"
                    self._hub.tell(Level.INFO, f"Now on branch {change.branch}{same}")
                if not change.paths:
                    continue
                self._inbox.put(Trigger(change.kind, change.paths))
        except Exception as error:  # noqa: BLE001 - without a watcher one can still redeploy by key
            self._hub.tell(
                Level.ERROR, f"Files can't be watched any more ({error}); redeploy by hand"
            )

    async def _keep_local_cloud(self, stages: Stages) -> None:
        """Start the local cloud again whenever it ends under us."""
        folder = self._session.project.local_cloud_dir
        try:
            await stages.open()
        except Exception as error:  # noqa: BLE001 - the deployment under way fails with it, too
            self._hub.tell(Level.DEBUG, f"The local cloud did not start at once: {error}")
        while True:
            await local_cloud_ended(folder)
            self._hub(
                LocalCloudReported(
                    at=time.time(), status="failed", detail="it ended; starting it again"
                )
            )
            try:
                await stages.reconnect()
            except Exception as error:  # noqa: BLE001 - said in plain words, tried again
                self._hub.tell(Level.ERROR, f"The local cloud does not start: {error}")
                await asyncio.sleep(_RESTART_PAUSE * 5)
                continue
            self._inbox.put(Trigger("start"))
            await asyncio.sleep(_RESTART_PAUSE)

    # small things

    def _commit(self) -> None:
        self._committed = True

    def _cancelled_as(self) -> DeploymentResult:
        stopping = self._stop.is_set()
        return DeploymentResult.INTERRUPTED if stopping else DeploymentResult.SUPERSEDED

    def _enter(self, state: LoopState, deployment: int | None = None, detail: str = "") -> None:
        self._hub(StateChanged(at=time.time(), deployment=deployment, state=state, detail=detail))


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
