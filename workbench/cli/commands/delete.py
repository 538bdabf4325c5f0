"""``amplify-tui delete``: the stack, its data, and every file that deploying it made."""

from __future__ import annotations

import argparse
import sys
import time

from workbench.aws.clients import Clients
from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.output import ask, err, out
from workbench.deploy.execute.delete import delete_backend
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.snapshot import snapshot_file
from workbench.deploy.outputs.outputs import outputs_path
from workbench.deploy.plan.data_loss import losses_of_deletion
from workbench.loop.ownership import acquire, owner
from workbench.model.events import AnyEvent
from workbench.project.models import ProjectProblem
from workbench.startup import Session, connect


def delete_sandbox(session: Session, arguments: argparse.Namespace) -> int:
    """Ask, naming what is lost, then delete; 1 where it was refused or something remained."""
    folder = session.sandbox_dir
    ownership = acquire(folder, session.target.kind)
    if ownership is None:
        who = owner(folder)
        by = f"process {who.pid}" if who and who.pid else "another terminal"
        raise ProjectProblem(f"{by} runs this sandbox.", "Stop it first (Ctrl-C), then delete.")
    try:
        return _delete(session, yes=arguments.yes)
    finally:
        ownership.release()


def _delete(session: Session, *, yes: bool) -> int:
    paint = Paint.of(sys.stdout)
    human = HumanLines(paint, every_resource=False)

    def emit(event: AnyEvent) -> None:
        for line in human.lines(event):
            out(line, flush=True)

    session = connect(session, emit)
    clients = Clients(session.target)
    snapshot = snapshot_file(session.sandbox_dir)
    live = read_live(clients, session.stack_name, snapshot)
    if live is not None:
        out(f"This deletes {paint.strong(session.stack_name)} on {session.target.label}:")
        for loss in losses_of_deletion(clients, live):
            contents = f"  {loss.contents}" if loss.contents else ""
            out(f"  {paint.warn('-')} {loss.construct_path}{paint.strong(contents)}")
        if not yes and not _allowed():
            return 1
    began = time.monotonic()
    deleted = delete_backend(clients, session.stack_name, emit, snapshot=snapshot)
    outputs = outputs_path(session.project.root)
    outputs.unlink(missing_ok=True)
    if not deleted.existed:
        out(f"Nothing is deployed as {session.stack_name}.")
        return 0
    out(f"{paint.good('✓ deleted')} in {time.monotonic() - began:.1f} s")
    for name in deleted.remaining:
        out(f"  {paint.warn('still there')}: {name}")
    return 0


def _allowed() -> bool:
    if not sys.stdin.isatty():
        err("Nothing was deleted: add --yes where no one can be asked.")
        return False
    if ask("Delete it, with all this data? [y/N] ").lower() in {"y", "yes"}:
        return True
    out("Nothing was deleted.")
    return False
