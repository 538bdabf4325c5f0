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


class App:
    """An app of a repository on the local cloud."""

    def __init__(self, amplify: Any, repository: Repository, target: LocalTarget) -> None:
        self.amplify = amplify
        self.repository = repository
        self.target = target
        made = amplify.create_app(name="followed", repository=str(repository.root))
        self.id = str(made["app"]["appId"])

    def branches(self) -> list[str]:
        pages = self.amplify.get_paginator("list_branches").paginate(appId=self.id)
        return [each["branchName"] for page in pages for each in page["branches"]]

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
    time.sleep(0.8)
    assert app.commits("main") == []
    first = app.repository.commit("Something")
    app.until(lambda: app.commits("main") == [first])
    app.repository.git("branch", "--force", "quiet", "main")
    app.repository.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "Another history")
    forced = app.repository.git("rev-parse", "HEAD")
    app.until(lambda: app.commits("main") == [forced, first])
    assert app.commits("quiet") == []
    app.repository.git("pack-refs", "--all")
    time.sleep(0.5)
    assert app.commits("main") == [forced, first]


def test_patterns_connect_new_branches_and_gone_ones_go(app: App) -> None:
    app.repository.git("branch", "feature/old")
    time.sleep(0.8)
    app.amplify.update_app(
        appId=app.id,
        enableAutoBranchCreation=True,
        autoBranchCreationPatterns=["feature/*"],
        autoBranchCreationConfig={"stage": "DEVELOPMENT", "environmentVariables": {"A": "1"}},
        enableBranchAutoDeletion=True,
    )
    app.repository.git("switch", "--quiet", "--create", "feature/new")
    commit = app.repository.commit("New")
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
    made = hosting.preview(known, "topic", 3 / 3600)
    assert (made.name, made.preview_of, made.stage) == ("preview/topic", "topic", "PULL_REQUEST")
    time.sleep(0.5)
    commit = app.repository.commit("Later")
    app.repository.git("branch", "--force", "topic", "main")
    app.until(lambda: app.commits("preview/topic") == [commit])
    app.until(lambda: app.branches() == [])
    hosting.preview(known, "topic", 1)
    app.until(lambda: app.branches() == ["preview/topic"])
    time.sleep(0.5)
    app.repository.git("branch", "--delete", "topic")
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
