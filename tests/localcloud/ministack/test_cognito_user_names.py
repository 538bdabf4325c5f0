"""Who a name or an alias means, and that no two users of a local pool have the same one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.localcloud.ministack.patches.cognito.user_index import Users, find

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

PASSWORD = "Passw0rd!x"


class Pool:
    """A pool with one client."""

    def __init__(self, stacks: Stacks, **settings: Any) -> None:
        self.cognito: Any = stacks.clients.cognito_idp
        made = self.cognito.create_user_pool(PoolName="users", **settings)
        self.id = made["UserPool"]["Id"]
        client = self.cognito.create_user_pool_client(
            UserPoolId=self.id,
            ClientName="web",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        self.client = client["UserPoolClient"]["ClientId"]

    def create(self, name: str, /, **more: Any) -> str:
        attributes = {k: v for k, v in more.items() if k[0].islower()}
        options = {k: v for k, v in more.items() if k[0].isupper()}
        made = self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
            **options,
        )
        return str(made["User"]["Username"])

    def sign_up(self, name: str, **attributes: str) -> str:
        made = self.cognito.sign_up(
            ClientId=self.client,
            Username=name,
            Password=PASSWORD,
            UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
        )
        return str(made["UserSub"])

    def user(self, name: str) -> dict[str, str]:
        found = self.cognito.admin_get_user(UserPoolId=self.id, Username=name)
        attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
        return {"username": found["Username"], **attributes}

    def sign_in(self, name: str) -> None:
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True
        )
        self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ClientError) as found:
        call()
    error = found.value.response["Error"]
    return error["Code"], error["Message"]


ANY_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}


def test_addresses_differ_by_more_than_case_where_the_pool_says_so(stacks: Stacks) -> None:
    pool = Pool(stacks, UsernameAttributes=["email"], **ANY_CASE)
    sub = pool.sign_up("Case@Example.com", email="Case@Example.com")
    found = pool.user("cASE@example.com")
    assert (found["sub"], found["email"]) == (sub, "case@example.com")
    for make in (pool.sign_up, pool.create):
        assert refused(lambda make=make: make("CASE@example.com")) == (
            "UsernameExistsException",
            "An account with the given email already exists.",
        )
    pool.sign_in("CASE@EXAMPLE.COM")


def test_user_names_differ_by_more_than_case_where_the_pool_says_so(stacks: Stacks) -> None:
    pool = Pool(stacks, **ANY_CASE)
    assert pool.create("U1") == "u1"
    assert refused(lambda: pool.create("u1")) == (
        "UsernameExistsException",
        "User account already exists",
    )
    assert refused(lambda: pool.sign_up("U1"))[0] == "UsernameExistsException"
    assert pool.user("U1")["username"] == "u1"


def test_case_counts_in_a_pool_that_says_nothing_about_it(stacks: Stacks) -> None:
    pool = Pool(stacks, AliasAttributes=["preferred_username"])
    assert (pool.create("U1", preferred_username="One"), pool.create("u1")) == ("U1", "u1")
    assert refused(lambda: pool.user("one"))[0] == "UserNotFoundException"
    assert pool.user("One")["username"] == "U1"


def test_an_alias_is_one_users_alone(stacks: Stacks) -> None:
    pool = Pool(stacks, AliasAttributes=["preferred_username", "email"], **ANY_CASE)
    pool.create("u1", preferred_username="Ann", email="ann@example.com", email_verified="true")
    assert refused(lambda: pool.create("u2", preferred_username="ann")) == (
        "AliasExistsException",
        "An account with the preferred_username already exists.",
    )
    again = {"email": "Ann@example.com", "email_verified": "true"}
    assert refused(lambda: pool.create("u3", **again)) == (
        "AliasExistsException",
        "An account with the email already exists.",
    )
    # Who has not verified an address may claim it: it is no alias yet.
    pool.create("u4", email="ann@example.com")
    assert pool.user("ann@example.com")["username"] == "u1"
    pool.create("u5", **again, ForceAliasCreation=True)
    assert pool.user("ann@example.com")["username"] == "u5"
    assert pool.user("u1")["email_verified"] == "false"


@pytest.mark.parametrize(
    ("alias", "name", "words"),
    [("email", "x@example.com", "email"), ("phone_number", "+12025550123", "phone number")],
)
def test_no_user_name_looks_like_an_alias(
    stacks: Stacks, alias: str, name: str, words: str
) -> None:
    pool = Pool(stacks, AliasAttributes=[alias])
    for make in (pool.sign_up, pool.create):
        assert refused(lambda make=make: make(name)) == (
            "InvalidParameterException",
            f"Username cannot be of {words} format, since user pool is configured for {words} "
            "alias.",
        )


def test_nobody_signs_up_where_an_administrator_makes_the_users(stacks: Stacks) -> None:
    pool = Pool(stacks, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    assert refused(lambda: pool.sign_up("ann")) == (
        "NotAuthorizedException",
        "SignUp is not permitted for this user pool",
    )
    assert pool.create("ann") == "ann"


def user(name: str, **attributes: str) -> dict[str, Any]:
    pairs = [{"Name": k, "Value": v} for k, v in attributes.items()]
    return {"Username": name, "Attributes": pairs}


@pytest.mark.unit
def test_the_index_follows_every_change_of_a_user() -> None:
    plain = {"a": user("a", sub="1", email="A@x.com"), "b": user("b", sub="2")}
    pool = {"_users": plain, "UsernameAttributes": ["email"], **ANY_CASE}

    def named(text: str) -> str:
        found = find(pool, text)
        return str(found["Username"]) if found else ""

    assert (named("a@X.com"), named("2"), named("B")) == ("a", "b", "b")
    users = pool["_users"]
    assert isinstance(users, Users)
    users["a"]["Attributes"] = user("", sub="1", email="new@x.com")["Attributes"]
    assert (named("a@x.com"), named("new@x.com"), named("1")) == ("", "a", "a")
    users["b"].update(Attributes=user("", sub="2", email="b@x.com")["Attributes"])
    assert named("B@x.com") == "b"
    users["a"] = user("a", sub="3", email="b@x.com")
    del users["b"]
    assert (named("b@x.com"), named("1"), named("2"), named("3")) == ("a", "", "", "a")
    removed = users.pop("a")
    removed["Attributes"] = user("", sub="3", email="gone@x.com")["Attributes"]
    assert (named("gone@x.com"), named("A"), named("3")) == ("", "", "")
    users["c"] = user("c", sub="4")
    assert type(copy.deepcopy(users)) is dict
    users.clear()
    assert named("c") == named("4") == ""
