"""``amplify-tui delete``: deletes the stack, its data, and every file that deploying it made."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_target, add_yes
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.cli.prompts import confirm
from workbench.cli.session import commands_elsewhere, open_session
from workbench.cli.terminal_sign_in import sign_in_where_needed
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    import argparse

    from workbench.model.events import AnyEvent, Emit
    from workbench.startup import Session

NAME: Final = "delete"
ABOUT: Final = "delete the sandbox with all its data"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)
    add_yes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask, naming what is lost, then delete; 1 if the answer is no."""
    from workbench.cli.event_text import HumanLines
    from workbench.ownership import acquire, owner
    from workbench.startup import connect

    human = HumanLines(Paint.of(sys.stdout))

    def emit(event: AnyEvent) -> None:
        for line in human.lines(event):
            out(line, flush=True)

    session = open_session(arguments)
    sign_in_where_needed(session)
    session = connect(session, emit)
    ownership = acquire(session.sandbox_dir, session.target.kind)
    if ownership is None:
        who = owner(session.sandbox_dir)
        by = f"process {who.pid}" if who and who.pid else "another terminal"
        raise UserProblem(f"{by} runs this sandbox.", "Stop it first (Ctrl-C), then delete.")
    try:
        return _delete(session, emit, yes=arguments.yes)
    finally:
        ownership.release()


def _delete(session: Session, emit: Emit, *, yes: bool) -> int:
    from workbench.aws.clients import Clients
    from workbench.deploy.execute.delete import delete_backend
    from workbench.deploy.live.reader import read_live
    from workbench.deploy.live.snapshot import snapshot_file
    from workbench.deploy.outputs.outputs import outputs_path
    from workbench.deploy.outputs.written_outputs import remove_written
    from workbench.deploy.plan.data_loss import losses_of_deletion

    paint = Paint.of(sys.stdout)
    clients = Clients(session.target)
    snapshot = snapshot_file(session.sandbox_dir)
    live = read_live(clients, session.stack_name, snapshot)
    if live is not None:
        out(f"This deletes {paint.strong(session.stack_name)} on {session.target.label}:")
        for loss in losses_of_deletion(clients, live):
            contents = f"  {loss.contents}" if loss.contents else ""
            out(f"  {paint.warn('-')} {loss.construct_path}{paint.strong(contents)}")
        if not yes and not confirm(
            "Delete it, with all this data?", unasked="This deletes the sandbox with all its data."
        ):
            return 1
    began = time.monotonic()
    deleted = delete_backend(clients, session.stack_name, emit, snapshot=snapshot)
    kept = remove_written(session.sandbox_dir, outputs_path(session.project.root), live)
    if deleted.existed:
        out(f"{paint.good('✓ deleted')} in {time.monotonic() - began:.1f} s")
    else:
        out(f"Nothing is deployed as {session.stack_name} on {session.target.label}.")
    for name in deleted.remaining:
        out(f"  {paint.warn('still there')}: {name}")
    if deleted.denial is not None:
        out(f"  {deleted.denial.what}.", f"  → {deleted.denial.next_step}")
    for path in kept:
        out(f"  {paint.faint('kept')}: {path}, which another deployment has written")
    for place, command in commands_elsewhere(session, "delete"):
        out(paint.faint(f"It is still deployed on {place}: {command}"))
    return 0
