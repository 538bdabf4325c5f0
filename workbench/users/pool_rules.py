"""Rules of a user pool for new users: what they sign in with, and which passwords it accepts.

Source:
docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html and
docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html (symbols).
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USERNAME, EMAIL, PHONE = "username", "email", "phone_number"

_SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-")
_KNOWN_PASSWORD = "Passw0rd!"
"""Shown to everybody: it is for users to try a backend with."""

_LONGEST = 256


@dataclass(frozen=True, slots=True)
class PoolRules:
    """``sign_in`` are ``username``, ``email``, ``phone_number`` or other aliases, in this order.

    Without ``username`` the pool makes that itself: users have an address or a number alone.
    """

    sign_in: tuple[str, ...] = (USERNAME,)
    shortest: int = 8
    lowercase: bool = False
    uppercase: bool = False
    digits: bool = False
    symbols: bool = False

    @property
    def has_usernames(self) -> bool:
        """Whether users have a name of their own choice."""
        return USERNAME in self.sign_in

    def wrong_password(self, password: str) -> str:
        """What a password lacks for this pool, all of it; "" for nothing."""
        missing = [
            words
            for wanted, letters, words in (
                (self.lowercase, string.ascii_lowercase, "a lower-case letter"),
                (self.uppercase, string.ascii_uppercase, "an upper-case letter"),
                (self.digits, string.digits, "a digit"),
                (self.symbols, _SYMBOLS, "a symbol such as ! or -"),
            )
            if wanted and not set(password) & set(letters)
        ]
        if len(password) < self.shortest:
            missing.insert(0, f"at least {self.shortest} characters")
        if missing:
            return f"Passwords of this pool need {_joined(missing)}."
        if len(password) > _LONGEST:
            return f"A password has at most {_LONGEST} characters."
        return (
            "A password cannot begin or end with a space." if password.strip() != password else ""
        )

    def known_password(self) -> str:
        """A password that this pool accepts, always the same: for test users."""
        return _KNOWN_PASSWORD.ljust(self.shortest, "1")


def read_rules(pool: Mapping[str, Any]) -> PoolRules:
    """The rules in DescribeUserPool's answer."""
    policy = pool.get("Policies", {}).get("PasswordPolicy", {})
    names = tuple(pool.get("UsernameAttributes") or (USERNAME, *pool.get("AliasAttributes", ())))
    return PoolRules(
        names,
        int(policy.get("MinimumLength", 8)),
        bool(policy.get("RequireLowercase")),
        bool(policy.get("RequireUppercase")),
        bool(policy.get("RequireNumbers")),
        bool(policy.get("RequireSymbols")),
    )


def generate_password(length: int = 16) -> str:
    """A random password that every policy of Cognito's accepts: all four kinds of characters."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-.:=?@_")
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(kinds))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
