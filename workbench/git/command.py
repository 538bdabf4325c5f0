"""What the workbench asks of a project's Git repository, through the user's own ``git``.

Blocks. Every refusal of Git's comes as GitProblem, in Git's own words. The user's index, hooks and
checked-out files are never touched: branches are looked at, and checked out elsewhere as worktrees.
Source: git-scm.com/docs
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.private_files import private_folder
from workbench.project.models import ProjectProblem

_SECONDS = 60
_FIELD, _LINE = "\x1f", "\x1e"
_COMMIT = _FIELD.join(("%H", "%an", "%s", "%ct")) + _LINE


class GitProblem(ProjectProblem):
    """What Git refused, and what to do next."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; ``subject`` is its message's first line."""

    id: str
    author: str
    subject: str
    at: datetime

    @property
    def short(self) -> str:
        """Eight digits of its name."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class Branch:
    """A local branch with its last commit; ``ahead`` and ``behind`` are of its upstream."""

    name: str
    commit: Commit
    upstream: str = ""
    ahead: int = 0
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout of the repository; ``branch`` is "" where a commit alone is checked out."""

    path: Path
    commit: str
    branch: str = ""
    is_locked: bool = False


def run_git(
    folder: Path, *arguments: str, seconds: float = _SECONDS, answers: tuple[int, ...] = (0,)
) -> str:
    """Run Git in ``folder`` and return what it printed; raises GitProblem.

    ``answers`` are the exit codes that are none of a failure (``grep`` says 1 for nothing found).
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
            raise GitProblem(f"There is no folder {folder}.", "Name another one.") from None
        raise GitProblem("There is no `git` on PATH.", "Install Git, then try again.") from None
    except subprocess.TimeoutExpired:
        raise GitProblem(
            f"`git {arguments[0]}` did not end within {seconds:.0f} s.",
            "Look for another Git process that holds the repository.",
        ) from None
    if done.returncode not in answers:
        words = done.stderr.strip().removeprefix("fatal: ") or f"git {arguments[0]} failed"
        raise GitProblem(f"Git: {words}.", _step(words))
    return done.stdout


def git_environment() -> dict[str, str]:
    """The environment for Git: no foreign repository, no prompt, English words."""
    # A hook's or another tool's GIT_DIR would turn every command to that repository.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}


def repository_root(folder: Path) -> Path:
    """The top folder of the checkout that ``folder`` is in; raises GitProblem outside of one."""
    return Path(run_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))


def main_checkout(folder: Path) -> Path:
    """The repository's main checkout, wherever ``folder`` is one of its worktrees."""
    return worktrees(folder)[0].path


def current_branch(folder: Path) -> str:
    """The branch that is checked out; "" for a detached HEAD."""
    try:
        return run_git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").strip()
    except GitProblem:
        repository_root(folder)  # raises where this is no repository at all
        return ""


def is_dirty(folder: Path) -> bool:
    """Whether the checkout has changes that no commit has; submodules' own changes do not count."""
    status = run_git(folder, "status", "--porcelain", "--ignore-submodules=dirty")
    return bool(status.strip())


def branches(folder: Path) -> tuple[Branch, ...]:
    """All local branches, the newest first."""
    fields = ("%(refname:short)", "%(objectname)", "%(authorname)", "%(contents:subject)",
              "%(committerdate:unix)", "%(upstream:short)", "%(upstream:track,nobracket)")  # fmt: skip
    wanted = _FIELD.join(fields)
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
    """The commit that a branch, tag or commit's name means; raises GitProblem for none."""
    found = run_git(folder, "log", "-1", f"--format={_COMMIT}", "--end-of-options", name, "--")
    return _commits(found)[0]


def commits_between(folder: Path, old: str, new: str, *, most: int = 100) -> tuple[Commit, ...]:
    """What ``new`` has and ``old`` has not, newest first."""
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
    """How many commits ``one`` has that ``other`` has not, and the other way round."""
    counted = run_git(
        folder, "rev-list", "--left-right", "--count", "--end-of-options", f"{one}...{other}", "--"
    )
    ahead, behind = counted.split()
    return int(ahead), int(behind)


def worktrees(folder: Path) -> tuple[Worktree, ...]:
    """All checkouts of the repository, the main one first."""
    found = []
    for block in run_git(folder, "worktree", "list", "--porcelain", "-z").split("\0\0"):
        facts = dict(part.partition(" ")[::2] for part in block.strip("\0").split("\0") if part)
        if "worktree" in facts:
            branch = facts.get("branch", "").removeprefix("refs/heads/")
            path = Path(facts["worktree"])
            found.append(Worktree(path, facts.get("HEAD", ""), branch, "locked" in facts))
    return tuple(found)


def check_out(repository: Path, place: Path, commit: str) -> None:
    """Make ``place`` a worktree with exactly this commit; one that is there is reused.

    Files that Git ignores (``node_modules``, caches) stay. A place that was left half-made is made
    anew. Submodules are checked out too. Raises GitProblem.
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
    """Take a worktree away with everything in it; what is not there is no problem."""
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
            # Not a worktree (any more): what is left is a plain folder.
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
        return "Make it one with `git init`, and commit the project."
    if "unknown revision" in words or "bad revision" in words or "not a valid" in words:
        return "Look at the branches with `git branch`."
    if "index.lock" in words or "File exists" in words:
        return "Let the other Git process end, then try again."
    return "Look at it with `git status`."
