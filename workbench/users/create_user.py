"""Creates a user, after what Cognito would refuse is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.printed_commands import amplify_tui
from workbench.users.groups import add_to_group, list_groups
from workbench.users.pool_rules import EMAIL, PHONE, USERNAME, PoolRules
from workbench.users.pool_schema import wrong_address
from workbench.users.user_pools import User, UserPool, UserPoolProblem

NO_GROUP = "NoSuchGroup"
"""The code of a problem with a group that is not there."""


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


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake in a part of a new user: ``name``, ``attributes``, ``password`` …"""

    part: str
    why: str


def wrong_with(new: NewUser, rules: PoolRules | None = None) -> Wrong | None:
    """The first mistake, with its fix; ``rules`` are the pool's."""
    if not new.name:
        return Wrong("name", f"Type {_wanted(rules)}.")
    if any(letter.isspace() for letter in new.name):
        return Wrong("name", "A name has no spaces.")
    attributes = _all_attributes(new)
    email, phone = attributes.get(EMAIL), attributes.get(PHONE)
    if email is not None and (why := wrong_address(EMAIL, email)):
        return Wrong(_part(new.name == email), why)
    if phone is not None and (why := wrong_address(PHONE, phone)):
        return Wrong(_part(new.name == phone), why)
    if rules is not None:
        kind = EMAIL if "@" in new.name else PHONE if new.name.startswith("+") else USERNAME
        if not rules.has_usernames and kind not in rules.sign_in:
            return Wrong("name", f"Users of this pool sign in with {_wanted(rules)}.")
        if rules.has_usernames and kind != USERNAME and kind in rules.sign_in:
            why = "Users of this pool have a user name: type it, and the address below."
            return Wrong("name", why)
        if new.password and (why := rules.wrong_password(new.password)):
            return Wrong("password", why)
    if new.is_invited and not new.password and email is None and phone is None:
        why = "An invitation needs an address: add email=…, or set a password and do not invite."
        return Wrong("attributes", why)
    return None


def _part(is_name: bool) -> str:
    return "name" if is_name else "attributes"


def _wanted(rules: PoolRules | None) -> str:
    """The kinds of names that the pool's users have, in words."""
    words = {EMAIL: "an e-mail address", PHONE: "a phone number", USERNAME: "a user name"}
    names = (EMAIL, PHONE, USERNAME) if rules is None else rules.sign_in
    if rules is not None and rules.has_usernames:
        return words[USERNAME]
    return " or ".join(words.get(each, each) for each in names)


def make_user(pool: UserPool, new: NewUser) -> User:
    """Create the user, set a permanent password, add them to the groups; raises UserPoolProblem.

    An address or number that is the name counts as verified, as in Amplify's own user console. A
    group that is not there is refused before anything is made.
    """
    if new.groups:
        known = {each.name for each in list_groups(pool)}
        if missing := [name for name in new.groups if name not in known]:
            create = amplify_tui("users", "group", "create", missing[0])
            raise UserPoolProblem(
                f"The pool has no group {', '.join(missing)}.",
                f"Create it first (M, or `{create}`), or correct the name.",
                NO_GROUP,
            )
    user = pool.create(
        new.name,
        _all_attributes(new),
        invite=new.is_invited and not (new.password and new.is_permanent),
        temporary_password=new.password,
    )
    if new.password and new.is_permanent:
        pool.set_password(user.username, new.password)
    for group in new.groups:
        add_to_group(pool, user.username, group)
    return user


def _all_attributes(new: NewUser) -> dict[str, str]:
    implied = {}
    if "@" in new.name:
        implied = {"email": new.name, "email_verified": "true"}
    elif new.name.startswith("+"):
        implied = {"phone_number": new.name, "phone_number_verified": "true"}
    return {**implied, **new.attributes}
