"""What is wrong with a new user is said before Cognito is asked."""

from __future__ import annotations

import pytest

from workbench.users.new_user import NewUser, wrong_with


@pytest.mark.parametrize(
    ("new", "wrong"),
    [
        (NewUser("ann@example.com"), ""),
        (NewUser("+15550100"), ""),
        (NewUser("ann", is_invited=False), ""),
        (NewUser("ann", {"email": "ann@example.com"}), ""),
        (NewUser(""), "Write an e-mail"),
        (NewUser("ann b@example.com"), "no spaces"),
        (NewUser("ann@example"), "no e-mail address"),
        (NewUser("+0155"), "no phone number"),
        (NewUser("ann", {"phone_number": "5550100"}), "no phone number"),
        (NewUser("ann"), "needs an address"),
    ],
)
def test_wrong_names_and_addresses(new: NewUser, wrong: str) -> None:
    found = wrong_with(new)
    assert (wrong in found) if wrong else not found


def test_a_password_is_not_in_its_text() -> None:
    assert "secret" not in repr(NewUser("ann", password="secret"))
