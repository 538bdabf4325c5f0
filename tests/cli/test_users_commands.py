"""``amplify-tui users`` on the deployed matrix's pool, seen with boto3 afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_here import command_here
from tests.cli.sandbox_process import run_command
from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.aws.clients import Clients
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin, claims

pytestmark = pytest.mark.npm

USER = "eve@example.com"


@pytest.fixture
def cognito(python_matrix: Deployed) -> Iterator[Any]:
    """The pool's own client; the user is gone before and after."""
    client = Clients(python_matrix.target).cognito_idp
    pool = python_matrix.outputs["auth"]["user_pool_id"]

    def forget() -> None:
        found = client.list_users(UserPoolId=pool, Filter=f'email = "{USER}"')["Users"]
        for each in found:
            client.admin_delete_user(UserPoolId=pool, Username=each["Username"])

    forget()
    yield client
    forget()


def users(deployed: Deployed, *arguments: str, stdin: str = "") -> dict[str, Any] | list[Any] | str:
    """A command's JSON; a problem's text where it failed."""
    done = command_here(deployed.project, "users", *arguments, "--json", typed=stdin)
    assert "Traceback" not in done.err
    if done.code:
        return done.err
    found: dict[str, Any] | list[Any] = json.loads(done.out)
    return found


def test_a_user_is_made_changed_and_deleted(python_matrix: Deployed, cognito: Any) -> None:
    pool = python_matrix.outputs["auth"]["user_pool_id"]

    def seen() -> dict[str, Any]:
        found: dict[str, Any] = cognito.admin_get_user(UserPoolId=pool, Username=USER)
        return found

    made = users(
        python_matrix, "create", USER, "--no-invite", "--group", "Editors",
        "--attribute", "name=Eve", "--password", stdin="Correct-horse-2\n",
    )  # fmt: skip
    assert isinstance(made, dict)
    assert (made["status"], made["groups"]) == ("CONFIRMED", ["Editors"])
    assert {"Name": "name", "Value": "Eve"} in seen()["UserAttributes"]
    assert "Correct-horse-2" not in json.dumps(made)
    client = AppClient(pool, python_matrix.outputs["auth"]["user_pool_client_id"])
    assert isinstance(begin(cognito, client, USER, Flow.SRP, "Correct-horse-2"), UserTokens)
    disabled = users(python_matrix, "disable", USER)
    assert isinstance(disabled, dict)
    assert disabled["enabled"] is False is seen()["Enabled"]
    users(python_matrix, "enable", USER)
    assert seen()["Enabled"] is True
    changed = users(python_matrix, "group", "remove", "Editors", USER)
    assert isinstance(changed, dict)
    assert changed["groups"] == []
    found = users(python_matrix, "list", "eve@")
    assert isinstance(found, list)
    assert [each["attributes"]["email"] for each in found] == [USER]
    assert "Add --yes" in str(users(python_matrix, "delete", USER))
    assert run_command(python_matrix.project, "users", "delete", USER, "--yes").returncode == 0
    assert users(python_matrix, "list", f"email={USER}") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nobody@example.com"), "does not exist"),
        (("create", "ann@example.com"), "exists"),
        (("mfa", "ann@example.com", "totp"), "has not verified software token mfa"),
        (("mfa", "ann@example.com", "sms"), "Give the user a phone number"),
        (("confirm", "ann@example.com"), "look at the user's status"),
        (("devices", "ann@example.com", "--forget", "x"), "There is no device x"),
        (("group", "edit", "Nowhere"), "There is no group Nowhere"),
        (("sign-in", "ann@example.com"), "is asked for"),
        (("create", "x@example.com", "--attribute", "name"), "NAME=VALUE"),
        (("group", "add", "Nowhere", "ann@example.com"), ""),
        (("group", "add", "Editors"), "A group and a user are needed"),
        (("show", "ann@example.com", "--pool", "us-east-1_none"), ""),
    ],
)
def test_what_cognito_refuses_is_told_with_a_step(
    python_matrix: Deployed, arguments: tuple[str, ...], words: str
) -> None:
    said = users(python_matrix, *arguments)
    assert isinstance(said, str)
    assert words in said
    assert "→" in said


def test_a_weak_password_is_refused_and_a_made_one_is_not(
    python_matrix: Deployed, cognito: Any
) -> None:
    users(python_matrix, "create", USER, "--no-invite")
    weak = users(python_matrix, "password", USER, stdin="short\n")
    assert "policy allows" in str(weak)
    done = run_command(python_matrix.project, "users", "password", USER, "--generate")
    assert done.returncode == 0, done.stderr
    pool = python_matrix.outputs["auth"]["user_pool_id"]
    client = AppClient(pool, python_matrix.outputs["auth"]["user_pool_client_id"])
    assert isinstance(begin(cognito, client, USER, Flow.SRP, done.stdout.strip()), UserTokens)


def test_a_group_is_made_and_deleted(python_matrix: Deployed, cognito: Any) -> None:
    pool = python_matrix.outputs["auth"]["user_pool_id"]

    def there() -> list[tuple[str, int | None]]:
        found = cognito.list_groups(UserPoolId=pool)["Groups"]
        return [
            (each["GroupName"], each.get("Precedence"))
            for each in found
            if each["GroupName"] == "Reviewers"
        ]

    users(python_matrix, "group", "create", "Reviewers", "--precedence", "7")
    assert there() == [("Reviewers", 7)]
    assert "--yes" in str(users(python_matrix, "group", "delete", "Reviewers"))
    users(python_matrix, "group", "delete", "Reviewers", "--yes")
    assert there() == []


def test_an_invited_user_has_a_message_and_a_disabled_one_no_token(
    python_matrix: Deployed,
) -> None:
    name = "sue@example.com"  # The other tests' user comes and goes in another process.
    pool = python_matrix.outputs["auth"]["user_pool_id"]
    made = users(python_matrix, "create", name)
    try:
        assert isinstance(made, dict) and made["status"] == "FORCE_CHANGE_PASSWORD"
        messages = users(python_matrix, "inbox", name)
        assert isinstance(messages, list)
        assert [(each["kind"], each["recipient"]) for each in messages] == [("invitation", name)]
        token = users(python_matrix, "token", name)
        assert isinstance(token, dict) and token["id"].count(".") == 2
        users(python_matrix, "disable", name)
        refused = users(python_matrix, "token", name)
        assert isinstance(refused, str) and "disabled" in refused
    finally:
        Clients(python_matrix.target).cognito_idp.admin_delete_user(UserPoolId=pool, Username=name)


def test_seeded_users_go_out_to_a_file_and_come_in_again(
    python_matrix: Deployed, tmp_path: Path
) -> None:
    client = Clients(python_matrix.target).cognito_idp
    pool = client.create_user_pool(PoolName="files", UsernameAttributes=["email"])["UserPool"]["Id"]
    other = client.create_user_pool(PoolName="other", UsernameAttributes=["email"])["UserPool"][
        "Id"
    ]
    client.create_group(UserPoolId=pool, GroupName="Editors")
    try:
        seeded = users(
            python_matrix, "seed", "--count", "70", "--group", "Editors=1", "--pool", pool
        )
        assert seeded == {"made": 70, "failed": [], "there": 0}
        again = users(python_matrix, "seed", "--count", "70", "--pool", pool)
        assert isinstance(again, dict) and (again["made"], again["there"]) == (0, 70)
        members = client.list_users_in_group(UserPoolId=pool, GroupName="Editors", Limit=60)
        assert len(members["Users"]) == 60
        file = tmp_path / "users.csv"
        run_command(python_matrix.project, "users", "export", "-o", str(file), "--pool", pool)
        assert len(file.read_text().splitlines()) == 71
        dry = users(python_matrix, "import", str(file), "--dry-run", "--pool", other)
        assert isinstance(dry, dict) and (dry["made"], dry["wrong"]) == (0, [])
        # The other pool has no such group: it is made only where that was allowed.
        without = users(python_matrix, "import", str(file), "--pool", other)
        assert isinstance(without, str) and "no group Editors" in without
        done = users(python_matrix, "import", str(file), "--create-groups", "--pool", other)
        assert isinstance(done, dict) and done["made"] == 70
        group = client.list_users_in_group(UserPoolId=other, GroupName="Editors", Limit=60)
        assert len(group["Users"]) == 60

        def addresses(of: str) -> set[str]:
            pages = client.get_paginator("list_users").paginate(UserPoolId=of)
            found = [user["Attributes"] for page in pages for user in page["Users"]]
            return {pair["Value"] for each in found for pair in each if pair["Name"] == "email"}

        assert addresses(pool) == addresses(other)
        file.write_text("email,cognito:username\nnobody,nobody\n")
        refused = run_command(python_matrix.project, "users", "import", str(file), "--pool", other)
        assert refused.returncode == 1
        assert "line 2: nobody is not a valid e-mail address." in refused.stderr
    finally:
        client.delete_user_pool(UserPoolId=pool)
        client.delete_user_pool(UserPoolId=other)


def test_a_user_signs_in_and_the_sign_in_is_kept(python_matrix: Deployed, cognito: Any) -> None:
    users(python_matrix, "create", USER, "--no-invite", "--password", stdin="Correct-horse-1\n")
    wrong = users(python_matrix, "sign-in", USER, stdin="Wrong-horse-1\n")
    assert "Incorrect username or password" in str(wrong)
    tokens = users(python_matrix, "sign-in", USER, stdin="Correct-horse-1\n")
    assert isinstance(tokens, dict)
    assert claims(tokens["id"])["email"] == USER
    kept = users(python_matrix, "token", USER)
    assert isinstance(kept, dict)
    assert claims(kept["id"])["origin_jti"] == claims(tokens["id"])["origin_jti"]
    verified = users(python_matrix, "verify", USER, "email")
    assert isinstance(verified, dict)
    assert verified["attributes"]["email_verified"] == "true"
    preferred = users(python_matrix, "mfa", USER, "email")
    assert isinstance(preferred, dict)
    assert preferred["mfa"] == ["EMAIL_OTP"]
    assert users(python_matrix, "triggers", USER) == []


def test_a_group_is_changed_and_has_members(python_matrix: Deployed, cognito: Any) -> None:
    users(python_matrix, "group", "create", "Readers", "--precedence", "9")
    users(python_matrix, "group", "edit", "Readers", "--description", "Who reads")
    users(python_matrix, "create", USER, "--no-invite", "--group", "Readers")
    groups = users(python_matrix, "group", "list")
    assert isinstance(groups, list)
    readers = next(each for each in groups if each["name"] == "Readers")
    assert (readers["description"], readers["precedence"]) == ("Who reads", 9)
    members = users(python_matrix, "group", "members", "Readers")
    assert isinstance(members, list)
    assert [each["attributes"]["email"] for each in members] == [USER]
    users(python_matrix, "group", "delete", "Readers", "--yes")


def test_an_attribute_that_cognito_cannot_search_by_is_found_here(
    python_matrix: Deployed, cognito: Any
) -> None:
    users(python_matrix, "create", USER, "--no-invite", "--attribute", "birthdate=1990-01-02")
    for search in ("birthdate^1990", "birthdate=1990-01-02", "~1990-01"):
        found = users(python_matrix, "list", search)
        assert isinstance(found, list)
        assert [each["attributes"]["email"] for each in found] == [USER], search


def test_seeded_users_with_an_authenticator_sign_in_with_its_codes(
    python_matrix: Deployed, cognito: Any
) -> None:
    seeded = users(
        python_matrix, "seed", "--count", "2", "--seed", "77", "--password", "--totp",
        stdin="Correct-horse-1\n",
    )  # fmt: skip
    assert isinstance(seeded, dict)
    assert (seeded["made"], seeded["failed"]) == (2, [])
    found = users(python_matrix, "list", "~@example.com")
    assert isinstance(found, list)
    names = [each["attributes"]["email"] for each in found if each["status"] == "CONFIRMED"]
    shown = users(python_matrix, "show", names[-1])
    assert isinstance(shown, dict)
    assert shown["mfa"] == ["SOFTWARE_TOKEN_MFA"]
    tokens = users(python_matrix, "sign-in", names[-1], stdin="Correct-horse-1\n")
    assert isinstance(tokens, dict)
    assert claims(tokens["id"])["email"] == names[-1]


def test_a_name_is_one_users_in_any_case_and_a_reset_needs_a_verified_address(
    python_matrix: Deployed, cognito: Any
) -> None:
    assert isinstance(users(python_matrix, "create", "Eve@Example.com", "--no-invite"), dict)
    again = users(python_matrix, "create", "eVE@example.com", "--no-invite")
    assert "An account with the given email already exists." in str(again)
    shown = users(python_matrix, "show", "EVE@EXAMPLE.COM")
    assert isinstance(shown, dict)
    assert shown["attributes"]["email"] == USER
    assert "cannot be reset in the current state" in str(users(python_matrix, "reset", USER))
    users(python_matrix, "password", USER, stdin="Correct-horse-2\n")
    cognito.admin_update_user_attributes(
        UserPoolId=python_matrix.outputs["auth"]["user_pool_id"],
        Username=USER,
        UserAttributes=[{"Name": "email_verified", "Value": "false"}],
    )
    refused = str(users(python_matrix, "reset", USER))
    assert "there is no registered/verified email or phone_number" in refused
    users(python_matrix, "verify", USER, "email")
    assert isinstance(users(python_matrix, "reset", USER), dict)


def test_a_user_is_shown_with_the_role_of_their_credentials(python_matrix: Deployed) -> None:
    role = users(python_matrix, "show", "cara@example.com")
    assert isinstance(role, dict)
    assert role["identityRole"]["by"] == "the group Admins, precedence 0"
    assert role["waiting"] == {}
    plain = users(python_matrix, "show", "bob@example.com")
    assert isinstance(plain, dict)
    assert "the role of signed-in users" in plain["identityRole"]["by"]


def test_a_text_is_found_anywhere_on_the_local_cloud(python_matrix: Deployed) -> None:
    found = users(python_matrix, "list", "nn@exam")
    assert isinstance(found, list)
    assert [each["attributes"]["email"] for each in found] == ["ann@example.com"]
    said = command_here(python_matrix.project, "users", "list", "nn@exam").err
    assert "on the local cloud only" in said
    assert users(python_matrix, "passkeys", "ann@example.com") == []


def test_a_new_user_signs_up_with_the_local_clouds_code(
    python_matrix: Deployed, cognito: Any
) -> None:
    done = command_here(
        python_matrix.project, "users", "sign-up", "Eve@example.com", typed="Correct-horse-2\n"
    )
    assert done.code == 0, done.err
    pool = python_matrix.outputs["auth"]["user_pool_id"]
    assert cognito.admin_get_user(UserPoolId=pool, Username=USER)["UserStatus"] == "CONFIRMED"
