"""What a pool asks of new users, said before Cognito refuses them one by one."""

from __future__ import annotations

import pytest

from workbench.users.pool_rules import PoolRules, read_rules

STRICT = PoolRules(("email",), 12, lowercase=True, uppercase=True, digits=True, symbols=True)


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Correct-horse-1", ""),
        ("Short-1", "at least 12 characters"),
        ("correct-horse-1", "an upper-case letter"),
        ("CORRECT-HORSE-1", "a lower-case letter"),
        ("Correct-horse-x", "a digit"),
        ("Correcthorse12", "a symbol"),
        ("", "at least 12 characters, a lower-case letter, an upper-case letter, a digit and a"),
        (" Correct-horse-1", "or end with a space"),
        ("Aa1-" * 65, "at most 256"),
    ],
)
def test_a_password_is_held_to_the_pools_policy(password: str, wrong: str) -> None:
    found = STRICT.wrong_password(password)
    assert (wrong in found) if wrong else not found


def test_a_known_password_fits_every_policy() -> None:
    for shortest in (6, 8, 20, 99):
        rules = PoolRules(("email",), shortest, True, True, True, True)
        assert not rules.wrong_password(rules.known_password())


def test_rules_are_read_from_what_cognito_describes() -> None:
    policy = {"MinimumLength": 10, "RequireNumbers": True, "RequireSymbols": False}
    by_email = {"UsernameAttributes": ["email"], "Policies": {"PasswordPolicy": policy}}
    assert read_rules(by_email) == PoolRules(("email",), 10, digits=True)
    assert not read_rules(by_email).has_usernames
    assert read_rules({"AliasAttributes": ["email"]}).sign_in == ("username", "email")
    assert read_rules({}).has_usernames
