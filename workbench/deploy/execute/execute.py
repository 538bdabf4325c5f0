"""Carries out a plan: assets, then CloudFormation or hot-swaps, then the outputs.

Blocking code for a worker thread. What stands afterwards is returned and kept in the snapshot, also
after a failure, so that the next plan starts from the truth.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import Assembly, FileAsset
from workbench.deploy.execute.assets import publish_assets
from workbench.deploy.execute.bootstrap import Bootstrap, bootstrap_of
from workbench.deploy.execute.cloudformation import (
    GONE,
    StackDeployed,
    StackRequest,
    deploy_stack,
    require_success,
)
from workbench.deploy.execute.hotswap.runner import HotswapError, swap_all
from workbench.deploy.execute.index_templates import index_templates
from workbench.deploy.execute.progress import Progress
from workbench.deploy.execute.publishing import publish, publishes, publishing_steps
from workbench.deploy.execute.stack_operation import follow_operation
from workbench.deploy.execute.step_reporter import StepReporter
from workbench.deploy.failure.failure import DeploymentProblem, failure_from_exception
from workbench.deploy.live.intrinsics import UnresolvableError
from workbench.deploy.live.models import (
    LiveStack,
    after_cloudformation,
    after_failed_cloudformation,
    after_swap,
)
from workbench.deploy.live.reader import read_live, read_template_body
from workbench.deploy.live.snapshot import save_snapshot
from workbench.deploy.live.stack_state import read_stack_state
from workbench.deploy.outputs.outputs import OutputsRequest, write_outputs_file
from workbench.deploy.plan.instructions import (
    ChangeIndexes,
    DeployStack,
    Plan,
    Swap,
    SwapDrifted,
    WriteOutputs,
)
from workbench.deploy.plan.plan import DENIED, cloudformation_plan, swaps_for
from workbench.model.deployment import Failure, StackPath
from workbench.model.events import Emit, PlanMade, Stage
from workbench.model.stage import StageOutcome, announced
from workbench.printed_commands import amplify_tui
from workbench.redaction.secret_shapes import redact
from workbench.wording import plural


class SupersededError(Exception):
    """A newer deployment is to begin; this one ended between two steps."""


@dataclass(slots=True)
class _Run:
    """One execution: its inputs, and what stands as far as it has come."""

    plan: Plan
    clients: Clients
    bootstrap: Bootstrap
    emit: Emit
    deployment: int | None
    live: LiveStack | None
    snapshot: Path | None
    outputs: OutputsRequest | None
    progress: Progress
    steps: StepReporter
    outputs_hold: bool
    express: bool
    denied: set[str]
    superseded: Callable[[], bool]

    @property
    def assembly(self) -> Assembly:
        """What is deployed."""
        return self.plan.assembly

    def stage(self, stage: Stage) -> AbstractContextManager[StageOutcome]:
        """Announce a stage."""
        return announced(self.emit, self.deployment, stage)

    @property
    def cloudformation(self) -> Clients:
        """The clients that deploy the stack: in the bootstrap's deploy role if allowed."""
        return self.bootstrap.acting(self.clients, self.bootstrap.roles.deploy)


def execute(
    plan: Plan,
    clients: Clients,
    emit: Emit,
    *,
    deployment: int | None = None,
    snapshot: Path | None = None,
    outputs: OutputsRequest | None = None,
    published: bool = False,
    express: bool = False,
    denied: set[str] | None = None,
    outputs_hold: bool = False,
    superseded: Callable[[], bool] = lambda: False,
) -> LiveStack | None:
    """Carry out ``plan``; what then stands.

    ``published`` says that ``publish_ahead`` has published its assets and announced the stage.
    ``express`` has CloudFormation not wait until resources are ready to serve. Swaps that the
    credentials may not do are left to CloudFormation; their kinds are added to ``denied``.
    ``superseded`` is asked between two updates of the stack: if so, SupersededError is raised,
    and the old backend stands with some of its new indexes.

    Emits the stages ``assets``, ``deploy`` and ``outputs``, a step for each instruction, and
    resources' progress. Raises DeploymentProblem.
    """
    try:
        run = _Run(
            plan=plan,
            clients=clients,
            bootstrap=bootstrap_of(clients, plan.assembly.roles),
            emit=emit,
            deployment=deployment,
            live=plan.live,
            snapshot=snapshot,
            outputs=outputs,
            progress=Progress(emit, deployment, plan.assembly, plan.live),
            steps=StepReporter(emit, deployment, plan),
            outputs_hold=outputs_hold,
            express=express,
            denied=denied if denied is not None else set(),
            superseded=superseded,
        )
        _publish(run, ahead=published)
        if not _deploy(run):
            _leave_to_cloudformation(run)
            _publish(run, ahead=False)
            _deploy(run)
        _write(run)
    except (DeploymentProblem, SupersededError):
        raise
    except Exception as error:
        raise DeploymentProblem(failure_from_exception(error, clients.target)) from error
    return run.live


def adopt_running(
    clients: Clients,
    stack_name: str,
    emit: Emit,
    deployment: int | None = None,
    *,
    snapshot: Path | None = None,
) -> None:
    """Follow the operation that CloudFormation is running on the stack to its end.

    Returns at once if nothing runs; raises DeploymentProblem if it fails. A deletion that was
    running is followed too.
    """
    state = read_stack_state(clients, stack_name)
    if state is None or not state.is_busy:
        return
    live = read_live(clients, stack_name, snapshot, state=state)
    progress = Progress(emit, deployment, live=live)
    ending = follow_operation(clients, state.stack_id, progress.of_stack)
    if ending.status != "DELETE_COMPLETE":
        require_success(ending, progress.construct)


def _publish(run: _Run, *, ahead: bool) -> None:
    steps = publishing_steps(run.plan)
    if ahead:
        with run.steps.step(*steps):
            return
    if not publishes(run.plan):
        return
    with run.stage(Stage.ASSETS) as outcome, run.steps.step(*steps):
        outcome.note = publish(run.plan, run.clients, run.bootstrap, run.steps.say)


def _leave_to_cloudformation(run: _Run) -> None:
    """Go on with another plan: CloudFormation does what the credentials may not swap."""
    if run.live is None:
        raise DeploymentProblem(GONE)
    run.plan = cloudformation_plan(run.assembly, run.live, DENIED)
    run.steps = StepReporter(run.emit, run.deployment, run.plan)
    run.emit(
        PlanMade(
            at=time.time(),
            deployment=run.deployment,
            method=run.plan.method,
            steps=run.plan.titles,
            updates=run.plan.updates,
        )
    )


def _deploy(run: _Run) -> bool:
    """Deploy; False if swaps are left that the credentials may not do."""
    swaps = [step for step in run.plan.steps if isinstance(step, Swap)]
    stacks = [step for step in run.plan.steps if isinstance(step, DeployStack)]
    drifted = [step for step in run.plan.steps if isinstance(step, SwapDrifted)]
    if not (swaps or stacks):
        return True
    with run.stage(Stage.DEPLOY) as outcome:
        for changing in (step for step in run.plan.steps if isinstance(step, ChangeIndexes)):
            with run.steps.step(changing):
                _change_indexes(run, changing)
            if run.superseded():
                outcome.note = "superseded"
                raise SupersededError
        for step in stacks:
            with run.steps.step(step):
                _deploy_stack(run, step)
        for again in drifted:
            with run.steps.step(again):
                _swap_drifted(run, again)
        if swaps and not _swap(run, swaps):
            outcome.note = "left to CloudFormation"
            return False
    return True


def _change_indexes(run: _Run, step: ChangeIndexes) -> None:
    """Update the stack as it stands, with an index more or less."""
    before = run.live
    if before is None:
        raise DeploymentProblem(GONE)

    def read(path: StackPath) -> dict[str, Any]:
        stack = before.stack(path)
        return read_template_body(run.clients, stack.stack_id) if stack else {}

    with tempfile.TemporaryDirectory(prefix="amplify-tui-") as folder:
        templates = index_templates(step, run.assembly, read, Path(folder))
        publish_assets(templates, run.clients, run.bootstrap)
    # The next step needs the index ready, so that none of these steps is an express one.
    request = replace(_request(run, step.stack_name, templates[-1]), express=False)
    _update(run, request)
    now = read_live(run.clients, step.stack_name)
    if now is None:
        raise DeploymentProblem(GONE)
    run.live = after_failed_cloudformation(before, now)
    _keep(run)


def _deploy_stack(run: _Run, step: DeployStack) -> None:
    before = run.live
    template = run.assembly.assets[run.assembly.root.template_hash]
    done = _update(run, _request(run, step.stack_name, template))
    if done.unready:
        count = plural(len(done.unready), "resource")
        run.steps.warn(
            f"{count} still becoming ready (express mode): {', '.join(done.unready[:5])}"
        )
    untouched: dict[StackPath, LiveStack] = {}
    if before is not None and before.revision == done.before and not run.clients.is_local:
        untouched = {path: stack for path, stack in before.walk() if path not in done.touched}
    now = read_live(run.clients, step.stack_name, templates=run.assembly, untouched=untouched)
    if now is None:
        raise DeploymentProblem(GONE)
    # What was swapped before stays uncertain until it has been swapped again.
    waiting = frozenset(
        resource
        for other in run.plan.steps
        if isinstance(other, SwapDrifted)
        for resource in other.resources
    )
    run.live = after_cloudformation(now, run.assembly, waiting)
    _keep(run)


def _update(run: _Run, request: StackRequest) -> StackDeployed:
    """Bring the stack to the request; keeps what stands if that fails, and raises its cause."""
    try:
        return deploy_stack(
            run.cloudformation,
            request,
            run.progress.of_stack,
            run.progress.construct,
            own=run.clients,
        )
    except DeploymentProblem as failed:
        _remember_failed(run, run.live, request.stack_name)
        raise failed from None


def _request(run: _Run, stack_name: str, template: FileAsset) -> StackRequest:
    """The request to bring the stack to a root template."""
    before = run.live
    return StackRequest(
        stack_name=stack_name,
        template_url=_template_url(run, template),
        tags=run.assembly.tags,
        execution_role=""
        if run.clients.is_local
        else run.bootstrap.fill(run.bootstrap.roles.execution),
        nested={path: stack.stack_id for path, stack in before.walk() if path} if before else {},
        express=run.express,
        planned_on=None if run.clients.is_local else _planned_on(before),
    )


def _planned_on(live: LiveStack | None) -> tuple[str, str] | None:
    """The stack that a plan is for; None if an older release wrote down what is live."""
    if live is None:
        return "", ""
    return (live.stack_id, live.changed_at) if live.changed_at else None


def _swap_drifted(run: _Run, step: SwapDrifted) -> None:
    if run.live is None:
        raise DeploymentProblem(GONE)
    swaps: list[Swap] = []
    failed: frozenset[tuple[StackPath, str]] = frozenset()
    failure: Failure | None = None
    for resource in step.resources:
        try:
            swaps += swaps_for(run.assembly, run.live, [resource])
        except UnresolvableError as unknown:
            failed |= {resource}
            run.steps.warn(f"{run.progress.construct(*resource)} keeps an older state: {unknown}")
    try:
        swap_all(swaps, run.clients, run.progress)
    except HotswapError as some:
        failed, failure = failed | some.failed | some.untouched, some.failure
    run.live = after_cloudformation(run.live, run.assembly, failed)
    _keep_with(run, failure)


def _swap(run: _Run, swaps: list[Swap]) -> bool:
    """Swap; False if all that did not work is what the credentials may not do."""
    live = run.live
    if live is None:
        raise DeploymentProblem(GONE)
    everything = frozenset((swap.target.stack, swap.target.logical_id) for swap in swaps)

    # Killed half way, the next start must know that these resources are in an unknown state.
    # Written beside the swaps: the 10 ms are hidden behind the first call.
    with ThreadPoolExecutor(1, thread_name_prefix="snapshot") as pool:
        pool.submit(_keep, run, after_swap(live, run.assembly, everything))
        some: HotswapError | None = None
        try:
            swap_all(swaps, run.clients, run.progress, run.steps.began, run.steps.ended)
        except HotswapError as error:
            some = error
    if some is None:
        run.live = after_swap(live, run.assembly)
        _keep_with(run, None)
        return True
    run.denied |= some.denied
    run.live = after_swap(live, run.assembly, some.failed, some.untouched)
    if not some.only_denied or run.clients.is_local:
        _keep_with(run, some.failure)
    run.steps.warn(f"{some.failure.title}: CloudFormation does it instead")
    _keep(run)
    return False


def _write(run: _Run) -> None:
    steps = [step for step in run.plan.steps if isinstance(step, WriteOutputs)]
    if not steps or run.outputs is None:
        return
    with run.stage(Stage.OUTPUTS) as outcome, run.steps.step(*steps):
        if run.outputs_hold and run.plan.keeps_outputs:
            outcome.note = "unchanged"
            return
        written = write_outputs_file(
            run.clients,
            run.assembly.stack_name,
            run.outputs,
            run.emit,
            run.deployment,
            live=run.live,
        )
        outcome.note = "" if written.changed else "unchanged"
        if written.unconnected:
            outcome.note = f"connect your front end: {amplify_tui('front-end')}"


def _remember_failed(run: _Run, before: LiveStack | None, stack_name: str) -> None:
    """Keep what stands after a failed deployment; the failure itself matters more than this."""
    try:
        now = read_live(run.clients, stack_name)
        if now is not None:
            run.live = after_failed_cloudformation(before, now)
            _keep(run)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not hide the failure
        run.steps.warn(f"What stands after the failure could not be read: {redact(str(error))}")


def _keep_with(run: _Run, failure: Failure | None) -> None:
    """Keep what stands, then raise the failure, which a full disk must not hide."""
    try:
        _keep(run)
    except Exception as error:
        if failure is None:
            raise
        run.steps.warn(f"What stands now could not be written down: {redact(str(error))}")
    if failure is not None:
        raise DeploymentProblem(failure)


def _keep(run: _Run, live: LiveStack | None = None) -> None:
    standing = live or run.live
    if run.snapshot is not None and standing is not None:
        save_snapshot(run.snapshot, standing)


def _template_url(run: _Run, asset: FileAsset) -> str:
    bucket = run.bootstrap.fill(asset.bucket)
    if run.clients.is_local:
        host = run.clients.s3.meta.endpoint_url
    else:
        host = f"https://s3.{run.clients.region}.{run.clients.url_suffix}"
    return f"{host}/{bucket}/{asset.object_key}"
