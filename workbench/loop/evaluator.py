"""Evaluates and type-checks a project's code, in worker processes that stay warm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from workbench.loop.daemon_threads import in_thread
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult, with_source
from workbench.model.events import Level
from workbench.project.models import Project
from workbench.synth.python.type_checker import PythonTypeChecker
from workbench.synth.synthesizer import Synthesizer
from workbench.synth.type_check.checker import TypeChecker

T = TypeVar("T")
_INTROSPECTION_SECONDS = 120.0
_SLOW_SECONDS = 2.0
_FIRST_SYNTH = {
    "python": "Starting Node and jsii, and importing aws-cdk-lib: only the first evaluation after "
    "a start takes so long, each save after it about a second",
    "typescript": "Loading the CDK and Amplify's packages into Node: only the first evaluation "
    "after a start takes so long, each save after it about a second",
}
_FIRST_CHECK = (
    "Reading the types of all packages: only the first type check after a start takes so long; "
    "later ones look at what has changed"
)


class ProjectEvaluator:
    """One project's synthesizer and type checker; belongs to the event loop that made it.

    Assemblies go to ``assembly_dir``.
    """

    def __init__(
        self,
        project: Project,
        node: Path,
        assembly_dir: Path,
        options: SandboxOptions,
        sink: EventSink,
    ) -> None:
        self._project = project
        self._assembly_dir = assembly_dir
        self._options = options
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._synthesizer = Synthesizer(project, node, sink)
        self._checker = (
            PythonTypeChecker(project)
            if project.language == "python"
            else TypeChecker(project, node, sink)
        )
        self._been_through: set[str] = set()
        self._unfinished: set[asyncio.Task[Any]] = set()

    def warm(self) -> None:
        """Start the workers ahead of the first deployment."""
        self._keep(_ignoring_errors(self._synthesizer.warm()))
        if self._options.type_check:
            self._keep(_ignoring_errors(self._checker.warm()))

    async def synth(self, context: Mapping[str, object], deployment: int) -> SynthResult:
        """Evaluate the backend with this CDK context. Cancelling abandons the evaluation."""
        with self._first_explained("synth", _FIRST_SYNTH[self._project.language]):
            result = await self._synthesizer.synth(
                context, self._assembly_dir, deployment, self._options.environment()
            )
        return replace(result, diagnostics=await self._quoted(result.diagnostics))

    async def check(self, deployment: int, synth: Awaitable[object]) -> CheckResult:
        """Type-check; brought up to date if the synth beside it changes generated types.

        A superseded check goes on: ending it would end its worker, and the next check would take
        ten seconds instead of waiting one for this to finish.
        """
        work = self._keep(self._checker.check(deployment, after=synth))
        with self._first_explained("types", _FIRST_CHECK):
            result = await asyncio.shield(work)
        return replace(result, diagnostics=await self._quoted(result.diagnostics))

    def introspect(self, schema: str) -> Mapping[str, Any]:
        """Make a schema's model introspection: asked in a deployment's thread, made on the loop."""
        answer = asyncio.run_coroutine_threadsafe(self._synthesizer.introspect(schema), self._loop)
        return answer.result(_INTROSPECTION_SECONDS)

    async def close(self) -> None:
        """End the workers."""
        unfinished = tuple(self._unfinished)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await asyncio.gather(self._synthesizer.close(), self._checker.close())

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        def ended(task: asyncio.Task[T]) -> None:
            self._unfinished.discard(task)
            if not task.cancelled():
                task.exception()  # retrieved, in case that its deployment no longer waits for it

        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(ended)
        return task

    @contextmanager
    def _first_explained(self, what: str, text: str) -> Iterator[None]:
        """Say what the first run does if it takes long; later ones are warm."""
        if what in self._been_through:
            yield
            return
        timer = self._loop.call_later(
            _SLOW_SECONDS, lambda: self._sink.tell(Level.INFO, text, source=what)
        )
        try:
            yield
            self._been_through.add(what)
        finally:
            timer.cancel()

    async def _quoted(self, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        if not found:
            return found
        return await in_thread(lambda: with_source(found, self._project.root), "source-lines")


async def _ignoring_errors(warming: Coroutine[Any, Any, None]) -> None:
    # What fails here fails again, and is explained, in the first deployment.
    with suppress(Exception):
        await warming
