"""The user pool's engine where Cognito throttles, pages and refuses, at the HTTP boundary."""

from __future__ import annotations

import string

import pytest
from botocore.stub import Stubber

from tests.users.stubbed_pool import POOL, stubbed_pool
from workbench.users.pool_rules import generate_password
from workbench.users.search import parse_search
from workbench.users.user_pools import UserPool, UserPoolProblem


@pytest.fixture
def stubbed() -> tuple[UserPool, Stubber, list[float]]:
    """A pool whose service answers what a test says."""
    made = stubbed_pool()
    return made.pool, made.service, made.waits


def test_pages_are_asked_for_as_users_are_read(
    stubbed: tuple[UserPool, Stubber, list[float]],
) -> None:
    pool, service, _ = stubbed
    first = {"Users": [{"Username": f"u{n}"} for n in range(60)], "PaginationToken": "more"}
    service.add_response("list_users", first, {"UserPoolId": POOL, "Limit": 60})
    service.add_response(
        "list_users",
        {"Users": [{"Username": "last", "Attributes": [{"Name": "email", "Value": "l@x"}]}]},
        {"UserPoolId": POOL, "Limit": 60, "PaginationToken": "more"},
    )
    with service:
        users = pool.users()
        assert [next(users).username for _ in range(60)][-1] == "u59"
        (last,) = users
        assert last.label == "l@x"
    service.assert_no_pending_responses()


def test_throttling_is_waited_for_and_then_told(
    stubbed: tuple[UserPool, Stubber, list[float]],
) -> None:
    pool, service, waits = stubbed
    for _ in range(2):
        service.add_client_error("admin_enable_user", "TooManyRequestsException", "slow down")
    service.add_response("admin_enable_user", {}, {"UserPoolId": POOL, "Username": "u"})
    for _ in range(6):
        service.add_client_error("admin_disable_user", "TooManyRequestsException", "slow down")
    with service:
        pool.enable("u")
        assert waits == [0.25, 0.5]
        with pytest.raises(UserPoolProblem, match="slow down") as refused:
            pool.disable("u")
    assert refused.value.code == "TooManyRequestsException"
    assert waits[2:] == [0.25, 0.5, 1, 2, 4]


def test_a_refusal_has_its_next_step(stubbed: tuple[UserPool, Stubber, list[float]]) -> None:
    pool, service, _ = stubbed
    service.add_client_error("admin_create_user", "UsernameExistsException", "User exists.")
    with service, pytest.raises(UserPoolProblem) as refused:
        pool.create("ann@example.com", {"email": "ann@example.com"})
    assert refused.value.what == "User exists."
    assert "Choose another name" in refused.value.next_step


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ann", 'email ^= "ann"'),
        ("email=ann@x", 'email = "ann@x"'),
        ("name^An", 'name ^= "An"'),
        ('given_name="quoted"', 'given_name = "\\"quoted\\""'),
        ("a+b=c@x", 'email ^= "a+b=c@x"'),
    ],
)
def test_a_search_becomes_cognitos_filter(text: str, written: str) -> None:
    assert parse_search(text).server == written


def test_made_passwords_have_every_kind_of_character() -> None:
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    for each in made:
        assert len(each) == 16
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
            assert set(each) & set(kind)
        assert set(each) - set(string.ascii_letters + string.digits)
