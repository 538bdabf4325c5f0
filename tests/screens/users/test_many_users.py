"""Actions of the users pane on many users, driven by keys on a real pool."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FormScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.users.report_screen import ReportScreen
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.users.users_driver import Open
from workbench.aws.target import LocalTarget
from workbench.users.outbound_messages import read_inbox


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
