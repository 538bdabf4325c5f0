"""New users: ministack takes a name or an alias that another user has; Cognito refuses both.

It also takes names in the form of an address where that is an alias, and lets anybody sign up in a
pool whose users only an administrator makes.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, attributes_of, refuse
from workbench.localcloud.ministack.patches.cognito.user_index import (
    FOLDED,
    counts_as_alias,
    find,
    having,
    is_case_sensitive,
    users_of,
)

_VERIFIED = frozenset(("email_verified", "phone_number_verified"))
_FORMATS = {"email": "email", "phone_number": "phone number"}


def install() -> None:
    """Stand before SignUp and AdminCreateUser."""
    from ministack.services import cognito

    sign_up, create = cognito._sign_up, cognito._admin_create_user

    def sign_up_checked(data: Any) -> Answer:
        pool = cognito._pool_for_client(data.get("ClientId"))[0]
        if pool is None:
            return sign_up(data)  # type: ignore[no-any-return]
        if (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
            return refuse("NotAuthorizedException", "SignUp is not permitted for this user pool")
        return _made(pool, data, sign_up, "User already exists", force=False)

    def create_checked(data: Any) -> Answer:
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        if pool is None or (data.get("MessageAction") or "").upper() == "RESEND":
            return create(data)  # type: ignore[no-any-return]
        force = bool(data.get("ForceAliasCreation"))
        return _made(pool, data, create, "User account already exists", force=force)

    cognito._sign_up = sign_up_checked
    cognito._admin_create_user = create_checked


def as_stored(pool: Any, attributes: Any) -> list[Any]:
    """Attributes as the pool keeps them: in lower case where case does not count."""
    lower = _VERIFIED if is_case_sensitive(pool) else _VERIFIED | FOLDED
    return [
        {**each, "Value": each["Value"].lower()} if each["Name"] in lower else each
        for each in attributes or ()
    ]


def taken_alias(pool: Any, attributes: Mapping[str, str], but: Any = None) -> str:
    """The first of these attributes that is already another user's alias; "" for none.

    An address or number takes part once it is verified: before, anybody may claim it.
    """
    for name in pool.get("AliasAttributes") or ():
        value = attributes.get(name, "")
        if value and counts_as_alias(attributes, name) and any(_others(pool, name, value, but)):
            return str(name)
    return ""


def take_aliases(pool: Any, user: Any) -> None:
    """Make a user's verified addresses theirs alone: they are no longer anybody else's alias."""
    from ministack.services import cognito

    own = attributes_of(user)
    for name in ("email", "phone_number"):
        if name in (pool.get("AliasAttributes") or ()) and counts_as_alias(own, name):
            for other in list(_others(pool, name, own.get(name, ""), user)):
                mark = [{"Name": f"{name}_verified", "Value": "false"}]
                other["Attributes"] = cognito._merge_attributes(other["Attributes"], mark)


def alias_exists(name: str) -> Answer:
    """The refusal of an alias that another user has."""
    return refuse("AliasExistsException", f"An account with the {name} already exists.")


def _made(
    pool: Any, data: Any, make: Callable[[Any], Answer], exists: str, *, force: bool
) -> Answer:
    name = data.get("Username") or ""
    if not is_case_sensitive(pool):
        name = name.lower()
    data = {**data, "Username": name}
    if data.get("UserAttributes"):
        data["UserAttributes"] = as_stored(pool, data["UserAttributes"])
    refused = name_refused(pool, name, exists) if name else None
    if refused is None and not force:
        taken = taken_alias(pool, _given(data))
        refused = alias_exists(taken) if taken else None
    if refused is not None:
        return refused
    answer = make(data)
    if answer[0] == 200:
        body = json.loads(answer[2])
        user = find(pool, (body.get("User") or {}).get("Username") or body.get("UserSub"))
        if user is not None:
            take_aliases(pool, user)
    return answer


def name_refused(pool: Any, name: str, exists: str) -> Answer | None:
    """The refusal of a new user's name: of another's, or of one in an alias's form."""
    from ministack.services import cognito

    by = cognito._username_alias_attribute(pool, name)
    if by:
        if any(having(pool, by, name)):
            message = f"An account with the given {by} already exists."
            return refuse("UsernameExistsException", message)
        return None
    for alias, pattern in (
        ("email", cognito._USERNAME_EMAIL_RE),
        ("phone_number", cognito._USERNAME_PHONE_RE),
    ):
        if alias in (pool.get("AliasAttributes") or ()) and pattern.fullmatch(name):
            words = _FORMATS[alias]
            return refuse(
                "InvalidParameterException",
                f"Username cannot be of {words} format, since user pool is configured for "
                f"{words} alias.",
            )
    users = users_of(pool)
    if name in users or (not is_case_sensitive(pool) and users.named(name)):
        return refuse("UsernameExistsException", exists)
    return None


def _others(pool: Any, name: str, value: str, but: Any) -> Iterator[Any]:
    return (
        user
        for user in having(pool, name, value)
        if user is not but and counts_as_alias(attributes_of(user), name)
    )


def _given(data: Mapping[str, Any]) -> Mapping[str, str]:
    from ministack.services import cognito

    found: Mapping[str, str] = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
    return found
