"""What new commits, gone branches and the time mean, as one function."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workbench.branches.previews import preview_tags
from workbench.localcloud.hosting.auto_branch_rules import Step, decide, next_expiry

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def app(branches: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    return {"app": settings, "branches": branches or {}, "known": {}}


def branch(seen: str | None = "1", *, builds: bool = True, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"branch": {"enableAutoBuild": builds, **more}, "jobs": {}}
    if seen is not None:
        made["seen"] = seen
    return made


def job(commit: str, status: str) -> dict[str, Any]:
    return {"summary": {"commitId": commit, "status": status}}


def steps(found: dict[str, Any], **heads: str) -> list[tuple[str, str]]:
    return [(step.do, step.branch) for step in decide(found, heads, NOW.timestamp())]


def test_a_new_commit_starts_a_job_and_the_first_sight_does_not() -> None:
    assert decide(app({"main": branch()}), {"main": "2"}, 0) == (Step("deploy", "main", "2"),)
    assert steps(app({"main": branch()}), main="1") == []
    assert steps(app({"main": branch(None)}), main="1") == [("see", "main")]
    assert steps(app({"main": branch(builds=False)}), main="2") == [("see", "main")]


def test_a_commit_that_a_job_has_already_starts_none() -> None:
    for known in (job("2", "FAILED"), job("2", "RUNNING"), job("HEAD", "PENDING")):
        found = branch()
        found["jobs"]["1"] = known
        assert steps(app({"main": found}), main="2") == [("see", "main")], known
    found = branch()
    found["jobs"]["1"] = job("HEAD", "SUCCEED")
    assert steps(app({"main": found}), main="2") == [("deploy", "main")]


def test_patterns_connect_what_is_new_only() -> None:
    made = app(enableAutoBranchCreation=True, autoBranchCreationPatterns=["feature/*", "fix"])
    heads = {"feature/a": "1", "fix": "2", "other": "3"}
    connected = [step.branch for step in decide(made, heads, 0)]
    assert connected == ["feature/a", "fix"]
    made["known"] = heads
    assert decide(made, heads, 0) == ()
    assert [each.branch for each in decide(made, {**heads, "fix": "4"}, 0)] == ["fix"]
    made["app"]["enableAutoBranchCreation"] = False
    assert decide(made, {**heads, "fix": "4"}, 0) == ()
    del made["known"]  # the first look at an app: what is there stays as it is
    made["app"]["enableAutoBranchCreation"] = True
    assert decide(made, heads, 0) == ()


def test_gone_branches_go_where_the_app_says_so_and_previews_always() -> None:
    gone = {"feature": branch()}
    assert steps(app(gone)) == []
    assert steps(app(gone, enableBranchAutoDeletion=True)) == [("remove", "feature")]
    never = {"feature": branch(None)}
    assert steps(app(never, enableBranchAutoDeletion=True)) == []
    tags = preview_tags("feature", 2, NOW)
    preview = {"preview/feature": branch(tags=tags)}
    assert steps(app(preview)) == [("remove", "preview/feature")]
    assert steps(app(preview), feature="2") == [("deploy", "preview/feature")]


def test_a_preview_ends_with_its_time() -> None:
    tags = preview_tags("feature", 2, NOW)
    found = app({"preview/feature": branch(tags=tags), "main": branch()})
    end = next_expiry(found)
    assert end == NOW.timestamp() + 7200
    assert decide(found, {"feature": "1", "main": "1"}, end - 1) == ()
    heads = {"feature": "1", "main": "1"}
    assert decide(found, heads, end) == (Step("remove", "preview/feature"),)
    assert next_expiry(app({"main": branch()})) is None
    of_commit = {"preview/abc": branch(None, tags=preview_tags("abc", 2, NOW))}
    assert steps(app(of_commit), main="1") == []
