"""The branches pane driven by keys, on a real repository and a real local cloud."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from screens.app import WorkbenchApp
from screens.branches.domains_screen import DomainsScreen
from screens.branches.history_screen import HistoryScreen
from screens.branches.logs_screen import LogsScreen
from screens.branches.promote_screen import PromoteScreen
from screens.branches.screen import BranchesScreen
from screens.branches.variables_screen import VariablesScreen
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.destroy_screen import DestroyScreen
from screens.dialogs.form_screen import FormScreen
from screens.dialogs.picker_screen import PickerScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.sandbox.resources_pane import ResourcesPane
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.branches.repository import Repository, make_repository
from tests.screens.driver import Driver
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.branches.context import OpenedBranches
from workbench.branches.deletions import read_deletions
from workbench.branches.hosting import Hosting
from workbench.branches.promote import plan_promotion
from workbench.git.command import GitProblem
from workbench.loop.dry_run import ComingChanges
from workbench.project.identity import secret_path, stack_name
from workbench.project.models import BackendIdentity, Project
from workbench.project.node_runtime import find_node
from workbench.startup import Session


@dataclass
class BranchesDriver(Driver):
    """Drives the pane on its repository."""

    repository: Repository
    hosting: Hosting
    clients: Clients
    project: Project

    async def until_shown(self, words: str, of: type[Any] = BranchesScreen) -> None:
        def is_shown() -> bool:
            screen = self.app.screen
            return isinstance(screen, of) and any(
                words in plain(row.spans) for view in screen.query(RowList) for row in view.rows
            )

        await until(self.pilot, is_shown, words)

    async def type_in(self, *texts: str) -> None:
        """Fill in a form's lines and take it."""
        await self.until_on(FormScreen)
        for field, text in zip(self.app.screen.query(Input), texts, strict=True):
            field.value = text
        await self.press("ctrl+j")

    async def allow(self, word: str) -> None:
        """Answer the question before something is destroyed, by typing."""
        await self.until_on(DestroyScreen)
        self.app.screen.query_one(Input).value = word
        await self.press("enter")

    async def rest_on(self, name: str) -> None:
        screen = self.app.screen
        assert isinstance(screen, BranchesScreen)
        await self.press("home")
        for _ in screen.environments.all:
            if screen.current is not None and screen.current.name == name:
                return
            await self.press("down")
        raise AssertionError(f"{name} is not listed")


@pytest.fixture
def pane(local_cloud: LocalTarget, tmp_path: Path) -> Any:
    """Open the pane on a repository with the branches main and feature."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[BranchesDriver]:
        repository = make_repository(tmp_path / "app")
        repository.git("switch", "--quiet", "--create", "feature")
        repository.commit("Only here", a="1")
        repository.git("switch", "--quiet", "main")
        project = Project(repository.root, repository.root / "amplify/backend.py", "pane-app")
        clients = Clients(local_cloud)
        hosting = Hosting(clients.client("amplify"), project)
        identity = BackendIdentity("pane-app", "me")
        session = Session(project, identity, find_node(), local_cloud, True)
        starter = ScriptedStarter(
            tmp_path, open_branches=lambda: OpenedBranches(session, clients, hosting)
        )
        app = scripted_app(starter)
        async with app.run_test(size=(140, 40)) as pilot:
            await sandbox_screen(pilot, starter, first_deployment())
            await pilot.press("9")
            driver = BranchesDriver(pilot, app, repository, hosting, clients, project)
            await driver.until_shown("Only here")
            yield driver

    return opened


async def test_a_branch_is_connected_its_failing_job_told_and_it_is_deleted(pane: Any) -> None:
    async with pane() as branches:
        await branches.rest_on("feature")
        await branches.press("n")
        await branches.until_on(PickerScreen)
        await branches.press("enter")
        # There is no backend in this repository: the job runs for real, and says so.
        await branches.until_shown("failed after", LogsScreen)
        await branches.until_shown("DEPLOY", LogsScreen)
        await branches.press("escape")
        await branches.until_shown("✗ #1")
        app = branches.hosting.known_app()
        assert [each.name for each in branches.hosting.branches(app)] == ["feature"]
        await branches.rest_on("feature")
        await branches.press("d")
        await branches.until_shown("failed after", LogsScreen)
        await branches.press("escape")
        await branches.until_shown("✗ #2")
        await branches.rest_on("feature")
        await branches.press("D")
        await branches.until_on(DestroyScreen)
        await branches.press("y", "enter")
        assert isinstance(branches.app.screen, DestroyScreen)  # a letter is no answer
        assert len(branches.hosting.branches(app)) == 1
        await branches.allow("feature")
        await until(branches.pilot, lambda: branches.hosting.branches(app) == (), "gone")
        await branches.until_on(BranchesScreen)
        await branches.press("H")
        await branches.until_shown("branch feature  deleted", RowsScreen)
        await branches.until_shown("typed feature", RowsScreen)


async def test_a_promotion_names_its_commits_and_moves_the_target(pane: Any) -> None:
    async with pane() as branches:
        await branches.rest_on("feature")
        await branches.press("p")
        await branches.until_on(PickerScreen)
        await branches.press("enter")
        await branches.until_shown("moves forward by 1 commit", PromoteScreen)
        await branches.until_shown("Only here", PromoteScreen)
        await branches.until_shown("nothing is deployed", PromoteScreen)
        await branches.press("y")
        git = branches.repository.git
        await until(
            branches.pilot,
            lambda: git("rev-parse", "main") == git("rev-parse", "feature"),
            "promoted",
        )
        # Nothing more to merge is said at once, and stays until it is read.
        await branches.until_on(BranchesScreen)
        await branches.rest_on("feature")
        await branches.press("p")
        await branches.until_on(PickerScreen)
        await branches.press("enter")
        await branches.until_shown("main has all commits of feature already", RowsScreen)


async def test_a_promotion_waits_for_what_it_would_deploy(pane: Any) -> None:
    async with pane() as branches:
        evaluated = threading.Event()

        def look() -> ComingChanges:
            evaluated.wait(60)
            raise GitProblem("The merged code cannot be evaluated.", "Correct it.")

        plan = plan_promotion(branches.repository.root, "feature", "main")
        assert plan.files == ("a",)
        answers: list[bool | None] = []
        branches.app.push_screen(PromoteScreen(plan, look), answers.append)
        await branches.until_shown("Evaluating the merged code", PromoteScreen)
        await branches.press("y")
        assert isinstance(branches.app.screen, PromoteScreen)
        assert "Promote" not in bound(branches.app)
        evaluated.set()
        await branches.until_shown("cannot be evaluated", PromoteScreen)
        # What Git or the code refuses cannot be promoted either.
        await branches.press("y", "n")
        await until(branches.pilot, lambda: answers == [False], "no")
        branches.app.push_screen(PromoteScreen(replace(plan, files=()), look), answers.append)
        await branches.until_shown("No file changes", PromoteScreen)
        assert "Promote" in bound(branches.app)
        await branches.press("y")
        await until(branches.pilot, lambda: answers == [False, True], "yes")


def bound(app: WorkbenchApp) -> set[str]:
    """The keys that work now, by their words."""
    return {
        each.binding.description for each in app.screen.active_bindings.values() if each.enabled
    }


TEMPLATE = json.dumps(
    {
        "Resources": {
            "Notes": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "BillingMode": "PAY_PER_REQUEST",
                },
            }
        }
    }
)


def deploy_sandbox(clients: Clients, name: str) -> str:
    """Someone's sandbox, as its stack's name says; one note is in its table."""
    cloudformation = clients.cloudformation
    stack = stack_name(BackendIdentity("pane-app", name))
    cloudformation.create_stack(StackName=stack, TemplateBody=TEMPLATE)
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1}
    )
    (found,) = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    clients.client("dynamodb").put_item(
        TableName=found["PhysicalResourceId"], Item={"id": {"S": "1"}}
    )
    return stack


def stacks(clients: Clients) -> set[str]:
    pages = clients.cloudformation.get_paginator("list_stacks").paginate()
    return {
        each["StackName"]
        for page in pages
        for each in page["StackSummaries"]
        if each["StackStatus"] != "DELETE_COMPLETE"
    }


async def test_the_workbench_is_turned_to_another_environment_and_back(pane: Any) -> None:
    async with pane() as branches:
        stack = await asyncio.to_thread(deploy_sandbox, branches.clients, "bob")
        await branches.press("r")
        await branches.until_shown("bob, panea")
        await branches.rest_on("bob")
        await branches.press("o")
        banner = branches.app.screen.query_one(EnvironmentBanner)
        assert banner.display
        assert "bob" in str(banner.render())
        assert branches.app.shell.environment is not None
        assert branches.app.shell.environment.stack == stack
        await branches.press("escape")
        sandbox = branches.app.screen
        resources = sandbox.query_one(ResourcesPane)
        await until(branches.pilot, lambda: "bob · 1 resource" in str(resources.border_title))
        assert any("Notes" in plain(row.spans) for row in resources.rows)
        await branches.press("8")
        await until(branches.pilot, lambda: branches.app.screen.id == "users", "users")
        banner = branches.app.screen.query_one(EnvironmentBanner)
        assert banner.display
        await branches.press("escape")
        await branches.press("0")
        await until(branches.pilot, lambda: "bob" not in str(resources.border_title), "own again")
        assert not sandbox.query_one(EnvironmentBanner).display
        await asyncio.to_thread(branches.clients.cloudformation.delete_stack, StackName=stack)


async def test_details_say_what_costs_and_sandboxes_are_deleted_together(pane: Any) -> None:
    async with pane() as branches:
        made = [
            await asyncio.to_thread(deploy_sandbox, branches.clients, name)
            for name in ("cid", "dot")
        ]
        await branches.press("r")
        await branches.until_shown("dot, panea")
        await branches.rest_on("cid")
        await branches.press("i")
        await branches.until_shown("by requests and by storage", RowsScreen)
        await branches.press("escape")
        for name in ("cid", "dot"):
            await branches.rest_on(name)
            await branches.press("space")
        await branches.press("D")
        await branches.until_shown("1 item", DestroyScreen)
        await branches.allow("delete")
        assert isinstance(branches.app.screen, DestroyScreen)
        await branches.allow("delete 2")
        await until(branches.pilot, lambda: not stacks(branches.clients) & {*made}, "deleted")
        await branches.until_on(BranchesScreen)
        await until(
            branches.pilot, lambda: not branches.app.screen.environments.deleting, "all done"
        )  # type: ignore[attr-defined]
        told = read_deletions(branches.project)
        assert {(each.name, each.outcome, each.how) for each in told} == {
            ("cid", "deleted", "typed delete 2"),
            ("dot", "deleted", "typed delete 2"),
        }
        assert all("1 item" in " ".join(each.lost) for each in told)


async def test_variables_and_secrets_are_set_copied_and_missing_ones_named(
    pane: Any, tmp_path: Path
) -> None:
    async with pane() as branches:
        git = branches.repository
        code = 'key = secret("API_KEY")\nother = secret("OTHER")\n'
        commit = git.commit("Asks for secrets", amplify__backend_dot_py=code)
        git.git("branch", "--force", "feature", commit)
        app = branches.hosting.create_app()
        for name in ("feature", "main"):
            branches.hosting.connect(app, name, production=False, auto_build=False)
        await branches.press("r")
        await branches.until_shown("not deployed")
        await branches.rest_on("feature")
        await branches.press("v")
        await branches.until_shown("API_KEY", VariablesScreen)
        await branches.until_shown("the code asks for it", VariablesScreen)
        await branches.press("n")
        await branches.until_on(PickerScreen)
        await branches.press("down", "enter")
        await branches.type_in("API_KEY", "hush-hush-2")
        await branches.until_shown("••••", VariablesScreen)
        await branches.press("n")
        await branches.until_on(PickerScreen)
        await branches.press("enter")
        await branches.type_in("THEME", "dark")
        await branches.until_shown("THEME", VariablesScreen)
        await branches.press("s")
        await branches.until_shown("dark", VariablesScreen)
        texts = [plain(row.spans) for row in branches.app.screen.query_one(RowList).rows]
        assert not any("hush-hush" in text for text in texts)
        assert [text for text in texts if "asks for it" in text and "OTHER" in text]
        await branches.press("C")
        await branches.until_on(PickerScreen)
        await branches.press("enter")
        await branches.until_on(VariablesScreen)
        names = branches.clients.ssm.describe_parameters()["Parameters"]
        wanted = secret_path(BackendIdentity(app.id, "main", "branch"), "API_KEY")
        await until(
            branches.pilot,
            lambda: branches.hosting.branch(app, "main").variables == {"THEME": "dark"},
            "copied",
        )
        names = branches.clients.ssm.describe_parameters()["Parameters"]
        assert wanted in {each["Name"] for each in names}
        (branches.repository.root / "more.env").write_text("A=1\nB=two words\n")
        await branches.press("i")
        await branches.type_in("more.env")
        await branches.until_shown("two words", VariablesScreen)
        await branches.press("x")
        await branches.type_in("out.env")
        out = branches.repository.root / "out.env"
        await until(branches.pilot, out.exists, "exported")
        await until(branches.pilot, lambda: "THEME=dark" in out.read_text(), "written")
        assert out.stat().st_mode & 0o777 == 0o600
        branches.clients.client("amplify").delete_app(appId=app.id)


async def test_history_tells_what_changed_and_domains_show_their_records(pane: Any) -> None:
    async with pane() as branches:
        app = branches.hosting.create_app()
        branches.hosting.connect(app, "feature", production=False, auto_build=False)
        first = branches.hosting.start(app, "feature")
        await until(
            branches.pilot, lambda: branches.hosting.job(app, "feature", first.id).has_ended, "one"
        )
        branches.repository.git("switch", "--quiet", "feature")
        branches.repository.commit("A second thing", notes_dot_txt="more")
        branches.repository.git("switch", "--quiet", "main")
        second = branches.hosting.start(app, "feature")
        await until(
            branches.pilot, lambda: branches.hosting.job(app, "feature", second.id).has_ended, "two"
        )
        await branches.press("r")
        await branches.until_shown("✗ #2")
        await branches.rest_on("feature")
        await branches.press("h")
        await branches.until_shown("A second thing", HistoryScreen)
        await branches.until_shown("provision", HistoryScreen)
        await branches.press("c")
        await branches.until_shown("notes.txt", RowsScreen)
        await branches.press("escape", "escape")
        await branches.until_on(BranchesScreen)
        await branches.press("R")
        await branches.until_shown("failed after", LogsScreen)
        await branches.press("slash")
        await branches.pilot.pause()
        await branches.press(*"provision")
        await branches.until_shown("PROVISION", LogsScreen)
        lines = branches.app.screen.query_one("#job-lines", RowList)
        dialog = branches.app.screen.query_one("#dialog")
        assert lines.region.bottom <= dialog.content_region.bottom, "the last lines are cut off"
        await until(
            branches.pilot,
            lambda: all("DEPLOY" not in plain(row.spans) for row in lines.rows),
            "filtered",
        )
        await branches.press("escape", "escape")
        await branches.until_on(BranchesScreen)
        await branches.press("w")
        await branches.until_shown("No custom domain", DomainsScreen)
        await branches.press("n")
        await branches.type_in("not a domain", "www", "feature")
        await branches.type_in("example.com", "www", "feature")
        await branches.until_shown("www CNAME", DomainsScreen)
        await branches.press("D")
        await branches.until_on(ConfirmScreen)
        await branches.press("y")
        await branches.until_shown("No custom domain", DomainsScreen)
        branches.clients.client("amplify").delete_app(appId=app.id)
