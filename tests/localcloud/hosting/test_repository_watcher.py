"""The local cloud follows real repositories: by itself it connects, deploys, removes.

The repositories hold no backend, so that their jobs end at once; that they start is what counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.branches.repository import Repository, make_repository
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.branches.hosting import Hosting
from workbench.localcloud.contract import APP_ROOT
from workbench.project.models import Project

_PROBE = "probe"


class App:
    """An app of a repository on the local cloud."""

    def __init__(self, amplify: Any, repository: Repository, target: LocalTarget) -> None:
        self.amplify = amplify
        self.repository = repository
        self.target = target
        made = amplify.create_app(name="followed", repository=str(repository.root))
        self.id = str(made["app"]["appId"])
        repository.git("branch", _PROBE)
        amplify.create_branch(appId=self.id, branchName=_PROBE, enableAutoBuild=True)

    def until_looked(self) -> None:
        """Wait until the watcher has acted on all refs as they are now.

        One look decides for all branches of an app, under a lock: a commit on a branch of our own
        shows when. Its first sight deploys nothing, so there may have to be another commit.
        """
        git = self.repository.git
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            commit = git("commit-tree", f"{_PROBE}^{{tree}}", "-p", _PROBE, "-m", "Probe")
            git("update-ref", f"refs/heads/{_PROBE}", commit)
            again = time.monotonic() + 3
            while time.monotonic() < again:
                if commit in self.commits(_PROBE):
                    return
                time.sleep(0.05)
        raise AssertionError("the refs were not looked at")

    def branches(self) -> list[str]:
        pages = self.amplify.get_paginator("list_branches").paginate(appId=self.id)
        return [
            each["branchName"]
            for page in pages
            for each in page["branches"]
            if each["branchName"] != _PROBE
        ]

    def commits(self, branch: str) -> list[str]:
        """The commits of a branch's jobs, newest first."""
        jobs = self.amplify.list_jobs(appId=self.id, branchName=branch)["jobSummaries"]
        return [each["commitId"] for each in jobs]

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if holds():
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.branches()}")


@pytest.fixture
def app(local_cloud: LocalTarget, tmp_path: Path) -> Iterator[App]:
    amplify = Clients(local_cloud).client("amplify")
    made = App(amplify, make_repository(tmp_path / "followed"), local_cloud)
    yield made
    amplify.delete_app(appId=made.id)


def test_a_new_commit_is_deployed_by_itself_and_the_first_sight_not(app: App) -> None:
    app.amplify.create_branch(appId=app.id, branchName="main", enableAutoBuild=True)
    app.amplify.create_branch(appId=app.id, branchName="quiet", enableAutoBuild=False)
    app.repository.git("branch", "quiet")
    app.until_looked()
    assert app.commits("main") == []
    first = app.repository.commit("Something")
    app.until(lambda: app.commits("main") == [first])
    app.repository.git("branch", "--force", "quiet", "main")
    app.repository.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "Another history")
    forced = app.repository.git("rev-parse", "HEAD")
    app.until(lambda: app.commits("main") == [forced, first])
    assert app.commits("quiet") == []
    app.repository.git("pack-refs", "--all")
    app.until_looked()
    assert app.commits("main") == [forced, first]


def test_patterns_connect_new_branches_and_gone_ones_go(app: App) -> None:
    app.repository.git("branch", "feature/old")
    app.until_looked()
    app.amplify.update_app(
        appId=app.id,
        enableAutoBranchCreation=True,
        autoBranchCreationPatterns=["feature/*"],
        autoBranchCreationConfig={"stage": "DEVELOPMENT", "environmentVariables": {"A": "1"}},
        enableBranchAutoDeletion=True,
    )
    app.repository.git("switch", "--quiet", "--detach")
    commit = app.repository.commit("New")
    app.repository.git("branch", "feature/new")
    app.repository.git("branch", "other")
    app.until(lambda: app.branches() == ["feature/new"])
    made = app.amplify.get_branch(appId=app.id, branchName="feature/new")["branch"]
    assert (made["stage"], made["environmentVariables"]) == ("DEVELOPMENT", {"A": "1"})
    app.until(lambda: app.commits("feature/new") == [commit])
    app.repository.git("switch", "--quiet", "main")
    app.repository.git("branch", "--delete", "--force", "feature/new")
    app.until(lambda: app.branches() == [])


def test_a_preview_follows_its_branch_and_goes_when_its_time_is_up(app: App) -> None:
    hosting = Hosting(app.amplify, Project(app.repository.root, app.repository.root, "followed"))
    known = hosting.known_app()
    app.repository.git("branch", "topic")
    made = hosting.preview(known, "topic", 1)
    assert (made.name, made.preview_of, made.stage) == ("preview/topic", "topic", "PULL_REQUEST")
    app.until_looked()
    commit = app.repository.commit("Later")
    app.repository.git("branch", "--force", "topic", "main")
    app.until(lambda: app.commits("preview/topic") == [commit])
    app.repository.git("branch", "--delete", "topic")
    app.until(lambda: app.branches() == [])
    app.repository.git("branch", "topic")
    assert hosting.preview(known, "topic", 1 / 3600).name == "preview/topic"
    app.until(lambda: app.branches() == [])


def test_a_webhook_starts_a_job(app: App) -> None:
    app.amplify.create_branch(appId=app.id, branchName="main", enableAutoBuild=False)
    hook = app.amplify.create_webhook(appId=app.id, branchName="main")["webhook"]
    assert hook["webhookUrl"].startswith(app.target.endpoint)
    assert httpx.get(hook["webhookUrl"]).status_code == 405
    answer = httpx.post(hook["webhookUrl"])
    assert (answer.status_code, answer.json()["jobSummary"]["jobType"]) == (202, "WEB_HOOK")
    assert len(app.commits("main")) == 1
    wrong = httpx.post(f"{hook['webhookUrl']}x")
    assert wrong.status_code == 404
    assert "no such webhook" in wrong.text


def test_each_project_of_a_repository_has_its_own_app(
    local_cloud: LocalTarget, tmp_path: Path
) -> None:
    repository = make_repository(tmp_path / "mono")
    repository.commit("Two", apps__shop__package_dot_json="{}", apps__blog__package_dot_json="{}")
    amplify = Clients(local_cloud).client("amplify")
    made = {}
    for name in ("shop", "blog"):
        root = repository.root / "apps" / name
        hosting = Hosting(amplify, Project(root, root / "amplify/backend.ts", name))
        assert hosting.app() is None
        made[name] = hosting.create_app()
        assert made[name].variables == {APP_ROOT: f"apps/{name}"}
        assert hosting.known_app().id == made[name].id
    assert made["shop"].id != made["blog"].id
    amplify.create_branch(appId=made["blog"].id, branchName="main")
    started = amplify.start_job(appId=made["blog"].id, branchName="main", jobType="RELEASE")
    job_id = started["jobSummary"]["jobId"]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        job = amplify.get_job(appId=made["blog"].id, branchName="main", jobId=job_id)["job"]
        if job["summary"]["status"] == "FAILED":
            break
        time.sleep(0.1)
    log = httpx.get(job["steps"][-1]["logUrl"]).text
    assert "apps/blog" in log, log
    for app in made.values():
        amplify.delete_app(appId=app.id)
