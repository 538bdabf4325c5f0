"""Who a name or an alias means, and that no two users of a local pool have the same one."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.user_pools import Pool, refused
from workbench.localcloud.ministack.patches.cognito.user_index import Users, find

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ANY_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}


def test_addresses_differ_by_more_than_case_where_the_pool_says_so(stacks: Stacks) -> None:
    pool = Pool(stacks, UsernameAttributes=["email"], **ANY_CASE)
    sub = pool.sign_up("Case@Example.com", email="Case@Example.com")["UserSub"]
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
    pool.cognito.admin_link_provider_for_user(
        UserPoolId=pool.id,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "U1"},
        SourceUser={
            "ProviderName": "Google",
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": "1",
        },
    )
    assert "Google" in pool.user("u1")["identities"]


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
