"""The branches pane driven by keys, on a real repository and a real local cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.branches.logs_screen import LogsScreen
from screens.branches.screen import BranchesScreen
from screens.playground.picker_screen import PickerScreen
from screens.sandbox.confirm_screen import ConfirmScreen
from screens.widgets.row_list import RowList
from screens.widgets.tones import plain
from tests.branches.repository import Repository, make_repository
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.branches.hosting import Hosting
from workbench.branches.opening import OpenedBranches
from workbench.project.models import BackendIdentity, Project
from workbench.project.node_runtime import find_node
from workbench.startup import Session


class Driver:
    """Drives the pane."""

    def __init__(
        self, pilot: Pilot[None], app: WorkbenchApp, repository: Repository, hosting: Hosting
    ) -> None:
        self.pilot = pilot
        self.app = app
        self.repository = repository
        self.hosting = hosting

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until_shown(self, words: str, of: type[Any] = BranchesScreen) -> None:
        def is_shown() -> bool:
            screen = self.app.screen
            return isinstance(screen, of) and any(
                words in plain(row.spans) for view in screen.query(RowList) for row in view.rows
            )

        await until(self.pilot, is_shown, words)

    async def rest_on(self, name: str) -> None:
        screen = self.app.screen
        assert isinstance(screen, BranchesScreen)
        await self.press("home")
        for _ in screen.environments:
            if screen.current is not None and screen.current.name == name:
                return
            await self.press("down")
        raise AssertionError(f"{name} is not listed")


@pytest.fixture
def pane(local_cloud: LocalTarget, tmp_path: Path) -> Any:
    """Open the pane on a repository with the branches main and feature."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Driver]:
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
            driver = Driver(pilot, app, repository, hosting)
            await driver.until_shown("Only here")
            yield driver

    return opened


async def test_a_branch_is_connected_its_failing_job_told_and_it_is_deleted(pane: Any) -> None:
    async with pane() as branches:
        await branches.rest_on("feature")
        await branches.press("n")
        # There is no backend in this repository: the job runs for real, and says so.
        await branches.until_shown("failed after", LogsScreen)
        await branches.until_shown("DEPLOY", LogsScreen)
        await branches.press("escape")
        await branches.until_shown("✗ job 1")
        app = branches.hosting.known_app()
        assert [each.name for each in branches.hosting.branches(app)] == ["feature"]
        await branches.rest_on("feature")
        await branches.press("d")
        await branches.until_shown("failed after", LogsScreen)
        await branches.press("escape")
        await branches.until_shown("✗ job 2")
        await branches.rest_on("feature")
        await branches.press("D")
        await until(branches.pilot, lambda: isinstance(branches.app.screen, ConfirmScreen), "asked")
        await branches.press("y")
        await until(branches.pilot, lambda: branches.hosting.branches(app) == (), "gone")


async def test_a_promotion_names_its_commits_and_moves_the_target(pane: Any) -> None:
    async with pane() as branches:
        await branches.rest_on("feature")
        await branches.press("p")
        await until(branches.pilot, lambda: isinstance(branches.app.screen, PickerScreen), "where")
        await branches.press("enter")
        await branches.until_shown("moves forward by 1 commit", ConfirmScreen)
        await branches.until_shown("Only here", ConfirmScreen)
        await branches.press("y")
        git = branches.repository.git
        await until(
            branches.pilot,
            lambda: git("rev-parse", "main") == git("rev-parse", "feature"),
            "promoted",
        )
