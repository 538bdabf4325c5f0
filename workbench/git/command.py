"""Runs the user's ``git``: branches, commits, worktrees.

For everything that Git has to work out; what must be read often and fast, without a process, is in
``git_folder``. Blocks. Raises GitProblem with Git's own message when Git refuses. Never changes the
user's index, hooks or checked-out files: other branches are checked out as worktrees elsewhere.
Source: git-scm.com/docs
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.model.user_problem import UserProblem
from workbench.private_files import private_folder

_SECONDS = 60
_FIELD, _LINE = "\x1f", "\x1e"
_COMMIT = _FIELD.join(("%H", "%an", "%s", "%ct")) + _LINE


class GitProblem(UserProblem):
    """Git refused a command."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; ``subject`` is the first line of its message."""

    id: str
    author: str
    subject: str
    at: datetime

    @property
    def short(self) -> str:
        """The first eight digits of its id."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class Branch:
    """A local branch with its last commit; ``ahead`` and ``behind`` compare it to its upstream."""

    name: str
    commit: Commit
    upstream: str = ""
    ahead: int = 0
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout of the repository; ``branch`` is "" for a detached HEAD."""

    path: Path
    commit: str
    branch: str = ""
    is_locked: bool = False


def run_git(
    folder: Path, *arguments: str, seconds: float = _SECONDS, answers: tuple[int, ...] = (0,)
) -> str:
    """Run Git in ``folder`` and return what it printed; raises GitProblem.

    ``answers`` are the exit codes that mean success (``grep`` returns 1 for no match).
    """
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        if not folder.is_dir():
            raise GitProblem(
                f"The folder {folder} does not exist.", "Choose another one."
            ) from None
        raise GitProblem("`git` was not found on PATH.", "Install Git, then try again.") from None
    except subprocess.TimeoutExpired:
        raise GitProblem(
            f"`git {arguments[0]}` did not end within {seconds:.0f} s.",
            "Check whether another Git process is using the repository.",
        ) from None
    if done.returncode not in answers:
        words = done.stderr.strip().removeprefix("fatal: ") or f"git {arguments[0]} failed"
        raise GitProblem(f"Git: {words}.", _step(words))
    return done.stdout


def git_environment() -> dict[str, str]:
    """Return the environment for Git: the folder's own repository, no prompts, English messages."""
    # The GIT_DIR of a hook or another tool would redirect every command.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}


def repository_root(folder: Path) -> Path:
    """Return the top folder of the checkout that contains ``folder``; raises GitProblem."""
    return Path(run_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))


def main_checkout(folder: Path) -> Path:
    """Return the repository's main checkout, also for a folder in a worktree."""
    return worktrees(folder)[0].path


def current_branch(folder: Path) -> str:
    """Return the checked-out branch; "" for a detached HEAD."""
    try:
        return run_git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").strip()
    except GitProblem:
        repository_root(folder)  # raises outside a repository
        return ""


def is_dirty(folder: Path) -> bool:
    """Whether the checkout has uncommitted changes, not counting those in submodules."""
    status = run_git(folder, "status", "--porcelain", "--ignore-submodules=dirty")
    return bool(status.strip())


def branches(folder: Path) -> tuple[Branch, ...]:
    """Return all local branches, newest first."""
    wanted = _FIELD.join(
        (
            *("%(refname:short)", "%(objectname)", "%(authorname)", "%(contents:subject)"),
            *("%(committerdate:unix)", "%(upstream:short)", "%(upstream:track,nobracket)"),
        )
    )
    found = run_git(
        folder, "for-each-ref", "--sort=-committerdate", f"--format={wanted}", "refs/heads"
    )
    made = []
    for line in found.splitlines():
        name, commit, author, subject, at, upstream, track = line.split(_FIELD)
        counts = dict(part.split(" ") for part in track.split(", ") if " " in part)
        last = Commit(commit, author, subject, datetime.fromtimestamp(int(at), UTC))
        ahead, behind = int(counts.get("ahead", 0)), int(counts.get("behind", 0))
        made.append(Branch(name, last, upstream, ahead, behind))
    return tuple(made)


def commit_of(folder: Path, name: str) -> Commit:
    """Return the commit of a branch, tag or commit id; raises GitProblem for an unknown one."""
    found = run_git(folder, "log", "-1", f"--format={_COMMIT}", "--end-of-options", name, "--")
    return _commits(found)[0]


def commits_between(folder: Path, old: str, new: str, *, most: int = 100) -> tuple[Commit, ...]:
    """Return the commits of ``new`` that ``old`` lacks, newest first."""
    found = run_git(
        folder,
        "log",
        f"--max-count={most}",
        f"--format={_COMMIT}",
        "--end-of-options",
        f"{old}..{new}",
        "--",
    )
    return _commits(found)


def ahead_behind(folder: Path, one: str, other: str) -> tuple[int, int]:
    """Count the commits that only ``one`` has, and those that only ``other`` has."""
    counted = run_git(
        folder, "rev-list", "--left-right", "--count", "--end-of-options", f"{one}...{other}", "--"
    )
    ahead, behind = counted.split()
    return int(ahead), int(behind)


def worktrees(folder: Path) -> tuple[Worktree, ...]:
    """Return all checkouts of the repository, the main one first."""
    found = []
    for block in run_git(folder, "worktree", "list", "--porcelain", "-z").split("\0\0"):
        facts = dict(part.partition(" ")[::2] for part in block.strip("\0").split("\0") if part)
        if "worktree" in facts:
            branch = facts.get("branch", "").removeprefix("refs/heads/")
            path = Path(facts["worktree"])
            found.append(Worktree(path, facts.get("HEAD", ""), branch, "locked" in facts))
    return tuple(found)


def check_out(repository: Path, place: Path, commit: str) -> None:
    """Make ``place`` a worktree with exactly this commit, reusing an existing one.

    Files that Git ignores (``node_modules``, caches) stay. An incomplete worktree is made again.
    Submodules are checked out too. Raises GitProblem.
    """
    commit = commit_of(repository, commit).id
    known = {each.path.resolve() for each in worktrees(repository)}
    if place.exists() and (place.resolve() not in known or not _is_whole(place)):
        remove_worktree(repository, place)
        known.discard(place.resolve())
    if place.exists():
        run_git(place, "checkout", "--quiet", "--detach", "--force", commit)
        run_git(place, "clean", "-d", "--force")
    else:
        private_folder(place.parent)
        run_git(repository, "worktree", "prune")
        run_git(
            repository,
            *("worktree", "add", "--force", "--detach", "--end-of-options", str(place), commit),
        )
    if (place / ".gitmodules").exists():
        # A submodule beside the project is as trusted as the project that names it.
        run_git(
            place,
            *("-c", "protocol.file.allow=always"),
            *("submodule", "update", "--init", "--recursive", "--force"),
            seconds=10 * _SECONDS,
        )


def remove_worktree(repository: Path, place: Path) -> None:
    """Remove a worktree with everything in it; does nothing if it is missing."""
    import shutil

    if place.exists():
        try:
            run_git(
                repository,
                "worktree",
                "remove",
                "--force",
                "--force",
                "--end-of-options",
                str(place),
            )
        except GitProblem:
            # Not a worktree, or not any more: remove the plain folder.
            shutil.rmtree(place, ignore_errors=True)
    run_git(repository, "worktree", "prune")


def _is_whole(place: Path) -> bool:
    try:
        return repository_root(place).resolve() == place.resolve()
    except GitProblem:
        return False


def _commits(text: str) -> tuple[Commit, ...]:
    found = []
    for each in text.split(_LINE):
        if each.strip("\n"):
            commit, author, subject, at = each.strip("\n").split(_FIELD)
            found.append(Commit(commit, author, subject, datetime.fromtimestamp(int(at), UTC)))
    return tuple(found)


def _step(words: str) -> str:
    if "not a git repository" in words:
        return "Run `git init`, then commit the project."
    if "unknown revision" in words or "bad revision" in words or "not a valid" in words:
        return "List the branches with `git branch`."
    if "index.lock" in words or "File exists" in words:
        return "Wait for the other Git process to end, then try again."
    return "Run `git status` to see more."
