"""What is wrong with a new user is said before Cognito is asked."""

from __future__ import annotations

import pytest

from workbench.users.create_user import NewUser, wrong_with
from workbench.users.pool_rules import PoolRules


@pytest.mark.parametrize(
    ("new", "wrong"),
    [
        (NewUser("ann@example.com"), ""),
        (NewUser("+15550100"), ""),
        (NewUser("ann", is_invited=False), ""),
        (NewUser("ann", {"email": "ann@example.com"}), ""),
        (NewUser(""), "Type an e-mail"),
        (NewUser("ann b@example.com"), "no spaces"),
        (NewUser("ann@example"), "not a valid e-mail address"),
        (NewUser("+0155"), "not a valid phone number"),
        (NewUser("ann", {"phone_number": "5550100"}), "not a valid phone number"),
        (NewUser("ann"), "needs an address"),
    ],
)
def test_wrong_names_and_addresses(new: NewUser, wrong: str) -> None:
    found = wrong_with(new)
    assert (found is not None and wrong in found.why) if wrong else found is None


BY_EMAIL = PoolRules(("email",), 8, digits=True)
BY_NAME = PoolRules(("username", "email"))


@pytest.mark.parametrize(
    ("new", "rules", "part", "why"),
    [
        (NewUser(""), BY_EMAIL, "name", "Type an e-mail address."),
        (NewUser("ann"), BY_EMAIL, "name", "sign in with an e-mail address"),
        (NewUser("+15550100"), BY_EMAIL, "name", "sign in with an e-mail address"),
        (NewUser("ann@example"), BY_EMAIL, "name", "not a valid e-mail address"),
        (NewUser("ann", {"email": "x"}), BY_NAME, "attributes", "not a valid e-mail address"),
        (NewUser("ann@example.com"), BY_NAME, "name", "have a user name: type it"),
        (NewUser("ann@example.com", password="password"), BY_EMAIL, "password", "a digit"),
        (NewUser("ann"), BY_NAME, "attributes", "needs an address"),
    ],
)
def test_what_is_wrong_is_told_with_its_part(
    new: NewUser, rules: PoolRules, part: str, why: str
) -> None:
    found = wrong_with(new, rules)
    assert found is not None
    assert found.part == part
    assert why in found.why


def test_a_password_is_not_in_its_text() -> None:
    assert "secret" not in repr(NewUser("ann", password="secret"))
