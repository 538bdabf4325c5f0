"""Turns events and past deployments into lines for people: few, aligned."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.cli.colours import Paint
from workbench.deploy.plan.data_loss import decision_text
from workbench.model.deployment import DeploymentResult, Diff, Effect, Failure, Loss, Method
from workbench.model.events import (
    CANCELLED,
    AnyEvent,
    ConfirmationAnswered,
    ConfirmationNeeded,
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    DiffComputed,
    Level,
    LocalCloudReported,
    LogLine,
    LoopState,
    OutputsWritten,
    PlanMade,
    ResourceProgressed,
    SignedIn,
    StageFinished,
    StateChanged,
)
from workbench.terminal_text import safe_line, safe_log, safe_text
from workbench.wording import plural

if TYPE_CHECKING:
    from workbench.journal.records import DeploymentRecord

CHANGES_SHOWN = 15
DETAILS_SHOWN = 8
DIAGNOSTICS_SHOWN = 50
_HOW = {Method.HOTSWAP: "hot-swap", Method.CLOUDFORMATION: "CloudFormation"}
_SIGNS = {Effect.CREATE: "+", Effect.UPDATE: "~", Effect.REPLACE: "±", Effect.DESTROY: "-"}


class HumanLines:
    """Turns events into lines; with ``every_resource`` for each resource, not only failed ones."""

    def __init__(self, paint: Paint, *, every_resource: bool = False, once: bool = False) -> None:
        self._paint = paint
        self._every_resource = every_resource
        self._said_watching = once  # which does not watch
        self._attached = ""

    def lines(self, event: AnyEvent) -> Iterator[str]:
        """The lines of one event; most have one, many have none."""
        for text in self._texts(event):
            yield from text.split("\n")

    def _texts(self, event: AnyEvent) -> Iterator[str]:
        match event:
            case DeploymentStarted():
                yield from self._started(event)
            case StageFinished():
                mark = self._paint.good("✓") if event.ok else self._paint.bad("✗")
                if event.skipped:
                    note = self._paint.faint(safe_line(event.note))
                    yield f"  {self._paint.warn('–')} {event.stage.value:<10} {note}"
                    return
                if event.note == CANCELLED:
                    mark = self._paint.faint("·")
                note = self._paint.faint(f"  {safe_line(event.note)}") if event.note else ""
                yield f"  {mark} {event.stage.value:<10} {event.seconds:6.2f} s{note}"
            case DiagnosticsReported():
                yield from self._diagnostics(event)
            case DiffComputed():
                yield from self.diff(event.diff)
            case PlanMade() if event.method in _HOW:
                yield from self._plan(event)
            case ConfirmationNeeded():
                yield from map(self._loss, event.losses)
            case ConfirmationAnswered():
                yield f"  {self._paint.warn(safe_line(decision_text(event)))}"
            case ResourceProgressed():
                yield from self._resource(event)
            case OutputsWritten() if event.changed:
                yield self._paint.faint(f"  wrote {safe_line(str(event.path))}")
            case DeploymentFinished():
                yield from self._finished(event)
            case LocalCloudReported():
                yield from self._local_cloud(event)
            case SignedIn():
                yield self._paint.faint(safe_line(event.text))
            case LogLine() if event.level is not Level.DEBUG:
                yield from self._log(event)
            case StateChanged():
                yield from self._state(event)

    def _plan(self, event: PlanMade) -> Iterator[str]:
        how = f"  by {_HOW[event.method]}"
        yield f"{how}, in {plural(len(event.updates), 'update')}:" if event.updates else how
        for number, title in enumerate(event.updates, 1):
            yield f"    {number}. {safe_line(title)}"

    def _loss(self, loss: Loss) -> str:
        contents = f" ({safe_line(loss.contents)})" if loss.contents else ""
        name = self._paint.strong(safe_line(loss.construct_path))
        return f"  {self._paint.warn('loses')} {name}{contents}: {safe_line(loss.reason)}"

    def diff(self, diff: Diff) -> Iterator[str]:
        """The changes; those of a first deployment are counted rather than listed."""
        if diff.first:
            yield f"  {self._paint.good('+')} {plural(len(diff.changes), 'resource')}, all new"
            return
        for change in diff.changes[:CHANGES_SHOWN]:
            sign = _SIGNS[change.effect]
            costly = change.effect in (Effect.REPLACE, Effect.DESTROY)
            colour = self._paint.warn if costly else self._paint.good
            path = safe_line(change.construct_path or change.logical_id)
            properties = ", ".join(prop.path for prop in change.properties[:4])
            details = safe_line(f"{change.type} {properties}")
            yield f"  {colour(sign)} {path}  {self._paint.faint(details)}"
        more = len(diff.changes) - CHANGES_SHOWN
        if more > 0:
            yield self._paint.faint(f"    … and {more} more")
        for warning in diff.warnings:
            yield f"  {self._paint.warn('!')} {safe_line(warning)}"

    def failure(self, failure: Failure) -> Iterator[str]:
        """Why a deployment failed and what to do."""
        for text in self._failure(failure):
            yield from text.split("\n")

    def _failure(self, failure: Failure) -> Iterator[str]:
        where = f" · {safe_line(failure.construct_path)}" if failure.construct_path else ""
        yield f"{self._paint.bad('✗')} {self._paint.strong(safe_text(failure.title))}{where}"
        if failure.reason:
            yield f"  {safe_text(failure.reason)}"
        others = [detail for detail in failure.details if detail != failure.reason]
        for detail in others[:DETAILS_SHOWN]:
            yield self._paint.faint(f"  {safe_text(detail)}")
        yield from self._hidden(len(others) - DETAILS_SHOWN, "  ")
        if failure.fix:
            yield f"  → {safe_text(failure.fix)}"

    def _started(self, event: DeploymentStarted) -> Iterator[str]:
        why = self._paint.strong(f"▸ {safe_line(event.trigger.text)}")
        yield f"{why} {self._paint.faint(f'#{event.deployment}')}"

    def _diagnostics(self, event: DiagnosticsReported) -> Iterator[str]:
        for found in event.diagnostics[:DIAGNOSTICS_SHOWN]:
            word = self._paint.bad("error") if found.severity == "error" else "warning"
            where = safe_line(found.place)
            head = f"{where} " if where else ""
            code = f" ({found.code})" if found.code else ""
            yield f"    {word} {head}{safe_text(found.message)}{code}"
            if found.hint:
                yield f"      → {safe_text(found.hint)}"
        yield from self._hidden(len(event.diagnostics) - DIAGNOSTICS_SHOWN, "    ")

    def _hidden(self, count: int, indent: str) -> Iterator[str]:
        """The end of a list that is cut."""
        if count > 0:
            yield self._paint.faint(f"{indent}… and {count} more")

    def _resource(self, event: ResourceProgressed) -> Iterator[str]:
        resource = event.resource
        failed = resource.status.endswith("FAILED")
        if not failed and not (self._every_resource and resource.status.endswith("COMPLETE")):
            return
        status = self._paint.bad(resource.status) if failed else self._paint.faint(resource.status)
        name = safe_line(resource.construct_path or resource.logical_id)
        reason = f": {safe_text(resource.reason)}" if failed and resource.reason else ""
        yield f"    {status} {name}{reason}"

    def _finished(self, event: DeploymentFinished) -> Iterator[str]:
        seconds = f"{event.seconds:.1f} s"
        match event.result:
            case DeploymentResult.SUCCEEDED:
                yield f"{self._paint.good('✓ live')} in {seconds}"
            case DeploymentResult.NO_CHANGE:
                yield f"{self._paint.good('✓ no change')}: nothing to deploy ({seconds})"
            case DeploymentResult.SUPERSEDED:
                yield self._paint.faint("  superseded by a newer save")
            case DeploymentResult.INTERRUPTED:
                yield f"{self._paint.warn('interrupted')} #{event.deployment} after {seconds}"
            case _ if event.failure is not None:
                yield from self.failure(event.failure)
            case _:
                yield f"{self._paint.bad('✗ ' + event.result.value)} after {seconds}"

    def _local_cloud(self, event: LocalCloudReported) -> Iterator[str]:
        detail = f"  {safe_text(event.detail)}" if event.detail else ""
        match event.status:
            case "running":
                yield self._paint.faint(f"local cloud at {event.endpoint}{detail}")
                if not event.iam:
                    yield self._paint.warn("! IAM is off: no policies are enforced")
                for damage in event.damages:
                    yield self._paint.warn(f"! {safe_line(damage)}")
            case "failed":
                yield f"{self._paint.bad('local cloud')}:{detail}"
            case _:
                yield self._paint.faint(f"local cloud {event.status}{detail}")

    def _log(self, event: LogLine) -> Iterator[str]:
        bar = self._paint.faint(f"  {safe_line(event.source)} │")
        text = safe_log(event.text)
        if event.level is Level.ERROR:
            text = self._paint.bad(text)
        elif event.level is Level.WARNING:
            text = self._paint.warn(text)
        yield f"{bar} {text}"

    def _state(self, event: StateChanged) -> Iterator[str]:
        if event.state is LoopState.WATCHING and not self._said_watching:
            self._said_watching = True
            yield self._paint.faint("watching for changes · Ctrl-C ends")
        elif event.state is LoopState.ATTACHED and not self._attached:
            self._attached = safe_line(event.detail)
            yield f"{self._paint.strong('attached')}: {self._attached}; following it, Ctrl-C leaves"


def record_line(record: DeploymentRecord, paint: Paint, *, running: bool = False) -> str:
    """One past deployment in one line; without a result it runs, or its process was killed."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.started))
    took = "" if record.seconds is None else f"{record.seconds:.1f} s"
    if record.result is None:
        result = paint.warn("running" if running else "interrupted")
    elif record.result in (DeploymentResult.SUCCEEDED, DeploymentResult.NO_CHANGE):
        result = paint.good(record.result.value)
    elif record.result is DeploymentResult.SUPERSEDED:
        result = paint.faint(record.result.value)
    else:
        result = paint.bad(record.result.value)
    method = f" by {record.method.value}" if record.method and record.summary else ""
    summary = f" {record.summary}{method}" if record.summary and str(record.summary) else ""
    failure = f"  {record.failure.title}" if record.failure else ""
    number, why = f"#{record.number}", record.trigger.text
    return f"{number:>5}  {paint.faint(when)}  {took:>7}  {result}{summary}  {why}{failure}"
