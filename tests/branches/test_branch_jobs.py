"""Branches of a real project, deployed by jobs on the local cloud side by side with the sandbox."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.branches.repository import Repository, make_repository
from tests.headless.sandbox_process import run_command
from tests.localcloud.hosting.test_control_plane import settled
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.record import read_record
from workbench.project.identity import stack_name
from workbench.project.models import BackendIdentity
from workbench.project.scaffold import scaffold


@dataclass
class Team:
    """A project in Git, its app on the local cloud."""

    repository: Repository
    state_dir: Path
    target: LocalTarget
    app: str

    @property
    def clients(self) -> Clients:
        return Clients(self.target)

    @property
    def amplify(self) -> Any:
        return self.clients.client("amplify")

    def deploy(self, branch: str) -> dict[str, Any]:
        started = self.amplify.start_job(appId=self.app, branchName=branch, jobType="RELEASE")
        job = settled(self.amplify, self.app, branch, started["jobSummary"]["jobId"])
        logs = [httpx.get(step["logUrl"]).text for step in job["steps"]]
        assert job["summary"]["status"] == "SUCCEED", "\n".join(logs)
        return job

    def stack(self, branch: str) -> str:
        return stack_name(BackendIdentity(self.app, branch, "branch"))

    def outputs(self, branch: str) -> dict[str, Any]:
        """What the branch's job wrote into its worktree."""
        for place in (self.repository.root / ".amplify" / "worktrees").iterdir():
            found: dict[str, Any] = json.loads((place / "amplify_outputs.json").read_text())
            if self.repository_head(place) == self.repository.git("rev-parse", branch):
                return found
        raise AssertionError(f"{branch} has no outputs")

    def repository_head(self, place: Path) -> str:
        return Repository(place).git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    repository = make_repository(tmp_path_factory.mktemp("team") / "chat")
    project = scaffold(repository.root, "python", lambda _: None)
    repository.commit("A chat")
    target = lifecycle.start(project.local_cloud_dir)
    amplify = Clients(target).client("amplify")
    made = amplify.create_app(name="chat", repository=str(repository.root))["app"]["appId"]
    amplify.create_branch(appId=made, branchName="main", stage="PRODUCTION")
    try:
        yield Team(repository, project.local_cloud_dir, target, made)
    finally:
        lifecycle.stop(project.local_cloud_dir)


def models(outputs: dict[str, Any]) -> set[str]:
    return set(outputs["data"]["model_introspection"]["models"])


def test_a_branch_with_a_model_more_runs_beside_main_and_is_taken_away(team: Team) -> None:
    job = team.deploy("main")
    assert [step["stepName"] for step in job["steps"]] == ["PROVISION", "INSTALL", "DEPLOY"]
    repository = team.repository
    repository.git("switch", "--quiet", "--create", "feature/notes")
    file = repository.root / "amplify" / "data" / "resource.py"
    text = file.read_text()
    changed = text.replace("class Chat(", NOTE + "class Chat(").replace(
        "models=[Chat, Message]", "models=[Chat, Message, Note]"
    )
    assert changed.count("Note") == 2
    file.write_text(changed)
    repository.commit("Notes")
    repository.git("switch", "--quiet", "main")
    team.amplify.create_branch(appId=team.app, branchName="feature/notes")
    team.deploy("feature/notes")

    main, feature = team.outputs("main"), team.outputs("feature/notes")
    assert models(feature) - models(main) == {"Note"}
    assert main["data"]["url"] != feature["data"]["url"]
    assert main["auth"]["user_pool_id"] != feature["auth"]["user_pool_id"]
    linked = team.amplify.get_branch(appId=team.app, branchName="feature/notes")["branch"]
    assert team.stack("feature/notes") in linked["backend"]["stackArn"]
    described = team.clients.cloudformation.describe_stacks(StackName=team.stack("feature/notes"))
    tags = {each["Key"]: each["Value"] for each in described["Stacks"][0]["Tags"]}
    assert tags["amplify:deployment-type"] == "branch"
    assert tags["amplify:branch-name"] == "feature/notes"
    assert not (repository.root / "amplify_outputs.json").exists()

    team.amplify.delete_branch(appId=team.app, branchName="feature/notes")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and exists(team, "feature/notes"):
        time.sleep(0.1)
    assert not exists(team, "feature/notes")
    assert exists(team, "main")
    assert len(list((repository.root / ".amplify" / "worktrees").iterdir())) == 1


def exists(team: Team, branch: str) -> bool:
    names = {
        each["StackName"]
        for page in team.clients.cloudformation.get_paginator("list_stacks").paginate()
        for each in page["StackSummaries"]
        if each["StackStatus"] != "DELETE_COMPLETE"
    }
    return team.stack(branch) in names


def test_a_running_job_is_stopped_and_a_killed_local_cloud_says_so(team: Team) -> None:
    amplify = team.amplify
    amplify.create_branch(appId=team.app, branchName="slow")
    team.repository.git("branch", "slow")

    def started() -> str:
        job = amplify.start_job(appId=team.app, branchName="slow", jobType="RELEASE")
        key = str(job["jobSummary"]["jobId"])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = amplify.get_job(appId=team.app, branchName="slow", jobId=key)["job"]
            if [step["stepName"] for step in found["steps"]][-1:] == ["DEPLOY"]:
                return key
            time.sleep(0.02)
        raise AssertionError("the job did not come to its deployment")

    first = started()
    amplify.stop_job(appId=team.app, branchName="slow", jobId=first)
    job = settled(amplify, team.app, "slow", first)
    assert (job["summary"]["status"], job["steps"][-1]["status"]) == ("CANCELLED", "CANCELLED")
    second = started()
    waiting = amplify.start_job(appId=team.app, branchName="slow", jobType="RELEASE")["jobSummary"]
    record = read_record(team.state_dir)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    team.target = lifecycle.start(team.state_dir)
    again = team.amplify
    job = again.get_job(appId=team.app, branchName="slow", jobId=second)["job"]
    assert job["summary"]["status"] == "FAILED"
    assert "stopped in the middle" in job["steps"][-1]["statusReason"]
    done = settled(again, team.app, "slow", waiting["jobId"])
    assert done["summary"]["status"] == "SUCCEED"
    again.delete_branch(appId=team.app, branchName="slow")


def test_pipeline_deploy_is_for_ci_alone(team: Team) -> None:
    done = run_command(
        team.repository.root, "pipeline-deploy", "--branch", "main", "--app-id", team.app, "--local"
    )
    assert done.returncode == 1
    assert "CI is not set" in done.stderr


NOTE = '''class Note(Model, rules=[allow.owner()]):
    """Something to remember."""

    text: str


'''
