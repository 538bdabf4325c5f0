"""Decides which branches to connect, deploy or remove, by new commits, branches and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from workbench.localcloud.contract import ENDED, PREVIEW_OF, expiry
from workbench.localcloud.hosting.state import Document


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: ``see`` only remembers that a branch stands at ``commit``."""

    do: Literal["see", "deploy", "connect", "remove"]
    branch: str
    commit: str = ""


def decide(found: Document, heads: Mapping[str, str], now: float) -> tuple[Step, ...]:
    """The steps for one app, whose repository's branches stand at ``heads``.

    A branch's first sight deploys nothing: connecting does that, or the user. Patterns connect
    only what is new since the last look (``known`` of the app), so that a deleted environment does
    not come back automatically. Source: Amplify Hosting, "Pattern-based feature branch
    deployments".
    """
    steps = []
    for name, each in found["branches"].items():
        step = _of_branch(found["app"], name, each, heads, now)
        if step is not None:
            steps.append(step)
    app, known = found["app"], found.get("known")
    if known is not None and app.get("enableAutoBranchCreation"):
        patterns = app.get("autoBranchCreationPatterns") or ()
        steps += [
            Step("connect", name, commit)
            for name, commit in heads.items()
            if name not in found["branches"]
            and known.get(name) != commit
            and any(fnmatchcase(name, pattern) for pattern in patterns)
        ]
    return tuple(steps)


def next_expiry(found: Document) -> float | None:
    """When the next preview of an app ends, in seconds since the epoch."""
    ends = [expiry(each["branch"].get("tags") or {}) for each in found["branches"].values()]
    return min((end.timestamp() for end in ends if end is not None), default=None)


def _of_branch(
    app: Document, name: str, each: Document, heads: Mapping[str, str], now: float
) -> Step | None:
    branch = each["branch"]
    tags = branch.get("tags") or {}
    ends = expiry(tags)
    if ends is not None and now >= ends.timestamp():
        return Step("remove", name)
    head, seen = heads.get(tags.get(PREVIEW_OF, name)), each.get("seen")
    if head is None:
        goes = PREVIEW_OF in tags or app.get("enableBranchAutoDeletion")
        return Step("remove", name) if seen and goes else None
    if head == seen:
        return None
    is_new = seen is not None and branch["enableAutoBuild"] and not _is_built(each, head)
    return Step("deploy" if is_new else "see", name, head)


def _is_built(each: Document, commit: str) -> bool:
    """Whether a job has this commit, or will take whatever the branch stands at."""
    for job in each["jobs"].values():
        summary = job["summary"]
        if summary["commitId"] == commit:
            return True
        if summary["commitId"] == "HEAD" and summary["status"] not in ENDED:
            return True
    return False
