"""Record of deleted environments: which, when, by whom, how it was confirmed, what was lost.

One JSON object a line, below ``.amplify``, beside the project's other records; only ever added to.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from workbench.git.command import GitProblem, run_git
from workbench.model.user_problem import UserProblem
from workbench.private_files import private_file, private_folder
from workbench.project.models import Project

FILE_NAME = "deletions.jsonl"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One deleted environment.

    ``lost`` names what held data, ``how`` the decision ("typed main").
    """

    at: str
    name: str
    kind: str
    stack: str
    target: str
    by: str
    how: str
    lost: tuple[str, ...] = ()
    outcome: str = "begun"


def record_file(project: Project) -> Path:
    """Where the record lies."""
    return project.dot_amplify / "workbench" / FILE_NAME


@contextmanager
def recorded(project: Project, deletion: Deletion) -> Iterator[None]:
    """Record a deletion before it begins and again when it has ended, with how it ended.

    Raises UserProblem where it cannot be recorded: then nothing is begun.
    """
    record(project, deletion)
    try:
        yield
    except UserProblem as problem:
        record(project, replace(deletion, outcome=f"failed: {' '.join(str(problem).split())}"))
        raise
    record(project, replace(deletion, outcome="deleted"))


def record(project: Project, deletion: Deletion) -> None:
    """Add one; raises UserProblem where it cannot be written."""
    file = record_file(project)
    try:
        private_folder(file.parent)
        private_file(file)
        with file.open("a", encoding="utf-8") as record:
            record.write(json.dumps(asdict(deletion), ensure_ascii=False) + "\n")
    except OSError as error:
        raise UserProblem(
            f"The deletion could not be recorded in {file}: {error.strerror}.",
            "Nothing was deleted. Make the file writable and try again.",
        ) from None


def read_deletions(project: Project) -> tuple[Deletion, ...]:
    """All of them, newest first, each as it ended; lines that are damaged are left out."""
    found: dict[tuple[str, str, str], Deletion] = {}
    try:
        lines = record_file(project).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    for line in lines:
        try:
            each = json.loads(line)
            read = Deletion(**{**each, "lost": tuple(each.get("lost", ()))})
        except (ValueError, TypeError, AttributeError):
            continue
        found[read.at, read.name, read.stack] = read
    return tuple(reversed(found.values()))


def now_text() -> str:
    """The current time as in the record: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def who(folder: Path) -> str:
    """The user: Git's name and address, and the account on this machine."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = f"uid {os.getuid()}"
    try:
        name = run_git(folder, "config", "--get", "user.name", answers=(0, 1)).strip()
        email = run_git(folder, "config", "--get", "user.email", answers=(0, 1)).strip()
    except GitProblem:
        return account
    person = f"{name} <{email}>" if name and email else name or email
    return f"{person} ({account})" if person else account
