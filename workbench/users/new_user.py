"""A user that is to be made: what is wrong with it before Cognito is asked, and the making."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.aws.user_pools import User, UserPool

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9]\d{1,14}")


@dataclass(frozen=True, slots=True)
class NewUser:
    """``name`` is what they sign in with: an address, a number (E.164) or a username.

    Without a password Cognito makes a temporary one. An invitation always tells a temporary
    password: with a permanent one none is sent. ``repr`` hides the password.
    """

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    is_permanent: bool = True
    is_invited: bool = True
    groups: tuple[str, ...] = ()


def wrong_with(new: NewUser) -> str:
    """What cannot be right, with a way to mend it; "" for nothing."""
    if not new.name:
        return "Write an e-mail address, a phone number or a username."
    if any(letter.isspace() for letter in new.name):
        return "A name has no spaces."
    attributes = _all_attributes(new)
    email, phone = attributes.get("email"), attributes.get("phone_number")
    if email is not None and not _EMAIL.fullmatch(email):
        return f"{email} is no e-mail address."
    if phone is not None and not _PHONE.fullmatch(phone):
        return f"{phone} is no phone number: write + and the country first, as +15550100."
    if new.is_invited and not new.password and email is None and phone is None:
        return "An invitation needs an address: add email=…, or set a password and do not invite."
    return ""


def make_user(pool: UserPool, new: NewUser) -> User:
    """Make the user, set a permanent password, put them into the groups; raises UserPoolProblem.

    An address or number that is the name counts as verified, as in Amplify's own user console.
    """
    user = pool.create(
        new.name,
        _all_attributes(new),
        invite=new.is_invited and not (new.password and new.is_permanent),
        temporary_password=new.password,
    )
    if new.password and new.is_permanent:
        pool.set_password(user.username, new.password)
    for group in new.groups:
        pool.add_to_group(user.username, group)
    return user


def _all_attributes(new: NewUser) -> dict[str, str]:
    implied = {}
    if "@" in new.name:
        implied = {"email": new.name, "email_verified": "true"}
    elif new.name.startswith("+"):
        implied = {"phone_number": new.name, "phone_number_verified": "true"}
    return {**implied, **new.attributes}
