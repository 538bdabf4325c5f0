"""``amplify-tui history``: what the journal remembers."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.output import err, out, out_json, out_json_text
from workbench.deploy.plan.data_loss import decision_text
from workbench.journal.codec import encode
from workbench.journal.records import DeploymentRecord
from workbench.journal.store import Journal, journal_path
from workbench.loop.ownership import owner
from workbench.model.deployment import DeploymentResult
from workbench.model.events import ConfirmationAnswered
from workbench.project.identity import sandbox_identity
from workbench.project.locate import find_project
from workbench.terminal_text import safe_line


def history(arguments: argparse.Namespace) -> int:
    """List the newest deployments, or tell one again; 1 where there is no such deployment."""
    project = find_project(Path.cwd())
    identity = sandbox_identity(project, arguments.identifier)
    folder = project.sandbox_dir(identity.name)
    journal = Journal(journal_path(folder))
    if arguments.number is not None:
        return _tell(journal, arguments.number, as_json=arguments.json)
    records = journal.deployments(limit=max(arguments.limit, 1))
    decided: dict[int | None, list[ConfirmationAnswered]] = {}
    for decision in journal.decisions([record.number for record in records]):
        decided.setdefault(decision.deployment, []).append(decision)
    if arguments.json:
        for record in records:
            decisions = [asdict(decision) for decision in decided.get(record.number, ())]
            told = {**asdict(record), "decisions": decisions}
            out_json(told)
        return 0
    if not records:
        out(f"Nothing has been deployed yet as {identity.name}.")
        return 0
    paint = Paint.of(sys.stdout)
    running = owner(folder) is not None
    for record in records:
        out(record_line(record, paint, running=running))
        for decision in decided.get(record.number, ()):
            out(f"       {paint.warn(safe_line(decision_text(decision)))}")
    return 0


def record_line(record: DeploymentRecord, paint: Paint, *, running: bool = False) -> str:
    """One deployment in one line; without a result it runs, or its process was killed."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.started))
    took = "" if record.seconds is None else f"{record.seconds:.1f} s"
    if record.result is None:
        said = paint.warn("running" if running else "interrupted")
    elif record.result in (DeploymentResult.SUCCEEDED, DeploymentResult.NO_CHANGE):
        said = paint.good(record.result.value)
    elif record.result is DeploymentResult.SUPERSEDED:
        said = paint.faint(record.result.value)
    else:
        said = paint.bad(record.result.value)
    method = f" by {record.method.value}" if record.method and record.summary else ""
    summary = f" {record.summary}{method}" if record.summary and str(record.summary) else ""
    why: str = record.trigger.kind
    if record.trigger.paths:
        more = f" +{len(record.trigger.paths) - 1}" if len(record.trigger.paths) > 1 else ""
        why = f"{why} {record.trigger.paths[0]}{more}"
    failure = f"  {record.failure.title}" if record.failure else ""
    number = f"#{record.number}"
    return f"{number:>5}  {paint.faint(when)}  {took:>7}  {said}{summary}  {why}{failure}"


def _tell(journal: Journal, number: int, *, as_json: bool) -> int:
    record = journal.deployment(number)
    if record is None:
        err(f"There is no deployment #{number} in this sandbox's history.")
        return 1
    paint = Paint.of(sys.stdout)
    human = HumanLines(paint, every_resource=True)
    for event in journal.events_of(number):
        if as_json:
            out_json_text(encode(event))
            continue
        for line in human.lines(event):
            out(line)
    return 0
