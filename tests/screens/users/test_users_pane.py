"""The users pane driven by keys, on a real pool of a local cloud; seen with boto3 afterwards."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from textual.widgets import Input, Static

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FormScreen
from screens.dialogs.options import Options
from screens.dialogs.problem_screen import ProblemScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.help_screen import HelpScreen
from screens.users.columns_screen import ColumnsScreen
from screens.users.detail_pane import DetailPane
from screens.users.groups_screen import GroupsScreen
from screens.users.messages_screen import MessagesScreen
from screens.users.report_screen import ReportScreen
from screens.users.screen import UsersScreen
from screens.users.tokens_screen import TokensScreen
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.driver import Driver
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.users.open_pool import OpenedPool
from workbench.users.outbound_messages import read_inbox
from workbench.users.token_store import saved_sign_in
from workbench.users.user_pools import UserPool


@dataclass
class UsersDriver(Driver):
    """Drives the pane, and asks Cognito what is true."""

    screen: UsersScreen
    cognito: Any
    pool_id: str

    async def fill(self, **values: str) -> None:
        """Fill in the dialog that opens, and take it."""
        await self.until(lambda: isinstance(self.app.screen, FormScreen), "the form")
        form = self.app.screen
        assert isinstance(form, FormScreen)
        for at, each in enumerate(form._fields):
            if each.name not in values:
                continue
            line = form.query_one(f"#form-{at}")
            if isinstance(line, Options):
                line.chosen = [value for value, _ in each.options].index(values[each.name])
            else:
                assert isinstance(line, Input)
                line.value = values[each.name]
        await self.press("f5")

    def form(self) -> FormScreen[Any]:
        form = self.app.screen
        assert isinstance(form, FormScreen)
        return form

    def problem(self) -> tuple[str, str]:
        """The one problem that the form shows, and the field that it stands at."""
        form = self.form()
        shown = [each for each in form.query(".problem").results(Static) if each.display]
        if not shown:
            return "", ""
        (place,) = shown
        number = str(place.id).rpartition("-")[2]
        field = form._fields[int(number)].name if number.isdecimal() else ""
        return str(place.render()), field

    def focused(self) -> str:
        """The field that has the focus."""
        line = self.form().focused
        return self.form()._fields[int(str(line.id).rpartition("-")[2])].name if line else ""

    def inbox(self) -> list[str]:
        opened = self.screen.browser.pager.opened
        assert opened is not None
        assert isinstance(opened.clients.target, LocalTarget)
        return [each.kind for each in read_inbox(opened.clients.target, self.pool_id)]

    async def settled(self) -> None:
        await self.until(
            lambda: (
                self.app.screen is self.screen
                and not self.screen.browser.bulk.is_running
                and not self.screen.browser.pager.is_running
            ),
            "the pane at rest",
        )

    def names(self) -> list[str]:
        return [user.label for user in self.screen.browser.users.shown]

    def seen(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=name)
        return found


Open = Callable[..., AbstractAsyncContextManager[UsersDriver]]


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


async def test_a_user_is_created_invited_put_into_a_group_and_disabled(pane: Open) -> None:
    async with pane() as users:
        assert plain(users.screen.browser.table.empty_rows()[1]) == "n creates one."
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
        await users.until(lambda: isinstance(users.app.screen, MessagesScreen), "the inbox")
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
        assert not users.screen.browser.users.shown[0].enabled


async def test_a_refusal_keeps_what_was_typed_and_goes_to_the_wrong_field(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        await users.press("n")
        await users.until(lambda: isinstance(users.app.screen, FormScreen), "the form")
        labels = [each.label for each in users.form()._fields]
        assert labels[0] == "E-mail address"
        await users.fill(name="bob", kind="permanent", password="Correct-horse-1")
        assert users.problem()[0] == "✗ Users of this pool sign in with an e-mail address."
        assert users.problem()[1] == users.focused() == "name"
        form = users.form()
        await users.fill(name="ann@example.com", groups="Nobody")
        await users.until(lambda: users.problem()[1] == "groups", "no such group")
        await users.fill(groups="Admins")
        await users.until(lambda: users.problem()[1] == "name", "Cognito's refusal")
        assert "already exists" in users.problem()[0]
        assert users.form() is form
        assert users.form().filled == {
            "name": "ann@example.com",
            "attributes": "",
            "groups": "Admins",
            "kind": "permanent",
            "password": "Correct-horse-1",
        }
        assert users.focused() == "name"
        await users.fill(name="bob@example.com")
        await users.settled()
        assert users.seen("bob@example.com")["UserStatus"] == "CONFIRMED"
        # Who has a permanent password is not told of a temporary one.
        assert users.inbox() == []


async def test_enter_goes_to_the_details_and_escape_back(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        detail = users.screen.query_one(DetailPane)
        await users.until(lambda: detail.rows, "the details")
        await users.press("enter")
        assert detail.has_focus
        await users.press("escape")
        assert users.screen.browser.table.has_focus


async def test_long_values_wrap_beside_the_table(pane: Open) -> None:
    async with pane("ann@example.com", size=(80, 24)) as users:
        user = users.screen.browser.table.current
        assert user is not None
        detail = users.screen.query_one(DetailPane)
        await users.until(lambda: detail.rows, "the details")
        text = "".join(plain(row.spans).strip() for row in detail.rows)
        assert user.username in text
        assert "…" not in text


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
        before = users.screen.browser.table.current
        assert before is not None
        await users.press("e")
        await users.fill(**{"+": "phone_number=555"})
        await users.pilot.pause()
        form = users.app.screen
        assert isinstance(form, FormScreen)
        problem, field = users.problem()
        assert "555 is not a valid phone number" in problem
        assert field == users.focused() == "+"
        assert form.query_one(f"#form-{len(form._fields) - 1}", Input).value == "phone_number=555"
        await users.fill(**{"+": "custom:never_declared=1"})
        await users.pilot.pause()
        assert "no attribute custom:never_declared" in users.problem()[0]
        await users.fill(**{"+": "family_name=Moe"})
        await users.settled()
        changed = users.screen.browser.users.of(before.username)
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
        gone = users.screen.browser.users.shown[0]
        users.cognito.admin_delete_user(UserPoolId=users.pool_id, Username=gone.username)
        await users.press("ctrl+a", "t")
        await users.until(lambda: isinstance(users.app.screen, ReportScreen), "the failures")
        report = users.app.screen
        title = str(report.query_one("#dialog").border_title)
        assert title == "Disabled 1 of 2 users, 1 failed"
        (row,) = report.query_one(RowList).rows
        assert gone.label in plain(row.spans)
        reasons = [str(each.render()) for each in report.query(".report-reason").results(Static)]
        assert len(reasons) == 1 and "User does not exist" in reasons[0]
        assert report.focused is report.query_one(RowList)
        # The user is there again under the same name: Enter tries again with this one.
        await users.press("enter")
        await users.until(lambda: isinstance(users.app.screen, ReportScreen), "still not")
        assert users.app.screen is not report
        await users.press("escape")
        await users.settled()


async def test_a_search_asks_cognito_and_escape_ends_it(pane: Open) -> None:
    async with pane("ann@example.com", "bob@example.com") as users:
        await users.press("slash")
        users.screen.query_one("#users-search", Input).value = "name^bob"
        await users.press("enter")
        await users.until(lambda: not users.names(), "nobody")
        told = " ".join(plain(line) for line in users.screen.browser.table.empty_rows())
        assert "name begins with 'bob'" in told and "~bob searches everywhere" in told
        await users.press("slash")
        users.screen.query_one("#users-search", Input).value = "OB@exam"
        await users.press("enter")
        await users.until(lambda: users.names() == ["bob@example.com"], "bob alone")
        await users.press("escape")
        await users.until(lambda: len(users.names()) == 2, "both")
        await users.press("slash")
        users.screen.query_one("#users-search", Input).value = "~BOB"
        await users.press("enter")
        await users.until(lambda: users.names() == ["bob@example.com"], "bob again")


async def test_more_users_are_read_as_the_cursor_comes_near(pane: Open) -> None:
    names = [f"user{n:03}@example.com" for n in range(620)]
    async with pane(*names, size=(80, 24)) as users:
        assert len(users.names()) == 300
        assert "so far" in str(users.screen.query_one("#users-bar", Static).render())
        await users.press("G")
        # To the real end, in one go: two more readings.
        await users.until(lambda: len(users.names()) == 620, "all")
        await users.until(lambda: users.screen.browser.table.cursor == 619, "the last one")
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
        assert any(
            "does not exist" in plain(line) for line in users.screen.browser.table.empty_rows()
        )


async def test_one_signs_in_as_a_user_and_the_disabled_one_is_forgotten(
    pane: Open, tmp_path: Path
) -> None:
    async with pane("ann@example.com") as users:
        users.cognito.create_user_pool_client(UserPoolId=users.pool_id, ClientName="web")
        users.cognito.admin_set_user_password(
            UserPoolId=users.pool_id,
            Username="ann@example.com",
            Password="Correct-horse-1",
            Permanent=True,
        )
        await users.press("o")
        await users.pick("SRP")
        await users.fill(password="Wrong-horse-1")
        await users.until(
            lambda: (
                isinstance(users.app.screen, FormScreen)
                and "Incorrect username or password" in users.problem()[0]
                and users.problem()[1] == users.focused() == "password"
            ),
            "the refusal",
        )
        await users.fill(password="Correct-horse-1")
        await users.until(lambda: isinstance(users.app.screen, TokensScreen), "the tokens")
        text = "\n".join(plain(row.spans) for row in users.app.screen.query_one(RowList).rows)
        assert "ann@example.com" in text
        assert "expires in" in text
        await users.press("d")
        assert users.copied[-1].count(".") == 2
        assert users.copied[-1] not in text
        await users.press("r")
        await users.press("escape")
        file = tmp_path / "sign-ins.json"
        name = users.screen.browser.table.current
        assert name is not None
        kept = saved_sign_in(file, users.pool_id, name.username)
        assert kept is not None
        assert kept.tokens is not None
        await users.press("t")

        def is_forgotten() -> bool:
            kept = saved_sign_in(file, users.pool_id, "ann@example.com")
            return kept is not None and kept.tokens is None

        await users.until(is_forgotten, "no tokens kept")


async def test_groups_are_made_changed_and_deleted(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        users.cognito.admin_add_user_to_group(
            UserPoolId=users.pool_id, Username="ann@example.com", GroupName="Admins"
        )

        def there() -> dict[str, dict[str, Any]]:
            found = users.cognito.list_groups(UserPoolId=users.pool_id)["Groups"]
            return {each["GroupName"]: each for each in found}

        await users.press("M")
        await users.until(lambda: isinstance(users.app.screen, GroupsScreen), "the groups")
        await users.until(lambda: len(users.app.screen.query_one(RowList).rows) == 2, "both")
        await users.press("n")
        await users.fill(name="Guests", precedence="7", description="Who looks only")
        await users.until(lambda: there().get("Guests", {}).get("Precedence") == 7, "made")
        await users.until(lambda: len(users.app.screen.query_one(RowList).rows) == 3, "three")
        await users.press("home", "e")
        await users.fill(precedence="x")
        assert isinstance(users.app.screen, FormScreen)  # held back: no number
        await users.fill(precedence="1")
        await users.until(lambda: there()["Admins"].get("Precedence") == 1, "changed")
        await users.until(lambda: isinstance(users.app.screen, GroupsScreen), "the groups")
        rows = users.app.screen.query_one(RowList)
        await users.until(
            lambda: any(r.key == "Admins" and " 1" in plain(r.spans) for r in rows.rows)
        )
        while rows.current is None or rows.current.key != "Admins":
            await users.press("down")
        await users.press("enter")
        await users.pick("ann")
        await users.until(
            lambda: (
                not users.cognito.list_users_in_group(UserPoolId=users.pool_id, GroupName="Admins")[
                    "Users"
                ]
            ),
            "out of it",
        )
        await users.press("D")
        await users.until(lambda: isinstance(users.app.screen, ConfirmScreen), "the question")
        await users.press("y")
        await users.until(lambda: "Admins" not in there(), "deleted")


async def test_users_are_seeded_exported_and_imported(pane: Open, tmp_path: Path) -> None:
    async with pane("ann@example.com") as users:
        await users.press("S")
        await users.fill(count="3", groups="Editors=1", password="weak")
        assert users.problem()[1] == users.focused() == "password"
        await users.fill(password="Passw0rd!-{n}")
        await users.until(lambda: isinstance(users.app.screen, ConfirmScreen), "the question")
        await users.press("y")
        await users.until(lambda: len(users.names()) == 4, "four users")
        await users.until(lambda: isinstance(users.app.screen, RowsScreen), "the password told")
        assert any(
            "Passw0rd!-{n}" in plain(row.spans) for row in users.app.screen.query_one(RowList).rows
        )
        await users.press("escape")
        seeded = next(each for each in users.screen.browser.users.shown if ".2@" in each.label)
        assert seeded.status == users.seen(seeded.username)["UserStatus"] == "CONFIRMED"
        client = users.cognito.create_user_pool_client(
            UserPoolId=users.pool_id,
            ClientName="web",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        )["UserPoolClient"]["ClientId"]
        given = {"USERNAME": seeded.label, "PASSWORD": "Passw0rd!-2"}
        signed_in = users.cognito.initiate_auth(
            ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
        )
        assert signed_in["AuthenticationResult"]["IdToken"]
        editors = users.cognito.list_users_in_group(UserPoolId=users.pool_id, GroupName="Editors")
        assert len(editors["Users"]) == 3
        await users.press("E")
        await users.fill(file="out.csv")
        file = tmp_path / "out.csv"
        await users.until(file.exists, "the file")
        assert len(file.read_text().splitlines()) == 5
        assert "Editors" in file.read_text()
        written = file.read_text()
        file.write_text(written.replace("ann@example.com", "ann").replace("Editors", "Readers"))
        await users.press("I")
        await users.fill(file="out.csv")
        await users.until(lambda: "not a valid e-mail address" in users.problem()[0], "the refusal")
        assert users.problem()[1] == users.focused() == "file"
        await users.press("escape")
        await users.settled()
        file.write_text(written.replace("ann@", "zoe@").replace("1,Editors", "1,Readers"))
        await users.press("I")
        await users.fill(file="out.csv")
        await users.until(lambda: isinstance(users.app.screen, ConfirmScreen), "the question")
        await users.press("y")
        await users.until(lambda: "zoe@example.com" in users.names(), "imported")


async def test_groups_and_second_factors_are_columns(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        users.cognito.admin_add_user_to_group(
            UserPoolId=users.pool_id, Username="ann@example.com", GroupName="Admins"
        )
        await users.press("c")
        await users.until(lambda: isinstance(users.app.screen, ColumnsScreen), "the columns")
        rows = users.app.screen.query_one(RowList)

        async def switch(name: str) -> None:
            while rows.current is None or rows.current.key != name:
                await users.press("down")
            await users.press("space")

        # It stays open for several.
        await switch("groups")
        await switch("MFA")
        assert isinstance(users.app.screen, ColumnsScreen)
        assert users.screen.browser.users.columns == ("user", "status", "created", "groups", "MFA")
        await users.press("escape")
        await users.until(
            lambda: "Admins" in plain(users.screen.browser.table.row_spans(0)), "the group"
        )


async def test_another_pool_is_chosen_and_its_users_are_deleted_by_typing(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        other = users.cognito.create_user_pool(PoolName="zz-staging")["UserPool"]["Id"]
        users.cognito.admin_create_user(UserPoolId=other, Username="bob", MessageAction="SUPPRESS")
        await users.press("P")
        await users.pick("zz-staging")
        await users.until(lambda: users.names() == ["bob"], "its users")
        assert "zz-staging" in str(users.screen.query_one("#users-bar", Static).render())
        await users.press("D")
        await users.fill(word="yes")
        assert isinstance(users.app.screen, FormScreen)  # held back: not the word
        await users.fill(word="bob")
        await users.until(lambda: users.cognito.list_users(UserPoolId=other)["Users"] == [], "gone")
        users.cognito.delete_user_pool(UserPoolId=other)


async def test_the_help_lists_the_panes_keys(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        await users.press("question_mark")
        await users.until(lambda: isinstance(users.app.screen, HelpScreen), "the help")
        text = "\n".join(plain(row.spans) for row in users.app.screen.query_one(RowList).rows)
        assert "Sign in as the user" in text
        assert "users.create" in text


def refuse(users: UsersDriver, code: str, message: str, times: int) -> None:
    """Let AWS answer so, ``times`` times, at the HTTP boundary."""
    opened = users.screen.browser.pager.opened
    assert opened is not None
    left = iter(range(times))

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        if next(left, None) is None:
            return None
        body = json.dumps({"__type": code, "message": message}).encode()
        raw = RawResponse(io.BytesIO(body))
        return AWSResponse(request.url, 400, HTTPHeaders(), raw)

    events: Any = opened.clients.cognito_idp.meta.events
    events.register("before-send.cognito-identity-provider", answer)


class RawResponse(io.BufferedReader):
    """What urllib3 would have given."""

    def stream(self, *_size: int) -> Iterator[bytes]:
        yield self.read()


async def test_throttling_is_waited_for(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        refuse(users, "TooManyRequestsException", "Too many requests", 2)
        await users.press("t")
        await users.until(lambda: not users.seen("ann@example.com")["Enabled"], "disabled")


async def test_expired_credentials_are_told_and_nothing_is_lost(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        refuse(users, "ExpiredTokenException", "The security token is expired", 1_000)
        await users.press("t")
        await users.until(lambda: isinstance(users.app.screen, ProblemScreen), "the problem")
        (problem, *_) = users.app.screen.query_one(RowList).rows
        assert "expired" in plain(problem.spans)
        await users.press("escape")
        assert users.names() == ["ann@example.com"]
        await users.press("r")
        hint = users.screen.browser.table
        await users.until(
            lambda: any("Sign in to AWS again" in plain(line) for line in hint.empty_rows()), "told"
        )


async def test_a_column_is_shown_and_stands_first(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        await users.press("c")
        await users.until(lambda: isinstance(users.app.screen, ColumnsScreen), "the columns")
        rows = users.app.screen.query_one(RowList)
        while rows.current is None or rows.current.key != "username":
            await users.press("down")
        await users.press("f", "escape")
        await users.until(lambda: users.screen.browser.users.columns[0] == "username", "first")
        assert users.screen.browser.users.columns == ("username", "user", "status", "created")
        name = users.seen("ann@example.com")["Username"]
        assert plain(users.screen.browser.table.row_spans(0)).strip("✓ ").startswith(name[:12])


async def test_the_rarer_actions_are_done_with_all_marked_users(pane: Open) -> None:
    async with pane("ann@example.com", "bob@example.com") as users:
        for name in ("ann@example.com", "bob@example.com"):
            users.cognito.admin_update_user_attributes(
                UserPoolId=users.pool_id,
                Username=name,
                UserAttributes=[{"Name": "email_verified", "Value": "false"}],
            )

        async def do(words: str, *then: str) -> None:
            await users.press("ctrl+a", "x")
            await users.pick(words)
            for more in then:
                await users.pick(more)
            await users.settled()

        def attributes(name: str) -> dict[str, str]:
            return {each["Name"]: each["Value"] for each in users.seen(name)["UserAttributes"]}

        both = ("ann@example.com", "bob@example.com")
        await do("e-mail address as verified")
        await users.until(
            lambda: all(attributes(name)["email_verified"] == "true" for name in both), "verified"
        )
        await do("invitation again")
        target = users.screen.browser.pager.opened
        assert target is not None
        assert isinstance(target.clients.target, LocalTarget)
        endpoint = target.clients.target

        def invited() -> bool:
            kinds = [each.kind for each in read_inbox(endpoint, users.pool_id)]
            return kinds.count("invitation") == 2

        await users.until(invited, "two invitations")
        await do("second factor", "e-mail")
        await users.until(
            lambda: all(
                users.seen(name).get("UserMFASettingList") == ["EMAIL_OTP"] for name in both
            ),
            "the factor",
        )
