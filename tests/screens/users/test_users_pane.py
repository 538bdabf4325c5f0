"""The users pane driven by keys, on a real pool of a local cloud; seen with boto3 afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.widgets import Input, Static

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FormScreen
from screens.help_screen import HelpScreen
from screens.users.columns_screen import ColumnsScreen
from screens.users.detail_pane import DetailPane
from screens.users.groups_screen import GroupsScreen
from screens.users.messages_screen import MessagesScreen
from screens.users.tokens_screen import TokensScreen
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.users.users_driver import Open
from workbench.users.token_store import saved_sign_in


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


async def test_the_help_lists_the_panes_keys(pane: Open) -> None:
    async with pane("ann@example.com") as users:
        await users.press("question_mark")
        await users.until(lambda: isinstance(users.app.screen, HelpScreen), "the help")
        text = "\n".join(plain(row.spans) for row in users.app.screen.query_one(RowList).rows)
        assert "Sign in as the user" in text
        assert "users.create" in text


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
