"""The stages wired to the real thing: synth workers, CloudFormation and hot-swaps, a target."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.loop.daemon_threads import in_thread
from workbench.loop.event_sink import EventHub
from workbench.loop.options import SandboxOptions
from workbench.loop.stages import Prepared
from workbench.model.deployment import Failure, Loss, Method
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult, with_source
from workbench.model.events import Level, ResourcesListed
from workbench.project.identity import cdk_context, secret_path
from workbench.startup import Session, connect
from workbench.synth.python_type_checker import PythonTypeChecker
from workbench.synth.synthesizer import Synthesizer
from workbench.synth.type_checker import TypeChecker

if TYPE_CHECKING:
    from workbench.aws.clients import Clients
    from workbench.deploy.assembly.assembly import Assembly
    from workbench.deploy.execute.execute import OutputsRequest
    from workbench.deploy.live.models import LiveStack
    from workbench.deploy.live.stack_state import StackState
    from workbench.deploy.outputs.outputs import OutputsFormat
    from workbench.deploy.plan.instructions import Plan

_INTROSPECTION_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class _Ready:
    """What ``prepare`` hands to ``execute``; ``clears`` is the mark that its success clears."""

    plan: Plan
    assembly: Assembly
    live: LiveStack | None
    published: bool = False
    clears: str = ""


_SLOW_SECONDS = 2.0
_FIRST_SYNTH = {
    "python": "Starting Node and jsii, and importing aws-cdk-lib: only the first evaluation after a "
    "start takes so long, each save after it about a second",
    "typescript": "Loading the CDK and Amplify's packages into Node: only the first evaluation after "
    "a start takes so long, each save after it about a second",
}
_FIRST_CHECK = (
    "Reading the types of all packages: only the first type check after a start takes so long; "
    "later ones look at what has changed"
)


class RealStages:
    """One sandbox's stages on its target; what they learn stays in memory between deployments.

    Made on the loop that runs it. The workers start with the first ``open``, beside the local
    cloud's start and the building of AWS clients (0.6 s), so that a cold start waits once.
    """

    def __init__(
        self,
        session: Session,
        options: SandboxOptions,
        hub: EventHub,
        *,
        assembly_dir: Path | None = None,
    ) -> None:
        self._session = session
        self._assembly_dir = assembly_dir or session.project.assembly_dir
        self._options = options
        self._hub = hub
        self._loop = asyncio.get_running_loop()
        project, node = session.project, session.node.executable
        self._synthesizer = Synthesizer(project, node, hub)
        self._checker = (
            PythonTypeChecker(project)
            if project.language == "python"
            else TypeChecker(project, node, hub)
        )
        self._opening = asyncio.Lock()
        self._clients: Clients | None = None
        self._must_reconnect = False
        self._warming: list[asyncio.Task[None]] = []
        self._synths: dict[int, asyncio.Event] = {}
        self._been_through: set[str] = set()
        self._checks: set[asyncio.Task[CheckResult]] = set()
        self._live: LiveStack | None = None
        self._live_mark: object = None
        self._assembly: Assembly | None = None
        self._outputs_seen = False
        self._foreign_told = False

    # getting ready

    async def open(self) -> None:
        """Connect to the target once, with everything else warming up meanwhile.

        Again after a failure that the target's absence or refused credentials caused: this starts
        a local cloud that has ended, and reads credentials that a new sign-in left.
        """
        if not self._warming:
            self._warm(self._synthesizer.warm())
            if self._options.type_check:
                self._warm(self._checker.warm())
            self._warm(in_thread(_import_deploy, "warm-imports"))
        async with self._opening:
            if self._clients is None or self._must_reconnect:
                await self._connect()

    async def reconnect(self) -> None:
        """Connect anew, to a local cloud that may have moved."""
        async with self._opening:
            await self._connect()

    async def _connect(self) -> None:
        session = await in_thread(lambda: connect(self._session, self._hub), "connect")
        from workbench.aws.clients import Clients

        clients = Clients(session.target)
        self._session = session
        self._live = None
        self._clients = clients
        self._must_reconnect = False
        self._warm(in_thread(clients.warm, "warm-clients"))

    def _warm(self, work: Coroutine[Any, Any, None]) -> None:
        async def warm() -> None:
            # What fails here fails again, and is explained, in the first deployment.
            with suppress(Exception):
                await work

        self._warming.append(asyncio.create_task(warm()))

    async def close(self) -> None:
        """End the workers."""
        unfinished = (*self._warming, *self._checks)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await asyncio.gather(self._synthesizer.close(), self._checker.close())

    # the user's files

    async def synth(self, deployment: int) -> SynthResult:
        """Evaluate the backend with ampx's context."""
        ended = self._synths.setdefault(deployment, asyncio.Event())
        try:
            await in_thread(self._look_for_another_tool, "author")
            changed = await in_thread(self._secrets_changed, "secrets")
            with self._said_if_slow("synth", _FIRST_SYNTH[self._session.project.language]):
                result = await self._synthesizer.synth(
                    {**cdk_context(self._session.identity, changed), **self._language_context()},
                    self._assembly_dir,
                    deployment,
                    self._options.environment(),
                )
            return replace(result, diagnostics=await self._quoted(result.diagnostics))
        finally:
            ended.set()
            self._synths.pop(deployment - 1, None)  # whoever waits for it has the event itself

    @contextmanager
    def _said_if_slow(self, what: str, words: str) -> Iterator[None]:
        """Say what the first one does where it takes long; later ones are warm."""
        if what in self._been_through:
            yield
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(
            _SLOW_SECONDS, lambda: self._hub.tell(Level.INFO, words, source=what)
        )
        try:
            yield
            self._been_through.add(what)
        finally:
            timer.cancel()

    async def _quoted(self, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        if not found:
            return found
        root = self._session.project.root
        return await in_thread(lambda: with_source(found, root), "source-lines")

    def _language_context(self) -> dict[str, object]:
        """What only our own Python synth reads: whether functions run on this machine."""
        if self._session.project.language != "python":
            return {}
        from workbench.backend.session import LOCAL_KEY

        return {LOCAL_KEY: self._session.target.kind == "local"}

    def _look_for_another_tool(self) -> None:
        from workbench.deploy.plan.foreign_deployments import NOTICE, notice_foreign_deployment

        seen = notice_foreign_deployment(
            self._session.project.assembly_dir, self._session.sandbox_dir
        )
        if seen and not self._foreign_told:
            self._hub.tell(Level.INFO, NOTICE)
        self._foreign_told = seen

    async def check(self, deployment: int) -> CheckResult:
        """Type-check; brought up to date where the synth beside it changes generated types.

        A superseded check goes on: ending it would end its worker, and the next check would take
        ten seconds instead of waiting one for this to finish.
        """
        ended = self._synths.setdefault(deployment, asyncio.Event())
        synthesised = asyncio.create_task(ended.wait())
        work = asyncio.create_task(self._checker.check(deployment, after=synthesised))
        self._checks.add(work)
        work.add_done_callback(self._forget_check)
        work.add_done_callback(lambda _: synthesised.cancel())
        with self._said_if_slow("types", _FIRST_CHECK):
            result = await asyncio.shield(work)
        return replace(result, diagnostics=await self._quoted(result.diagnostics))

    def _forget_check(self, work: asyncio.Task[CheckResult]) -> None:
        self._checks.discard(work)
        if not work.cancelled():
            work.exception()  # looked at here where its deployment no longer waits for it

    def _secrets_changed(self) -> int | None:
        from botocore.exceptions import BotoCoreError, ClientError

        from workbench.loop.sandbox_secrets import read_secrets

        try:
            secrets = read_secrets(self._target, secret_path(self._session.identity))
        except ClientError as error:
            # Someone may deploy without the right to read secrets; a dead connection is another
            # matter, which the deployment itself explains.
            self._hub.tell(Level.WARNING, f"The sandbox's secrets can't be read: {error}")
            return None
        except BotoCoreError:
            return None
        self._hub.redactor.learn(secrets.values)
        return secrets.last_changed

    # the stack

    def prepare(self, assembly: Path, deployment: int) -> Prepared:
        """Read both sides, compare, plan; about 0.1 s warm on the quickstart."""
        from workbench.deploy.assembly.assembly import read_assembly
        from workbench.deploy.diff.diff import compute_diff
        from workbench.deploy.diff.known_schemas import keep_schemas, known_schema
        from workbench.deploy.diff.schema_diff import explain_schemas
        from workbench.deploy.live.snapshot import clear_mark, unknown_swaps_mark
        from workbench.deploy.plan.data_loss import count_contents, losses_of_deployment
        from workbench.deploy.plan.foreign_deployments import (
            mark_cleared_by,
            with_uncertain_swaps,
        )
        from workbench.deploy.plan.plan import make_plan

        new = read_assembly(assembly, self._session.stack_name)
        folder = self._session.sandbox_dir
        live, complete = self._read_live(), True
        mark = unknown_swaps_mark(folder)
        if live is not None and mark:
            live, complete = with_uncertain_swaps(live, new)
        diff = compute_diff(live, new)
        plan = make_plan(
            diff,
            new,
            live,
            target_kind=self._session.target.kind,
            allow_hotswap=self._options.hotswap,
        )
        clears = mark_cleared_by(plan.method, mark, complete=complete)
        if plan.method is Method.NONE:
            clear_mark(folder, clears)  # nothing here can be swapped
        losses = count_contents(self._target, losses_of_deployment(diff, live))
        schemas = folder / "schemas"
        keep_schemas(new, schemas)
        diff = explain_schemas(diff, live, new, lambda asset: known_schema(asset, schemas))
        self._assembly = new
        return Prepared(
            diff, plan.method, plan.titles, losses, _Ready(plan, new, live, clears=clears)
        )

    def preview(self, prepared: Prepared) -> tuple[str, ...]:
        """What the deployment would do, as lines."""
        from workbench.deploy.plan.preview import preview

        ready = cast("_Ready", prepared.plan)
        return preview(prepared.diff, ready.plan, prepared.losses)

    def publish(self, prepared: Prepared, deployment: int) -> tuple[Prepared, str]:
        """Publish the plan's assets ahead; 0.4 s for the quickstart's first deployment."""
        from workbench.deploy.execute.execute import publish_ahead

        ready = cast("_Ready", prepared.plan)
        note = publish_ahead(ready.plan, self._target)
        return replace(prepared, plan=replace(ready, published=True)), note

    def execute(self, prepared: Prepared, deployment: int) -> None:
        """Carry out the plan; the live stack that results is kept for the next comparison."""
        from workbench.deploy.execute.execute import execute
        from workbench.deploy.live.snapshot import clear_mark

        ready = cast("_Ready", prepared.plan)
        self._live = None
        live = execute(
            ready.plan,
            self._target,
            self._hub,
            deployment=deployment,
            snapshot=self._snapshot,
            outputs=self._outputs_request(),
            published=ready.published,
        )
        clear_mark(self._session.sandbox_dir, ready.clears)
        self._outputs_seen = True
        self._live_mark = _mark(self._read_state())
        self._live = live

    def place_empty_outputs(self) -> None:
        """Put a file with its version alone where there is none, as ampx does.

        A frontend that imports it then builds before the first deployment has ended.
        """
        from workbench.deploy.outputs.outputs import place_empty_outputs

        request = self._outputs_request()
        place_empty_outputs(request.path, request.fmt, request.version)

    def ensure_outputs(self, deployment: int) -> None:
        """Write the outputs where the file is missing, or may be another target's."""
        from workbench.deploy.execute.execute import write_outputs_file

        request = self._outputs_request()
        if self._outputs_seen and request.path.exists():
            return
        write_outputs_file(self._target, self._session.stack_name, request, self._hub, deployment)
        self._outputs_seen = True

    def adopt(self, deployment: int) -> None:
        """Follow what CloudFormation is doing to the stack."""
        from workbench.deploy.execute.execute import adopt_running

        self._live = None
        adopt_running(
            self._target,
            self._session.stack_name,
            self._hub,
            deployment,
            snapshot=self._snapshot,
        )

    def is_busy(self) -> bool:
        """Whether CloudFormation is working on the stack."""
        state = self._read_state()
        return state is not None and state.is_busy

    def delete(self, deployment: int) -> None:
        """Delete the stack and everything it made; the sandbox's secrets stay, as with ampx."""
        from workbench.deploy.execute.delete import delete_backend

        self._live = None
        delete_backend(
            self._target,
            self._session.stack_name,
            self._hub,
            deployment,
            snapshot=self._snapshot,
        )

    def contents(self) -> tuple[Loss, ...]:
        """What deleting the stack would lose."""
        from workbench.deploy.plan.data_loss import losses_of_deletion

        live = self._read_live()
        return () if live is None else losses_of_deletion(self._target, live)

    def resources(self) -> ResourcesListed | None:
        """What is deployed."""
        from workbench.deploy.live.resources import list_resources

        live = self._read_live()
        if live is None:
            return None
        return ResourcesListed(
            at=time.time(),
            stack_name=self._session.stack_name,
            resources=list_resources(live, self._assembly, self._session.target),
        )

    def explain(self, error: Exception) -> Failure:
        """The exception in plain words."""
        from workbench.deploy.failure.failure import failure_from_exception
        from workbench.localcloud.lifecycle import LocalCloudProblem

        if isinstance(error, LocalCloudProblem):
            failure = Failure(
                title=f"{error.what[:1].upper()}{error.what[1:]}",
                reason="",
                fix=f"{error.next_step[:1].upper()}{error.next_step[1:]}.",
                offer="start-local-cloud",
                details=error.details,
            )
        else:
            failure = failure_from_exception(error, self._session.target)
        if failure.offer in ("start-local-cloud", "login", "target"):
            self._must_reconnect = True
        return failure

    @property
    def _snapshot(self) -> Path:
        from workbench.deploy.live.snapshot import snapshot_file

        return snapshot_file(self._session.sandbox_dir)

    @property
    def _target(self) -> Clients:
        if self._clients is None:
            raise RuntimeError("the target was used before the stages were opened")
        return self._clients

    def _read_state(self) -> StackState | None:
        from workbench.deploy.live.stack_state import read_stack_state

        return read_stack_state(self._target, self._session.stack_name)

    def _read_live(self) -> LiveStack | None:
        """What is live: from memory while CloudFormation has not touched the stack since."""
        from workbench.deploy.live.reader import read_live

        mark = _mark(self._read_state())
        if self._live is None or mark != self._live_mark:
            self._live = read_live(self._target, self._session.stack_name, self._snapshot)
            self._live_mark = mark
        return self._live

    def _outputs_request(self) -> OutputsRequest:
        from workbench.deploy.execute.execute import OutputsRequest

        return OutputsRequest(
            directory=self._options.outputs_dir or self._session.project.root,
            introspect=self._introspect,
            fmt=cast("OutputsFormat", self._options.outputs_format),
            version=self._options.outputs_version,
        )

    def _introspect(self, schema: str) -> Mapping[str, Any]:
        """Asked from a deployment's thread, answered by the worker on the loop."""
        answer = asyncio.run_coroutine_threadsafe(self._synthesizer.introspect(schema), self._loop)
        return answer.result(_INTROSPECTION_SECONDS)


def _mark(state: StackState | None) -> object:
    return None if state is None else (state.stack_id, state.changed_at, state.status)


def _import_deploy() -> None:
    """Import what the first deployments need (0.7 s) while the workers start."""
    import graphql  # noqa: F401

    import workbench.deploy.diff.diff
    import workbench.deploy.execute.execute
    import workbench.deploy.live.resources
    import workbench.deploy.plan.data_loss
    import workbench.deploy.plan.plan  # noqa: F401
