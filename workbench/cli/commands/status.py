"""``amplify-tui status``: what is deployed where, and which process deploys it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_target
from workbench.cli.output import out, out_json
from workbench.cli.parser import Parser
from workbench.cli.session import commands_elsewhere, open_session

if TYPE_CHECKING:
    import argparse

    from workbench.damaged_files import Damage
    from workbench.model.events import SignedIn
    from workbench.startup import Session

_UNKNOWN = "unknown: the local cloud is not running"

NAME: Final = "status"
ABOUT: Final = "what is deployed, and who deploys it"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)
    add_json(parser, "as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the status; starts nothing."""
    from dataclasses import asdict

    from workbench.cli.event_text import record_line
    from workbench.damaged_files import kept_damaged
    from workbench.git.git_folder import branch_name
    from workbench.journal.store import Journal, journal_path
    from workbench.ownership import owner

    session = open_session(arguments)
    journal = Journal(journal_path(session.sandbox_dir))
    latest = journal.deployments(limit=1)
    who = owner(session.sandbox_dir)
    stack, caller = _stack_status(session)
    branch = branch_name(session.project.root)
    elsewhere = commands_elsewhere(session, "status")
    damages = [str(each) for each in _damages(session)]
    kept = [str(file) for file in kept_damaged(session.project.dot_amplify)]
    if arguments.json:
        document = {
            "project": session.project.package_name,
            "root": str(session.project.root),
            "identifier": session.identity.name,
            "target": session.target.label,
            "caller": asdict(caller) if caller else None,
            "branch": branch,
            "stack": session.stack_name,
            "stack_status": stack,
            "owner_pid": who.pid if who else None,
            "last_deployment": latest[0].number if latest else None,
            "last_result": latest[0].result if latest else None,
            "also_on": [place for place, _ in elsewhere],
            "damages": damages,
            "damaged_files": kept,
        }
        out_json(document)
        return 0
    paint = Paint.of(sys.stdout)
    rows = [
        ("project", f"{session.project.package_name}  {paint.faint(str(session.project.root))}"),
        ("branch", branch),
        ("sandbox", session.identity.name),
        ("target", session.target.label),
        ("as", caller.text if caller else ""),
        ("stack", session.stack_name),
        ("status", stack or "not deployed"),
        ("runs in", f"process {who.pid} {who.terminal}".rstrip() if who else "no terminal"),
        ("last", record_line(latest[0], paint, running=who is not None) if latest else "none"),
    ]
    rows += [("also on", f"{place}  {paint.faint(command)}") for place, command in elsewhere]
    for name, value in rows:
        if value:
            out(f"{paint.faint(f'{name:>8}')}  {value.strip()}")
    for damage in damages:
        out(f"{paint.warn(' damaged')}  {damage}")
    for file in kept:
        if not any(file in damage for damage in damages):
            out(f"{paint.warn('    kept')}  {file}, which was damaged; delete it if not needed")
    return 0


def _damages(session: Session) -> tuple[Damage, ...]:
    from workbench.aws.target import LocalTarget
    from workbench.localcloud.lifecycle import status

    if not isinstance(session.target, LocalTarget):
        return ()
    return status(session.project.local_cloud_dir).damages


def _stack_status(session: Session) -> tuple[str, SignedIn | None]:
    """CloudFormation's status, empty if there is no stack; and who asked, on AWS."""
    from workbench.aws.clients import Clients
    from workbench.aws.credentials import identify
    from workbench.aws.target import AwsTarget, LocalTarget
    from workbench.deploy.live.stack_state import read_stack_state
    from workbench.localcloud.lifecycle import status, target_of
    from workbench.startup import signed_in

    target = session.target
    if isinstance(target, LocalTarget):
        cloud = status(session.project.local_cloud_dir)
        if not cloud.running:
            return _UNKNOWN, None
        target = target_of(cloud, session.project.local_cloud_dir)
    clients = Clients(target)
    caller = identify(clients)
    state = read_stack_state(clients, session.stack_name)
    who = signed_in(target, caller) if isinstance(target, AwsTarget) else None
    return "" if state is None else state.status, who
