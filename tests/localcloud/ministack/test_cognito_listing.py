"""ListUsers: Cognito's filters, and pages that neither skip nor repeat while users come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


class Pool:
    """Twelve users, ``user-00`` to ``user-11``."""

    def __init__(self, stacks: Stacks) -> None:
        self.cognito: Any = stacks.clients.cognito_idp
        made = self.cognito.create_user_pool(PoolName="users", AliasAttributes=["email"])
        self.id = made["UserPool"]["Id"]
        for number in range(12):
            self.create(f"user-{number:02}")

    def create(self, name: str) -> None:
        self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": f"{name}@Example.com"},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "name", "Value": f'The "{name}" one'},
            ],
        )

    def delete(self, name: str) -> None:
        self.cognito.admin_delete_user(UserPoolId=self.id, Username=name)

    def page(self, **asked: Any) -> tuple[list[str], str]:
        found = self.cognito.list_users(UserPoolId=self.id, **asked)
        return [each["Username"] for each in found["Users"]], found.get("PaginationToken", "")

    def found(self, text: str) -> list[str]:
        return self.page(Filter=text)[0]


@pytest.fixture
def pool(stacks: Stacks) -> Pool:
    return Pool(stacks)


def test_pages_neither_skip_nor_repeat_while_users_come_and_go(pool: Pool) -> None:
    first, token = pool.page(Limit=5)
    assert first == [f"user-{number:02}" for number in range(5)]
    pool.delete("user-01")
    pool.delete("user-07")
    pool.create("user-99")
    second, token = pool.page(Limit=5, PaginationToken=token)
    assert second == ["user-05", "user-06", "user-08", "user-09", "user-10"]
    pool.delete("user-10")  # the last one told
    third, token = pool.page(Limit=5, PaginationToken=token)
    assert (third[-2:], token) == (["user-11", "user-99"], "")
    assert not set(third) & set(second) - {"user-10"}


def test_the_last_page_has_no_token(pool: Pool) -> None:
    names, token = pool.page(Limit=12)
    assert (len(names), token) == (12, "")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('email = "user-03@example.com"', ["user-03"]),
        ('"email" ^= "USER-1"', ["user-10", "user-11"]),
        ('username = "USER-03"', []),
        ('name = "The \\"user-04\\" one"', ["user-04"]),
        ('cognito:user_status = "CONFIRMED"', []),
        ('status = "Disabled"', []),
        ('family_name = ""', []),
    ],
)
def test_cognitos_filters(pool: Pool, text: str, names: list[str]) -> None:
    assert pool.found(text) == names


@pytest.mark.parametrize(
    "asked",
    [
        {"Filter": 'birthdate = "1"'},
        {"Filter": "email = ann"},
        {"Filter": 'email != "ann"'},
        {"PaginationToken": "nonsense"},
        {"Limit": 61},
    ],
)
def test_what_cognito_refuses(pool: Pool, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        pool.page(**asked)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_only_the_attributes_that_are_asked_for_are_told(pool: Pool) -> None:
    found = pool.cognito.list_users(UserPoolId=pool.id, AttributesToGet=["name", "nickname"])
    told = [[each["Name"] for each in user["Attributes"]] for user in found["Users"]]
    assert told == [["name"]] * 12


def test_an_alias_is_whose_it_is_now(pool: Pool) -> None:
    def named(alias: str) -> str:
        found = pool.cognito.admin_get_user(UserPoolId=pool.id, Username=alias)
        return str(found["Username"])

    assert named("user-03@Example.com") == "user-03"
    assert named("user-03@Example.com") == "user-03"
    pool.delete("user-03")
    with pytest.raises(ClientError):
        named("user-03@Example.com")
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username="user-05",
        UserAttributes=[
            {"Name": "email", "Value": "user-03@Example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    assert named("user-03@Example.com") == "user-05"
