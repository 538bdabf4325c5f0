"""A sandbox's stack on its connected target: plans, executes, deletes and lists."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.deploy.assembly.assembly import Assembly, read_assembly
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.diff.known_schemas import keep_schemas, known_schema
from workbench.deploy.diff.schema_diff import explain_schemas
from workbench.deploy.execute.delete import delete_backend
from workbench.deploy.execute.execute import SupersededError, adopt_running, execute
from workbench.deploy.execute.publishing import publish_ahead
from workbench.deploy.failure.failure import refuse_circles
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.resources import list_resources
from workbench.deploy.live.snapshot import (
    clear_mark,
    load_snapshot,
    snapshot_file,
    unknown_swaps_mark,
)
from workbench.deploy.live.stack_state import StackState, read_stack_state
from workbench.deploy.outputs.outputs import Introspect, OutputsRequest, write_outputs_file
from workbench.deploy.plan.data_loss import (
    count_contents,
    losses_of_deletion,
    losses_of_deployment,
)
from workbench.deploy.plan.foreign_deployments import (
    NOTICE,
    mark_cleared_by,
    notice_foreign_deployment,
    with_uncertain_swaps,
)
from workbench.deploy.plan.plan import make_plan
from workbench.deploy.plan.stored_rows import rows_that_no_longer_fit
from workbench.function_logs.functions import LoggedFunction, functions_of
from workbench.loop.event_sink import EventSink
from workbench.loop.function_runtimes import substituted_runtimes
from workbench.loop.options import SandboxOptions
from workbench.loop.other_developers import tell_of_change, wait_for_others
from workbench.loop.sandbox_secrets import read_secrets
from workbench.loop.stages import Prepared
from workbench.model.deployment import Loss, Method
from workbench.model.events import Level, ResourcesListed
from workbench.project.identity import cdk_context, secret_path
from workbench.startup import Session

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient


@dataclass(slots=True)
class _Memory:
    """What one deployment leaves for the next: the stack as it stands, and at which revision.

    ``outputs`` is the content of the outputs file as it was written here, ``known`` the stack and
    the time of its last change that the user knows of.
    """

    live: LiveStack | None = None
    revision: tuple[str, ...] = ()
    assembly: Assembly | None = None
    outputs: bytes = b""
    foreign_told: bool = False
    known: tuple[str, ...] = ()
    denied_swaps: set[str] = field(default_factory=set)
    runtimes_told: set[tuple[str, str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class SandboxStack:
    """One connected sandbox; ``introspect`` makes the model introspection of its outputs."""

    session: Session
    clients: Clients
    options: SandboxOptions
    sink: EventSink
    introspect: Introspect
    _memory: _Memory = field(default_factory=_Memory, init=False)

    def synth_context(self) -> Mapping[str, object]:
        """Return ampx's CDK context; first looks for another tool's traces, which synths cover."""
        self._notice_foreign_deployment()
        context = cdk_context(self.session.identity, self._secrets_changed())
        if self.session.project.language == "python":
            from workbench.backend.session import LOCAL_KEY  # 0.1 s, for Python projects only

            context[LOCAL_KEY] = self.session.target.kind == "local"
        return context

    def prepare(self, assembly: Path) -> Prepared:
        """Read both sides, compare, plan; about 0.1 s warm on the quickstart."""
        new = read_assembly(assembly, self.session.stack_name)
        refuse_circles(new.root.walk())
        self._memory.assembly = new
        folder = self.session.sandbox_dir
        live, complete = self._live_at(self._state_at_rest()), True
        mark = unknown_swaps_mark(folder)
        if live is not None and mark:
            live, complete = with_uncertain_swaps(live, new)
        diff = compute_diff(live, new)
        plan = make_plan(
            diff,
            new,
            live,
            target_kind=self.session.target.kind,
            allow_hotswap=self.options.hotswap,
            denied=self._memory.denied_swaps,
        )
        clears = mark_cleared_by(plan.method, mark, complete=complete)
        if plan.method is Method.NONE:
            clear_mark(folder, clears)  # nothing here can be swapped
        losses = count_contents(self.clients, losses_of_deployment(diff, live))
        schemas = folder / "schemas"
        keep_schemas(new, schemas)

        def known(asset: str) -> str | None:
            return known_schema(asset, schemas)

        diff = explain_schemas(diff, live, new, known)
        if plan.method is not Method.NONE:
            warnings = rows_that_no_longer_fit(self.clients, diff, live, new, known)
            diff = replace(diff, warnings=warnings)
        return Prepared(diff, plan, losses, clears)

    def publish(self, prepared: Prepared) -> str:
        """Publish the plan's assets ahead; 0.4 s for the quickstart's first deployment."""
        return publish_ahead(prepared.plan, self.clients)

    def execute(
        self,
        prepared: Prepared,
        deployment: int,
        superseded: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Carry out the plan; the live stack that results is kept for the next comparison."""
        memory = self._memory
        memory.live = None
        outputs = self._outputs
        try:
            live = execute(
                prepared.plan,
                self.clients,
                self.sink,
                deployment=deployment,
                snapshot=self._snapshot,
                outputs=outputs,
                published=prepared.published,
                express=self.options.express,
                denied=memory.denied_swaps,
                outputs_hold=bool(memory.outputs) and memory.outputs == _content(outputs.path),
                superseded=superseded,
            )
        except SupersededError:
            memory.known = ()  # the snapshot knows which of the stack's changes is this one
            return False
        clear_mark(self.session.sandbox_dir, prepared.clears)
        memory.outputs = _content(self._outputs.path)
        memory.revision = live.revision if live is not None else ()
        memory.live = live
        memory.known = memory.revision[:2]
        if live is not None and self.session.target.kind == "local":
            for line in substituted_runtimes(functions_of(live), memory.runtimes_told):
                self.sink.tell(Level.WARNING, line, "functions")
        return True

    def write_missing_outputs(self, deployment: int) -> None:
        """Write the outputs if the file is missing, or may be another target's."""
        outputs = self._outputs
        if self._memory.outputs and outputs.path.exists():
            return
        stack_name = self.session.stack_name
        write_outputs_file(
            self.clients, stack_name, outputs, self.sink, deployment, live=self._memory.live
        )
        self._memory.outputs = _content(outputs.path)

    def is_busy(self) -> bool:
        """Whether CloudFormation is working on the stack."""
        state = self._read_state()
        return state is not None and state.is_busy

    def adopt(self, deployment: int) -> None:
        """Follow the operation that CloudFormation is running to its end."""
        self._memory.live = None
        adopt_running(
            self.clients,
            self.session.stack_name,
            self.sink,
            deployment,
            snapshot=self._snapshot,
        )

    def delete(self, deployment: int) -> None:
        """Delete the stack and everything it made; the sandbox's secrets stay, as with ampx."""
        self._memory.live, self._memory.known = None, ()
        delete_backend(
            self.clients,
            self.session.stack_name,
            self.sink,
            deployment,
            snapshot=self._snapshot,
        )

    def losses_of_deletion(self) -> tuple[Loss, ...]:
        """What deleting the stack would lose."""
        live = self._read_live()
        return () if live is None else losses_of_deletion(self.clients, live)

    def resources(self) -> ResourcesListed | None:
        """List what is deployed; None if there is no stack.

        What a deployment has just left needs no look at CloudFormation.
        """
        live = self._memory.live or self._read_live()
        if live is None:
            return None
        return ResourcesListed(
            at=time.time(),
            stack_name=self.session.stack_name,
            resources=list_resources(live, self._memory.assembly, self.session.target),
        )

    def functions(self) -> tuple[LoggedFunction, ...]:
        """The deployed functions that the user has written."""
        live = self._read_live()
        return () if live is None else functions_of(live)

    @property
    def logs(self) -> CloudWatchLogsClient:
        """The target's CloudWatch Logs."""
        return self.clients.logs

    def live_logs(self) -> CloudWatchLogsClient:
        """A new client of it, which gives up soon."""
        return cast("CloudWatchLogsClient", self.clients.impatient("logs", 1))

    @property
    def is_local(self) -> bool:
        """True on the local cloud."""
        return self.clients.is_local

    def _notice_foreign_deployment(self) -> None:
        seen = notice_foreign_deployment(
            self.session.project.assembly_dir, self.session.sandbox_dir
        )
        if seen and not self._memory.foreign_told:
            self.sink.tell(Level.INFO, NOTICE)
        self._memory.foreign_told = seen

    def _secrets_changed(self) -> int | None:
        try:
            secrets = read_secrets(self.clients, secret_path(self.session.identity))
        except ClientError as error:
            # Someone may deploy without the right to read secrets; a dead connection is another
            # matter, which the deployment itself explains.
            why = denial_of(error) or error
            self.sink.tell(Level.WARNING, f"The sandbox's secrets can't be read: {why}")
            return None
        except BotoCoreError:
            return None
        self.sink.redactor.learn(secrets.values)
        return secrets.last_changed

    @property
    def _snapshot(self) -> Path:
        return snapshot_file(self.session.sandbox_dir)

    @property
    def _outputs(self) -> OutputsRequest:
        return OutputsRequest(
            directory=self.options.outputs_folder(self.session.project.root),
            introspect=self.introspect,
            fmt=self.options.outputs_format,
            version=self.options.outputs_version,
            sandbox_dir=self.session.sandbox_dir,
            root=self.session.project.root,
        )

    def _read_state(self) -> StackState | None:
        return read_stack_state(self.clients, self.session.stack_name)

    def _state_at_rest(self) -> StackState | None:
        """The stack's state; on AWS, others are waited for and what they changed is told."""
        state = self._read_state()
        if self.clients.is_local:
            return state
        if state is not None and state.is_busy:
            wait_for_others(self.clients, state, self._follow, self.sink)
            state = self._read_state()
        memory = self._memory
        if not memory.known:
            kept = load_snapshot(self._snapshot)
            memory.known = kept.live.revision[:2] if kept else ()
        now = _revision(state)[:2]
        if memory.known and now != memory.known:
            tell_of_change(self.clients, state, self.sink)
        memory.known = now
        return state

    def _follow(self) -> None:
        adopt_running(self.clients, self.session.stack_name, self.sink, snapshot=self._snapshot)

    def _read_live(self) -> LiveStack | None:
        return self._live_at(self._read_state())

    def _live_at(self, state: StackState | None) -> LiveStack | None:
        """What is live: from memory while CloudFormation has not touched the stack since."""
        memory = self._memory
        revision = _revision(state)
        if memory.live is None or revision != memory.revision:
            name = self.session.stack_name
            memory.live = (
                read_live(self.clients, name, self._snapshot, state=state) if state else None
            )
            memory.revision = revision
        return memory.live


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _revision(state: StackState | None) -> tuple[str, ...]:
    return () if state is None else state.revision
