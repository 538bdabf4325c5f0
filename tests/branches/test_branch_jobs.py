"""Branches of a real project, deployed by jobs on the local cloud side by side with the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.branches.repository import Repository, make_repository
from tests.cli.command_here import command_here
from tests.cli.sandbox_process import run_command
from tests.localcloud.hosting.test_control_plane import settled
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.branches.compare import Difference
from workbench.branches.context import OpenedBranches, open_branches
from workbench.branches.deletions import read_deletions
from workbench.branches.promote import plan_promotion, promote
from workbench.branches.selected_environment import (
    open_api,
    open_pool,
    read_resources,
    selection_of,
)
from workbench.git.command import GitProblem, worktrees
from workbench.localcloud import lifecycle
from workbench.localcloud.server_file import read_record
from workbench.playground.requests import Request
from workbench.playground.run_as import parse_run_as
from workbench.project.identity import secret_path, stack_name
from workbench.project.models import BackendIdentity, Project
from workbench.project.scaffold import scaffold
from workbench.startup import Flags, prepare

pytestmark = [pytest.mark.npm, pytest.mark.cloud]


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

    @property
    def opened(self) -> OpenedBranches:
        session = prepare(self.repository.root, Flags(local=True))
        return open_branches(replace(session, target=self.target))

    def deploy(self, branch: str) -> dict[str, Any]:
        return self.deploy_all(branch)[0]

    def deploy_all(self, *branches: str) -> list[dict[str, Any]]:
        """Deploy branches side by side."""
        started = [
            self.amplify.start_job(appId=self.app, branchName=branch, jobType="RELEASE")
            for branch in branches
        ]
        found = []
        for branch, each in zip(branches, started, strict=True):
            job = settled(self.amplify, self.app, branch, each["jobSummary"]["jobId"])
            logs = [httpx.get(step["logUrl"]).text for step in job["steps"]]
            assert job["summary"]["status"] == "SUCCEED", "\n".join(logs)
            found.append(job)
        return found

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


NOTE = '''class Note(Model, rules=[allow.owner()]):
    """Something to remember."""

    text: str


'''

AMPLIFY_YML = """version: 1
frontend:
  phases:
    preBuild:
      commands: [test -f amplify_outputs.json]
    build:
      commands: ["echo built for $AWS_BRANCH"]
"""

TELLS_ITS_ENVIRONMENT = """
import os

theme = os.environ.get("THEME", "")
backend.add_output({"custom": {"commit": os.environ["AWS_COMMIT_ID"], "theme": theme}})
"""


def models(outputs: dict[str, Any]) -> set[str]:
    return set(outputs["data"]["model_introspection"]["models"])


def add_note(text: str) -> str:
    """The chat's data with one model more."""
    changed = text.replace("class Chat(", NOTE + "class Chat(").replace(
        "models=[Chat, Message]", "models=[Chat, Message, Note]"
    )
    assert changed.count("Note") == 2
    return changed


def test_a_branch_with_a_model_more_runs_beside_main_and_is_taken_away(team: Team) -> None:
    repository = team.repository
    backend = repository.root / "amplify" / "backend.py"
    backend.write_text(backend.read_text() + TELLS_ITS_ENVIRONMENT)
    repository.commit("Outputs of the environment")
    repository.git("switch", "--quiet", "--create", "feature/notes")
    file = repository.root / "amplify" / "data" / "resource.py"
    file.write_text(add_note(file.read_text()))
    commit = repository.commit("Notes", amplify_dot_yml=AMPLIFY_YML)
    repository.git("switch", "--quiet", "main")
    team.amplify.create_branch(
        appId=team.app, branchName="feature/notes", environmentVariables={"THEME": "dark"}
    )
    # Both at once: they share the cores and the local cloud, and nothing else.
    job, _ = team.deploy_all("main", "feature/notes")
    assert [step["stepName"] for step in job["steps"]] == ["PROVISION", "INSTALL", "DEPLOY"]

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
    assert main["custom"]["theme"] == ""
    assert feature["custom"] == {"commit": commit, "theme": "dark"}
    asyncio.run(each_has_its_own_users_and_data(team))

    # The second job of a branch has its own commit and variables, whatever is kept warm.
    team.amplify.update_branch(
        appId=team.app,
        branchName="feature/notes",
        environmentVariables={"THEME": "light", "AMPLIFY_TUI_BUILD_FRONTEND": "true"},
    )
    job = team.deploy("feature/notes")
    assert team.outputs("feature/notes")["custom"]["theme"] == "light"
    assert [step["stepName"] for step in job["steps"]][-1] == "BUILD"
    assert "built for feature/notes" in httpx.get(job["steps"][-1]["logUrl"]).text
    secret: Any = {"Type": "SecureString", "Name": ""}
    for branch, value in (("main", "one"), ("feature/notes", "two")):
        identity = BackendIdentity(team.app, branch, "branch")
        secret["Name"] = secret_path(identity, "API_KEY")
        team.clients.ssm.put_parameter(**secret, Value=value)
    valued = team.opened.compared("main", "feature/notes", values=True)
    assert Difference("+", "THEME", "variable", "", "light") in valued
    assert Difference("~", "API_KEY", "secret") in valued
    assert "two" not in str([asdict(each) for each in valued if each.kind == "secret"])
    differences = team.opened.compared("main", "feature/notes")
    assert not [each for each in differences if each.kind == "secret"]
    assert not [each for each in differences if each.what.startswith("auth")]
    for branch in ("main", "feature/notes"):
        name = secret_path(BackendIdentity(team.app, branch, "branch"), "API_KEY")
        team.clients.ssm.delete_parameter(Name=name)
    assert [each.what for each in differences if each.kind == "variable"] == [
        "AMPLIFY_TUI_BUILD_FRONTEND",
        "THEME",
    ]
    later = repository.git("commit-tree", "feature/notes^{tree}", "-p", "feature/notes", "-m", "+")
    repository.git("update-ref", "refs/heads/feature/notes", later)
    team.deploy("feature/notes")
    assert team.outputs("feature/notes")["custom"] == {"commit": later, "theme": "light"}

    team.amplify.delete_branch(appId=team.app, branchName="feature/notes")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and exists(team, "feature/notes"):
        time.sleep(0.1)
    assert not exists(team, "feature/notes")
    assert exists(team, "main")
    assert len(list((repository.root / ".amplify" / "worktrees").iterdir())) == 1


async def each_has_its_own_users_and_data(team: Team) -> None:
    """A note is where its model is, a user is where they signed up."""
    opened = team.opened
    places = {
        each.name: place
        for each in opened.environments().all
        if (place := selection_of(each)) is not None
    }
    for name, place in places.items():
        pool = open_pool(opened, place)
        assert pool.name == name
        user = f"ann@{name.replace('/', '.')}.example.com"
        made: Any = {"UserPoolId": pool.pool.pool_id, "Username": user}
        opened.clients.cognito_idp.admin_create_user(
            **made, UserAttributes=[{"Name": "email", "Value": user}], MessageAction="SUPPRESS"
        )
        api = open_api(opened, place)
        assert await api.users() == (user,)
        asked = Request('mutation { createChat(input: {name: "Only here"}) { id } }')
        assert (await api.run(parse_run_as(f"user:{user}"), asked)).errors == ()
        listed = await api.run(
            parse_run_as(f"user:{user}"), Request("{ listChats { items { name } } }")
        )
        assert listed.data == {"listChats": {"items": [{"name": "Only here"}]}}
        notes = await api.run(
            parse_run_as(f"user:{user}"), Request("{ listNotes { items { text } } }")
        )
        if name == "main":
            assert "listNotes" in notes.errors[0].message
        else:
            assert notes.data == {"listNotes": {"items": []}}
        assert len(read_resources(opened, place)) > 50
        await api.close()


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
    outside = {name: value for name, value in os.environ.items() if name != "CI"}
    done = run_command(
        team.repository.root,
        *("pipeline-deploy", "--branch", "main", "--app-id", team.app, "--local"),
        environment=outside,
    )
    assert done.returncode == 1
    assert "CI is not set" in done.stderr


def test_a_branch_is_connected_compared_promoted_and_deleted_by_commands(team: Team) -> None:
    repository = team.repository

    def command(*arguments: str, code: int = 0) -> str:
        done = command_here(repository.root, "branches", *arguments, "--local")
        assert done.code == code, done.out + done.err
        return done.out + done.err

    repository.git("switch", "--quiet", "--create", "topic", "main")
    file = repository.root / "amplify" / "data" / "resource.py"
    file.write_text(add_note(file.read_text()))
    repository.commit("Notes again")
    repository.git("switch", "--quiet", "main")
    assert "no folder" not in command("connect", "nowhere", code=1)
    said = command("connect", "topic")
    assert "✓ job 1 of topic: succeed" in said
    assert "DEPLOY" in said

    listed = {each["name"]: each for each in json.loads(command("list", "--json"))}
    assert listed["topic"]["job"]["status"] == "SUCCEED"
    assert listed["main"]["current"]
    differences = json.loads(command("compare", "main", "topic", "--json"))
    fields = {each["what"]: each for each in differences if each["kind"] == "field"}
    assert (fields["Note.text"]["sign"], fields["Note.text"]["second"]) == ("+", "String!")
    added = {
        each["what"] for each in differences if (each["sign"], each["kind"]) == ("+", "resource")
    }
    assert any("DynamoDB" in what and "Note" in what for what in added), added
    assert not [each for each in differences if each["sign"] == "-"]

    said = command("promote", "topic", "main", "--yes")
    assert "+ data/amplifyData/Note/NoteTable" in said
    assert "Update the stack" in said
    assert "main moves forward by 1 commit" in said
    assert "of main: succeed" in said
    assert models(team.outputs("main")) >= {"Note"}
    assert "already has all of topic" in command("promote", "topic", "main")
    same = json.loads(command("compare", "main", "topic", "--json"))
    assert same == [], same
    assert "--yes" in command("delete", "topic", code=1)
    command("delete", "topic", "--yes")
    told, *_ = read_deletions(Project(repository.root, repository.root / "amplify/backend.py", "x"))
    assert (told.name, told.outcome, told.how) == ("topic", "deleted", "--yes")
    assert any("UserPool" in line for line in told.lost), told.lost
    assert "not found" in command("logs", "topic", code=1)
    drifted = repository.commit("Nothing that is deployed")
    listed = {each["name"]: each for each in json.loads(command("list", "--json"))}
    assert (listed["main"]["commit"], listed["main"]["drift"]) == (drifted, "behind Git")


def test_a_merge_that_git_cannot_make_changes_nothing(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "conflict")
    repository.git("switch", "--quiet", "--create", "other")
    repository.commit("Theirs", a="1")
    repository.git("switch", "--quiet", "main")
    ours = repository.commit("Ours", a="2")
    promotion = plan_promotion(repository.root, "other", "main")
    assert not promotion.is_fast_forward
    with pytest.raises(GitProblem, match="both changed a"):
        promote(repository.root, promotion)
    assert repository.git("rev-parse", "main") == ours
    assert repository.git("status", "--porcelain") == ""
    (repository.root / "a").write_text("mine")
    with pytest.raises(GitProblem, match="uncommitted changes"):
        promote(repository.root, promotion)
    repository.git("checkout", "--quiet", "--", "a")
    repository.git("switch", "--quiet", "--create", "elsewhere")
    repository.git("branch", "clean", "other")
    forward = plan_promotion(repository.root, "clean", "other")
    assert forward.commits == ()
    repository.git("switch", "--quiet", "clean")
    commit = repository.commit("More", b="1")
    repository.git("switch", "--quiet", "elsewhere")
    assert promote(repository.root, plan_promotion(repository.root, "clean", "other")).id == commit
    assert len(worktrees(repository.root)) == 1


def test_secrets_and_variables_by_commands(team: Team, tmp_path: Path) -> None:
    def command(*arguments: str, typed: str = "", code: int = 0) -> str:
        done = command_here(team.repository.root, *arguments, "--local", typed=typed)
        assert done.code == code, done.out + done.err
        return done.out + done.err

    value = "hush-hush-1"
    assert value not in command("secret", "set", "API_KEY", typed=f"{value}\n")
    assert command("secret", "list").split() == ["API_KEY"]
    assert command("secret", "get", "API_KEY").strip() == value
    names = team.clients.ssm.describe_parameters()["Parameters"]
    assert any(
        each["Name"].startswith("/amplify/") and each["Type"] == "SecureString" for each in names
    )
    assert "There is no secret" in command("secret", "get", "API_KEY", "--branch", "main", code=1)
    command("secret", "set", "API_KEY", "--branch", "main", typed="other\n")
    assert command("secret", "get", "API_KEY", "--branch", "main").strip() == "other"
    assert "not a secret's name" in command("secret", "set", "a b", typed="x\n", code=1)
    backend = team.repository.root / "amplify" / "backend.py"
    text = backend.read_text()
    backend.write_text(text + '\n# secret("API_KEY"), secret("ELSEWHERE")\n')
    assert command("secret", "list", "--missing", code=1).split() == ["ELSEWHERE"]
    assert command("secret", "list", "--missing", "--branch", "main") == ""
    backend.write_text(text)
    command("secret", "remove", "API_KEY")
    assert command("secret", "list", "--json").strip() == "[]"

    command("env", "set", "THEME", typed="dark blue\n")
    file = tmp_path / "more.env"
    file.write_text("# a comment\nexport A=1\nB='two words'\n")
    command("env", "import", str(file))
    assert command("env", "list").split() == ["A", "B", "THEME"]
    assert command("env", "export") == 'A=1\nB="two words"\nTHEME="dark blue"\n'
    command("env", "set", "A", "--branch", "main", typed="2\n")
    assert json.loads(command("env", "list", "--branch", "main", "--json", "--values")) == {
        "A": "2"
    }
    file.write_text("A=1\nthis is wrong\n")
    told = command("env", "import", str(file), code=1)
    assert "line 2" in told
    assert "this is wrong" not in told
    command("env", "remove", "B")
    assert "B" not in command("env", "list").split()
