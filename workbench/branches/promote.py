"""Promotes a branch: merges its commits into another one with Git, for a job to deploy."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.git.command import (
    Commit,
    GitProblem,
    ahead_behind,
    check_out,
    commit_of,
    commits_between,
    is_dirty,
    main_checkout,
    remove_worktree,
    run_git,
    worktrees,
)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion: its commits, and whether the target only moves forward."""

    source: str
    target: str
    commits: tuple[Commit, ...]
    is_fast_forward: bool
    files: tuple[str, ...] = ()
    """What the commits change, from the repository's root; none where the target gains nothing."""


def plan_promotion(folder: Path, source: str, target: str) -> Promotion:
    """What merging ``source`` into ``target`` brings; raises GitProblem for unknown branches."""
    ahead, behind = ahead_behind(folder, source, target)
    commits = commits_between(folder, target, source) if ahead else ()
    listed = run_git(folder, "diff", "--name-only", "-z", f"{target}...{source}", "--")
    files = tuple(name for name in listed.split("\0") if name) if ahead else ()
    return Promotion(source, target, commits, behind == 0, files)


@contextmanager
def merged_aside(folder: Path, promotion: Promotion) -> Iterator[Path]:
    """A temporary checkout of what the target will be.

    Raises GitProblem where Git cannot merge. Submodules are checked out too.
    """
    with tempfile.TemporaryDirectory(prefix="amplify-tui-promotion-") as temporary:
        place = Path(temporary) / main_checkout(folder).name
        check_out(folder, place, promotion.target)
        try:
            _merge(place, promotion)
            yield place
        finally:
            remove_worktree(folder, place)


def promote(folder: Path, promotion: Promotion) -> Commit:
    """Merge, or move forward; the target's new commit.

    Where the target is checked out, its files move along; they must be clean. Nothing is changed
    where Git cannot merge: raises GitProblem that names the files.
    """
    place = next((each.path for each in worktrees(folder) if each.branch == promotion.target), None)
    if place is not None:
        if is_dirty(place):
            raise GitProblem(
                f"{promotion.target} is checked out in {place.name} with uncommitted changes.",
                "Commit or stash them, then promote again.",
            )
        _merge(place, promotion)
        return commit_of(folder, promotion.target)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "merge"
        run_git(folder, "worktree", "add", "--quiet", str(place), promotion.target)
        try:
            _merge(place, promotion)
        finally:
            run_git(folder, "worktree", "remove", "--force", str(place))
    return commit_of(folder, promotion.target)


def _merge(place: Path, promotion: Promotion) -> None:
    how = "--ff-only" if promotion.is_fast_forward else "--no-edit"
    try:
        run_git(place, "merge", "--quiet", how, promotion.source)
    except GitProblem as problem:
        files = run_git(place, "diff", "--name-only", "--diff-filter=U").split("\n")
        conflicts = [name for name in files if name]
        if not conflicts:
            raise problem from None
        run_git(place, "merge", "--abort")
        raise GitProblem(
            f"{promotion.source} and {promotion.target} both changed {', '.join(conflicts)}.",
            f"Merge {promotion.target} into {promotion.source} first, then promote again.",
        ) from None
