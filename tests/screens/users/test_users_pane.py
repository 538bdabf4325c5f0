"""The users pane driven by keys, on a real pool of a local cloud; seen with boto3 afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from screens.app import WorkbenchApp
from screens.playground.picker_screen import PickerScreen
from screens.sandbox.confirm_screen import ConfirmScreen
from screens.users.form_screen import FormScreen
from screens.users.inbox_screen import InboxScreen
from screens.users.screen import UsersScreen
from screens.widgets.row_list import RowList
from screens.widgets.tones import plain
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.aws.sandbox_pool import OpenedPool
from workbench.aws.target import LocalTarget
from workbench.aws.user_pools import UserPool


@dataclass
class Driver:
    """Drives the pane, and asks Cognito what is true."""

    pilot: Pilot[None]
    app: WorkbenchApp
    screen: UsersScreen
    cognito: Any
    pool_id: str
    copied: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        await until(self.pilot, holds, what)

    async def fill(self, **values: str) -> None:
        """Fill in the dialog that opens, and take it."""
        await self.until(lambda: isinstance(self.app.screen, FormScreen), "the form")
        form = self.app.screen
        assert isinstance(form, FormScreen)
        for at, each in enumerate(form._fields):
            if each.name in values:
                form.query_one(f"#form-{at}", Input).value = values[each.name]
        await self.press("f5")

    async def pick(self, words: str) -> None:
        """Take the first row that fits in the dialog that opens."""
        await self.until(lambda: isinstance(self.app.screen, PickerScreen), "the dialog")
        self.app.screen.query_one(Input).value = words
        await self.pilot.pause()
        await self.press("enter")

    async def settled(self) -> None:
        await self.until(
            lambda: (
                self.app.screen is self.screen
                and not self.screen.acting.is_busy
                and not self.screen.loading_users.is_running
            ),
            "the pane at rest",
        )

    def names(self) -> list[str]:
        return [user.label for user in self.screen.roster.shown]

    def seen(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=name)
        return found


Open = Callable[..., AbstractAsyncContextManager[Driver]]


@pytest.fixture
def pane(local_cloud: LocalTarget, tmp_path: Path) -> Open:
    """Open the pane on a new pool with some users and the groups Admins and Editors."""

    @asynccontextmanager
    async def opened(*users: str, size: tuple[int, int] = (140, 40)) -> AsyncIterator[Driver]:
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
            tmp_path, open_pool=lambda: OpenedPool(UserPool(clients, pool_id), clients)
        )
        app = scripted_app(starter)
        async with app.run_test(size=size) as pilot:
            await sandbox_screen(pilot, starter, first_deployment())
            await pilot.press("8")
            await until(pilot, lambda: isinstance(app.screen, UsersScreen), "the pane")
            screen = app.screen
            assert isinstance(screen, UsersScreen)
            driver = Driver(pilot, app, screen, cognito, pool_id)
            app.copy = lambda text, what: driver.copied.append(text)  # type: ignore[method-assign,assignment,return-value]
            await driver.settled()
            yield driver

    return opened


async def test_a_user_is_created_invited_put_into_a_group_and_disabled(pane: Open) -> None:
    async with pane() as users:
        assert plain(users.screen.table.empty_rows()[1]) == "n creates one."
        await users.press("n")
        await users.fill(name="ann@example", attributes="given_name=Ann")
        await users.pilot.pause()
        assert isinstance(users.app.screen, FormScreen)  # what is wrong is said in the dialog
        await users.fill(name="ann@example.com")
        await users.settled()
        assert users.names() == ["ann@example.com"]
        attributes = {
            each["Name"]: each["Value"] for each in users.seen("ann@example.com")["UserAttributes"]
        }
        assert (attributes["given_name"], attributes["email_verified"]) == ("Ann", "true")
        await users.press("i")
        await users.until(lambda: isinstance(users.app.screen, InboxScreen), "the inbox")
        inbox = users.app.screen.query_one(RowList)
        await users.until(lambda: inbox.rows, "a message")
        assert "invitation  to ann@example.com" in plain(inbox.rows[0].spans)
        await users.press("escape", "m")
        await users.pick("Editors")
        await users.settled()
        groups = users.cognito.admin_list_groups_for_user(
            UserPoolId=users.pool_id, Username="ann@example.com"
        )["Groups"]
        assert [each["GroupName"] for each in groups] == ["Editors"]
        await users.press("m")
        await users.pick("Reviewers")  # there is none yet
        await users.settled()
        assert users.cognito.list_users_in_group(UserPoolId=users.pool_id, GroupName="Reviewers")[
            "Users"
        ]
        await users.press("t")
        await users.until(lambda: not users.seen("ann@example.com")["Enabled"], "disabled")
        await users.settled()
        assert not users.screen.roster.shown[0].enabled


async def test_a_generated_password_is_copied_and_signs_in(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        client = users.cognito.create_user_pool_client(
            UserPoolId=users.pool_id,
            ClientName="web",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        )["UserPoolClient"]["ClientId"]
        await users.press("p")
        await users.fill()
        await users.until(lambda: users.copied, "the copy")
        answer = users.cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann@example.com", "PASSWORD": users.copied[0]},
        )
        assert answer["AuthenticationResult"]["IdToken"]


async def test_a_wrong_change_stays_in_the_dialog_as_it_was(pane: Open) -> None:
    async with pane("ann@example.com", "bob@example.com") as users:
        before = users.screen.table.current
        assert before is not None
        await users.press("e")
        await users.fill(**{"+": "phone_number=555"})
        await users.pilot.pause()
        form = users.app.screen
        assert isinstance(form, FormScreen)
        problem = str(form.query_one("#form-problem", Static).render())
        assert "555 is no phone number" in problem
        assert form.query_one(f"#form-{len(form._fields) - 1}", Input).value == "phone_number=555"
        await users.fill(**{"+": "custom:never_declared=1"})
        await users.pilot.pause()
        assert "no attribute custom:never_declared" in str(
            form.query_one("#form-problem", Static).render()
        )
        await users.fill(**{"+": "family_name=Moe"})
        await users.settled()
        changed = users.screen.roster.of(before.username)
        assert changed is not None and changed.attributes["family_name"] == "Moe"


async def test_marked_users_are_deleted_together_after_the_question(pane: Open) -> None:
    async with pane("ann@example.com", "bob@example.com", "cy@example.com") as users:
        kept = users.names()[2]
        await users.press("space", "space", "D")
        await users.until(lambda: isinstance(users.app.screen, ConfirmScreen), "the question")
        await users.press("n")
        await users.settled()
        assert len(users.cognito.list_users(UserPoolId=users.pool_id)["Users"]) == 3
        await users.press("D")
        await users.until(lambda: isinstance(users.app.screen, ConfirmScreen), "the question")
        await users.press("y")
        await users.until(lambda: users.names() == [kept], "the end of two")
        left = users.cognito.list_users(UserPoolId=users.pool_id)["Users"]
        assert len(left) == 1


async def test_who_failed_is_told_and_can_be_tried_again(pane: Open) -> None:
    async with pane("ann@example.com", "bob@example.com") as users:
        gone = users.screen.roster.shown[0]
        users.cognito.admin_delete_user(UserPoolId=users.pool_id, Username=gone.username)
        await users.press("ctrl+a", "t")
        await users.until(lambda: isinstance(users.app.screen, PickerScreen), "the failures")
        rows = [plain(row.spans) for row in users.app.screen.query_one(RowList).rows]
        assert rows[0] == "Try again with these"
        assert gone.label in rows[1] and "User does not exist" in rows[1]
        assert len(rows) == 2
        await users.press("escape")
        await users.settled()


async def test_a_search_asks_cognito_and_escape_ends_it(pane: Open) -> None:
    async with pane("ann@example.com", "bob@example.com") as users:
        await users.press("slash")
        users.screen.query_one("#users-search", Input).value = "bob"
        await users.press("enter")
        await users.until(lambda: users.names() == ["bob@example.com"], "bob alone")
        await users.press("escape")
        await users.until(lambda: len(users.names()) == 2, "both")
        await users.press("slash")
        users.screen.query_one("#users-search", Input).value = "custom:team=blue"
        await users.press("enter")
        await users.pilot.pause()
        assert users.screen.query_one("#users-search").has_class("-open")  # nothing typed is lost


async def test_more_users_are_read_as_the_cursor_comes_near(pane: Open) -> None:
    names = [f"user{n:03}@example.com" for n in range(320)]
    async with pane(*names, size=(80, 24)) as users:
        assert len(users.names()) == 300
        assert "so far" in str(users.screen.query_one("#users-bar", Static).render())
        await users.press("G")
        await users.until(lambda: len(users.names()) == 320, "all")
        await users.press("s")
        await users.pilot.pause()
        assert users.names() == names
        await users.press("s")
        await users.pilot.pause()
        assert users.names() == names[::-1]


async def test_a_pool_that_is_deleted_meanwhile_is_told(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        users.cognito.delete_user_pool(UserPoolId=users.pool_id)
        await users.press("r")
        await users.until(lambda: not users.names(), "the empty table")
        await users.settled()
        assert any("does not exist" in plain(line) for line in users.screen.table.empty_rows())
