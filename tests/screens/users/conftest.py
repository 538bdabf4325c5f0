"""The users pane on a pool of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from screens.users.screen import UsersScreen
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from tests.screens.users.users_driver import Open, UsersDriver
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.users.open_pool import OpenedPool
from workbench.users.user_pools import UserPool


@pytest.fixture
def pane(local_cloud: LocalTarget, tmp_path: Path) -> Open:
    """Open the pane on a new pool with some users and the groups Admins and Editors."""

    @asynccontextmanager
    async def opened(*users: str, size: tuple[int, int] = (140, 40)) -> AsyncIterator[UsersDriver]:
        clients = Clients(local_cloud)
        cognito = clients.cognito_idp
        pool_id = cognito.create_user_pool(PoolName="users", UsernameAttributes=["email"])[
            "UserPool"
        ]["Id"]
        for group in ("Admins", "Editors"):
            cognito.create_group(UserPoolId=pool_id, GroupName=group)
        for name in users:
            cognito.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")
        starter = ScriptedStarter(
            tmp_path,
            open_pool=lambda: OpenedPool(
                UserPool(clients, pool_id), clients, sign_ins_file=tmp_path / "sign-ins.json"
            ),
        )
        app = scripted_app(starter)
        async with app.run_test(size=size) as pilot:
            await sandbox_screen(pilot, starter, first_deployment())
            await pilot.press("8")
            await until(pilot, lambda: isinstance(app.screen, UsersScreen), "the pane")
            screen = app.screen
            assert isinstance(screen, UsersScreen)
            driver = UsersDriver(pilot, app, screen, cognito, pool_id)
            await driver.settled()
            yield driver

    return opened
