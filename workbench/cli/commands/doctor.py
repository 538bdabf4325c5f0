"""``amplify-tui doctor``: checks each thing that a deployment needs, and says how to fix it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from workbench.cli.colours import Paint
from workbench.cli.flags import add_target
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.cli.session import target_flags
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui, in_folder

if TYPE_CHECKING:
    import argparse

    from workbench.project.models import Project
    from workbench.project.node_runtime import NodeRuntime
    from workbench.startup import Flags, Session

_PACKAGES = (
    "@aws-amplify/backend",
    "@aws-amplify/backend-cli",
    "aws-cdk-lib",
    "constructs",
    "typescript",
)


class Finding(NamedTuple):
    """One thing that was checked; ``fix`` is the next step if something is wrong with it."""

    state: Literal["good", "note", "bad"]
    what: str
    found: str
    fix: str = ""


NAME: Final = "doctor"
ABOUT: Final = "what is installed, what is wrong, and how to fix it"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 if something stops a deployment."""
    paint = Paint.of(sys.stdout)
    marks = {"good": paint.good("✓"), "note": paint.warn("!"), "bad": paint.bad("✗")}
    worst = 0
    for finding in _check(target_flags(arguments)):
        out(f"{marks[finding.state]} {finding.what:<14} {finding.found}", flush=True)
        if finding.fix:
            out(f"{'':17}→ {finding.fix}")
        worst = max(worst, int(finding.state == "bad"))
    return worst


def _check(flags: Flags) -> Iterator[Finding]:
    import platform

    from workbench.startup import prepare

    yield Finding("good", "amplify-tui", f"{_installed('amplify-tui')} on {platform.platform()}")
    yield Finding("good", "Python", f"{sys.version.split()[0]}  {sys.executable}")
    yield Finding("good", "ministack", _installed("ministack"))
    try:
        session = prepare(Path.cwd(), flags)
    except UserProblem as problem:
        yield _node()
        found = f"{problem.where}: {problem.what}" if problem.where else problem.what
        yield Finding("bad", "project", found, problem.next_step)
        return
    yield _node_found(session.node)
    project = session.project
    yield Finding("good", "project", f"{project.package_name}  {project.root}")
    yield from _packages(project)
    yield from _git(project)
    yield Finding("good", "sandbox", f"{session.identity.name}  {session.stack_name}")
    yield from _target(session)
    yield from _sandbox(session)


def _node() -> Finding:
    from workbench.project.node_runtime import find_node

    try:
        return _node_found(find_node())
    except UserProblem as problem:
        return Finding("bad", "Node", problem.what, problem.next_step)


def _node_found(node: NodeRuntime) -> Finding:
    return Finding("good", "Node", f"{'.'.join(map(str, node.version))}  {node.executable}")


def _packages(project: Project) -> Iterator[Finding]:
    if project.language == "python":
        yield from _python_packages(project)
        return
    from workbench.project.preflight import ADD_COMMANDS

    for name in _PACKAGES:
        found = _npm_version(project.root, name)
        if found:
            yield Finding("good", name.removeprefix("@aws-amplify/"), found)
        elif name == "typescript":
            yield Finding(
                "note",
                name,
                "not installed, so nothing is type-checked",
                in_folder(project.root, f"{ADD_COMMANDS[project.package_manager]} typescript"),
            )


def _python_packages(project: Project) -> Iterator[Finding]:
    from workbench.synth.python.environment import environment_of, is_other_python
    from workbench.synth.python.type_checker import find_checker, install_checker

    yield Finding("good", "aws-cdk-lib", _installed("aws-cdk-lib"))
    environment = environment_of(project)
    if environment is None:
        yield Finding("note", "environment", "none: amplify/ sees only amplify-tui's packages")
        return
    if is_other_python(project):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        yield Finding(
            "note",
            "environment",
            f"{environment} has another Python than {version}: its packages are not seen",
            f"Recreate it with Python {version}, or install amplify-tui into that Python.",
        )
    else:
        yield Finding("good", "environment", str(environment))
    checker = find_checker(project)
    if checker is None:
        yield Finding(
            "note", "type check", "no mypy or pyright in the environment", install_checker(project)
        )
    else:
        yield Finding("good", "type check", checker.program.name)


def _npm_version(root: Path, name: str) -> str:
    """The installed version, found as Node does: in the nearest ``node_modules`` upward."""
    import json

    for folder in (root, *root.parents):
        file = folder / "node_modules" / name / "package.json"
        try:
            return str(json.loads(file.read_text("utf-8"))["version"])
        except (OSError, ValueError, KeyError):
            continue
    return ""


def _git(project: Project) -> Iterator[Finding]:
    from workbench.git.git_folder import branch_name, find_repository

    if find_repository(project.root) is None:
        yield Finding("note", "git", "not a repository: branch switches are not noticed")
        return
    yield Finding("good", "git", f"branch {branch_name(project.root)}")
    unignored = [
        name for name in (".amplify", "amplify_outputs.json") if not _ignored(project.root, name)
    ]
    if unignored:
        names = ", ".join(unignored)
        yield Finding("note", "gitignore", f"git does not ignore {names}", "Add to .gitignore.")


def _ignored(root: Path, name: str) -> bool:
    import subprocess

    try:
        answer = subprocess.run(
            ["git", "check-ignore", "-q", name], cwd=root, check=False, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return True  # without git there is nothing to commit by mistake
    return answer.returncode == 0


def _target(session: Session) -> Iterator[Finding]:
    from workbench.aws.target import LocalTarget

    if isinstance(session.target, LocalTarget):
        yield from _local_cloud(session)
        return
    from workbench.aws.clients import Clients
    from workbench.aws.credentials import identify
    from workbench.deploy.execute.bootstrap import bootstrap_of, check_bootstrap
    from workbench.startup import signed_in

    clients = Clients(session.target)
    try:
        caller = identify(clients)
    except UserProblem as problem:
        yield Finding("bad", "target", f"{session.target.label}: {problem.what}", problem.next_step)
        return
    who = signed_in(session.target, caller)
    yield Finding("good", "target", f"AWS {who.text}")
    yield Finding("good", "identity", caller.arn)
    if who.ends_soon_at is not None and who.ends_soon_at <= who.at:
        yield Finding("note", "session", "ends soon", f"Sign in again: `{amplify_tui('login')}`")
    try:
        check_bootstrap(clients, bootstrap_of(clients))
    except UserProblem as problem:
        yield Finding("bad", "CDK bootstrap", problem.what, problem.next_step)
    else:
        yield Finding("good", "CDK bootstrap", "present")


def _local_cloud(session: Session) -> Iterator[Finding]:
    from workbench.localcloud.lifecycle import status

    chosen = "" if session.target_chosen else " (not chosen yet)"
    yield Finding("good", "target", f"local cloud{chosen}")
    now = status(session.project.local_cloud_dir)
    if now.running:
        yield Finding("good", "local cloud", f"{now.endpoint}  process {now.pid}")
    elif now.state == "unresponsive":
        stop, start = amplify_tui("local", "stop"), amplify_tui("local", "start")
        fix = f"`{stop}`, then `{start}`; its log: {now.log}"
        yield Finding("bad", "local cloud", f"process {now.pid} does not answer", fix)
    else:
        yield Finding("note", "local cloud", "stopped; it starts when needed")


def _sandbox(session: Session) -> Iterator[Finding]:
    from workbench.journal.store import journal_path
    from workbench.ownership import owner

    who = owner(session.sandbox_dir)
    if who is not None:
        yield Finding("good", "runs in", f"process {who.pid} {who.terminal}".rstrip())
    journal = journal_path(session.sandbox_dir)
    if not journal.exists():
        yield Finding("note", "journal", "empty: nothing has been deployed yet")
        return
    try:
        with journal.open("ab"):
            size = journal.stat().st_size / 1_000_000
    except OSError as error:
        yield Finding("bad", "journal", f"{journal}: {error.strerror}", "Make it writable.")
        return
    yield Finding("good", "journal", f"{size:.1f} MB  {journal}")


def _installed(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
