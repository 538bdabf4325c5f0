"""``amplify-tui doctor``: each thing that a deployment needs, whether it holds, how to mend it."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from workbench.cli.colours import Paint
from workbench.cli.output import out
from workbench.git.working_tree import branch_name, find_repository
from workbench.journal.store import journal_path
from workbench.loop.ownership import owner
from workbench.model.user_problem import UserProblem
from workbench.project.models import Project
from workbench.startup import Flags, Session, prepare

PACKAGES = (
    "@aws-amplify/backend",
    "@aws-amplify/backend-cli",
    "aws-cdk-lib",
    "constructs",
    "typescript",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``mend`` is the next step where it does not hold."""

    state: Literal["good", "note", "bad"]
    what: str
    said: str
    mend: str = ""


def doctor(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 where something stops a deployment."""
    paint = Paint.of(sys.stdout)
    marks = {"good": paint.good("✓"), "note": paint.warn("!"), "bad": paint.bad("✗")}
    worst = 0
    flags = Flags(local=arguments.local, profile=arguments.profile, identifier=arguments.identifier)
    for finding in _look(flags):
        out(f"{marks[finding.state]} {finding.what:<14} {finding.said}", flush=True)
        if finding.mend:
            out(f"{'':17}→ {finding.mend}")
        worst = max(worst, int(finding.state == "bad"))
    return worst


def _look(flags: Flags) -> Iterator[Finding]:
    yield Finding("good", "amplify-tui", f"{_installed('amplify-tui')} on {platform.platform()}")
    yield Finding("good", "Python", f"{sys.version.split()[0]}  {sys.executable}")
    yield Finding("good", "ministack", _installed("ministack"))
    try:
        session = prepare(Path.cwd(), flags)
    except UserProblem as problem:
        yield from _node()
        said = f"{problem.where}: {problem.what}" if problem.where else problem.what
        yield Finding("bad", "project", said, problem.next_step)
        return
    node = session.node
    yield Finding("good", "Node", f"{'.'.join(map(str, node.version))}  {node.executable}")
    project = session.project
    yield Finding("good", "project", f"{project.package_name}  {project.root}")
    yield from _packages(project)
    yield from _git(project)
    yield Finding("good", "sandbox", f"{session.identity.name}  {session.stack_name}")
    yield from _target(session)
    yield from _sandbox(session)


def _node() -> Iterator[Finding]:
    from workbench.project.node_runtime import find_node

    try:
        node = find_node()
    except UserProblem as problem:
        yield Finding("bad", "Node", problem.what, problem.next_step)
        return
    yield Finding("good", "Node", f"{'.'.join(map(str, node.version))}  {node.executable}")


def _packages(project: Project) -> Iterator[Finding]:
    if project.language == "python":
        yield from _python_packages(project)
        return
    for name in PACKAGES:
        found = _npm_version(project.root, name)
        if found:
            yield Finding("good", name.removeprefix("@aws-amplify/"), found)
        elif name == "typescript":
            yield Finding(
                "note",
                name,
                "not installed, so nothing is type-checked",
                "npm install --save-dev typescript",
            )


def _python_packages(project: Project) -> Iterator[Finding]:
    from workbench.synth.python_environment import environment_of, is_other_python
    from workbench.synth.python_type_checker import find_checker

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
            f"Make it with Python {version}, or install amplify-tui into that Python.",
        )
    else:
        yield Finding("good", "environment", str(environment))
    checker = find_checker(project)
    if checker is None:
        yield Finding(
            "note", "type check", "no mypy or pyright in the environment", "pip install mypy"
        )
    else:
        yield Finding("good", "type check", checker.program.name)


def _npm_version(root: Path, name: str) -> str:
    """As Node finds it: in the nearest ``node_modules`` upward."""
    for folder in (root, *root.parents):
        file = folder / "node_modules" / name / "package.json"
        try:
            return str(json.loads(file.read_text("utf-8"))["version"])
        except (OSError, ValueError, KeyError):
            continue
    return ""


def _git(project: Project) -> Iterator[Finding]:
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
    from workbench.deploy.failure.failure import DeploymentProblem

    clients = Clients(session.target)
    try:
        caller = identify(clients)
    except UserProblem as problem:
        yield Finding("bad", "target", f"{session.target.label}: {problem.what}", problem.next_step)
        return
    yield Finding("good", "target", f"{session.target.label} {caller.region}  {caller.arn}")
    try:
        check_bootstrap(clients, bootstrap_of(clients))
    except DeploymentProblem as failed:
        yield Finding("bad", "CDK bootstrap", failed.failure.reason, failed.failure.fix)
    else:
        yield Finding("good", "CDK bootstrap", "present")


def _local_cloud(session: Session) -> Iterator[Finding]:
    from workbench.localcloud.lifecycle import status

    chosen = "" if session.target_chosen else " (nothing was chosen yet)"
    yield Finding("good", "target", f"local cloud{chosen}")
    now = status(session.project.local_cloud_dir)
    if now.running:
        yield Finding("good", "local cloud", f"{now.endpoint}  process {now.pid}")
    elif now.state == "unresponsive":
        mend = f"amplify-tui local stop, then start; its log: {now.log}"
        yield Finding("bad", "local cloud", f"process {now.pid} does not answer", mend)
    else:
        yield Finding("note", "local cloud", "stopped; it starts when needed")


def _sandbox(session: Session) -> Iterator[Finding]:
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
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
