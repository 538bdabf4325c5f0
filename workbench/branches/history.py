"""History of a branch: its jobs with their steps, and what changed between two of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from workbench.branches.context import OpenedBranches
from workbench.branches.hosting_models import Job
from workbench.git.command import Commit, commits_between, run_git

MOST = 25
"""The jobs that are looked at: each takes a call for its steps."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs between two commits; ``sign`` is Git's letter (A, M, D)."""

    sign: str
    path: str


@dataclass(frozen=True, slots=True)
class BetweenJobs:
    """What the newer job has: commits, files, and how much longer each step took (seconds)."""

    commits: tuple[Commit, ...]
    files: tuple[FileChange, ...]
    seconds: tuple[tuple[str, float], ...]


def read_history(opened: OpenedBranches, branch: str) -> tuple[Job, ...]:
    """The newest jobs with their steps, newest first. Blocks; raises HostingProblem."""
    hosting = opened.hosting
    app = hosting.known_app()
    jobs = list(islice(hosting.jobs(app, branch), MOST))
    with ThreadPoolExecutor(8, thread_name_prefix="jobs") as pool:
        return tuple(pool.map(lambda job: hosting.job(app, branch, job.id), jobs))


def between(opened: OpenedBranches, older: Job, newer: Job) -> BetweenJobs:
    """What changed from the older job to the newer one. Blocks; raises GitProblem.

    Fails for a commit that a force push has removed.
    """
    root = opened.project.root
    if older.commit == newer.commit:
        commits: tuple[Commit, ...] = ()
        files: tuple[FileChange, ...] = ()
    else:
        commits = commits_between(root, older.commit, newer.commit)
        listed = run_git(root, "diff", "--name-status", "--no-renames", "-z", older.commit,
                         newer.commit, "--")  # fmt: skip
        parts = listed.strip("\0").split("\0") if listed else []
        files = tuple(map(FileChange, parts[::2], parts[1::2]))
    before = {step.name: step.seconds for step in older.steps}
    seconds = tuple(
        (step.name, step.seconds - before[step.name]) for step in newer.steps if step.name in before
    )
    return BetweenJobs(commits, files, seconds)
