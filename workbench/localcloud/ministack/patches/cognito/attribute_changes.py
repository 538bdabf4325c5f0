"""Changed attributes: ministack stores what it gets; in Cognito a new address has to be verified.

Until then it is unverified, or the old one stays, where the pool requires verification before an
update. ministack has no call to send and to take such a code, and none to delete attributes.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html,
docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserAttributeUpdateSettingsType.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.ministack.patches.cognito.codes import (
    Attribute,
    code_refused,
    pending,
    use_up,
)
from workbench.localcloud.ministack.patches.cognito.new_users import (
    alias_exists,
    as_stored,
    take_aliases,
    taken_alias,
)
from workbench.localcloud.ministack.patches.cognito.served_actions import serve
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, attributes_of, refuse
from workbench.localcloud.ministack.patches.cognito.user_index import having, named_in
from workbench.localcloud.ministack.patches.cognito.verification import (
    ADDRESSES,
    done,
    send_code,
    verify,
)


def install() -> None:
    """Take the place of the calls that change attributes, and answer those that are missing."""
    from ministack.services import cognito

    serve("VerifyUserAttribute", _verify_attribute)
    serve("GetUserAttributeVerificationCode", _send_again)
    serve("DeleteUserAttributes", _delete)
    serve("AdminDeleteUserAttributes", _delete)
    serve("SetUserSettings", _set_settings)
    serve("AdminSetUserSettings", _set_settings)
    cognito._update_user_attributes = _update
    cognito._admin_update_user_attributes = _update


def waiting_addresses(pool_id: str, username: str) -> dict[str, str]:
    """The new addresses and numbers of a user that wait for their code, by attribute."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id)
    user, _ = cognito._resolve_user(pool, username) if pool else (None, None)
    found: dict[str, str] = {}
    for name in ADDRESSES if user is not None else ():
        issued = pending(user, name)
        if issued is not None and issued["value"] != attributes_of(user).get(name):
            found[name] = str(issued["value"])
    return found


def _update(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, user, refused = _whose(data)
    if refused is not None:
        return refused
    pairs = as_stored(pool, data.get("UserAttributes"))
    given: dict[str, str] = cognito._attr_list_to_dict(pairs)
    refused = _taken(pool, user, given)
    if refused is not None:
        return refused
    own = dict(attributes_of(user))
    by_itself = pool.get("AutoVerifiedAttributes") or ()
    to_verify: list[tuple[Attribute, str]] = []
    for name in ADDRESSES:
        value, mark = given.get(name), f"{name}_verified"
        if not value or value == own.get(name) or given.get(mark) == "true":
            continue
        if name in _verified_first(pool):
            del given[name]
            given.pop(mark, None)
        else:
            given[mark] = "false"
        if name in by_itself or name in _verified_first(pool):
            to_verify.append((name, value))
    own.update(given)
    for changed, new in given.items():
        if not new:  # A blank value takes the attribute away.
            _take_away(own, changed)
    user["Attributes"] = cognito._dict_to_attr_list(own)
    user["UserLastModifiedDate"] = cognito._now_epoch()
    take_aliases(pool, user)
    sent = [send_code(pool, user, "UpdateUserAttribute", name, value) for name, value in to_verify]
    return done({"CodeDeliveryDetailsList": sent} if "AccessToken" in data else None)


def _verified_first(pool: Any) -> Sequence[str]:
    settings = pool.get("UserAttributeUpdateSettings") or {}
    return settings.get("AttributesRequireVerificationBeforeUpdate") or ()


def _taken(pool: Any, user: Any, given: Mapping[str, str]) -> Answer | None:
    """The refusal of an address that is another user's name or alias."""
    for name in pool.get("UsernameAttributes") or ():
        value = given.get(name)
        if value and any(other is not user for other in having(pool, name, value)):
            return alias_exists(f"given {name}")
    merged = {**attributes_of(user), **given}
    for name in ADDRESSES:  # A new address starts unverified, unless the call says otherwise.
        if given.get(name, merged.get(name)) != attributes_of(user).get(name):
            merged[f"{name}_verified"] = given.get(f"{name}_verified", "false")
    taken = taken_alias(pool, merged, user)
    return alias_exists(taken) if taken else None


def _verify_attribute(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, user, refused = _whose(data)
    name = _verifiable(data)
    if refused is not None or name is None:
        return refused or _not_verifiable(data)
    refused = code_refused(user, name, data.get("Code"))
    if refused is not None:
        return refused
    value = pending(user, name)["value"]
    refused = _taken(pool, user, {name: value}) or verify(pool, user, name, value)
    if refused is not None:
        return refused
    use_up(user, name)
    user["UserLastModifiedDate"] = cognito._now_epoch()
    return done()


def _send_again(data: Mapping[str, Any]) -> Answer:
    pool, user, refused = _whose(data)
    name = _verifiable(data)
    if refused is not None or name is None:
        return refused or _not_verifiable(data)
    waiting = pending(user, name)
    value = (waiting or {}).get("value") or attributes_of(user).get(name)
    if not value:
        return refuse("InvalidParameterException", f"User does not have the attribute {name}.")
    return done({"CodeDeliveryDetails": send_code(pool, user, "VerifyUserAttribute", name, value)})


def _delete(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, user, refused = _whose(data)
    if refused is not None:
        return refused
    names = data.get("UserAttributeNames") or []
    cognito._ensure_schema_attributes(pool)
    schema = {each["Name"]: each for each in pool["SchemaAttributes"]}
    wrong = [
        f"user.{name}: Attribute does not exist in the schema."
        if name not in schema
        else f"user.{name}: Attribute cannot be deleted."
        for name in names
        if name not in schema
        or schema[name].get("Required")
        or schema[name].get("Mutable") is False
    ]
    if wrong:
        lines = "\n".join(wrong)
        return refuse("InvalidParameterException", f"Invalid user attributes: {lines}\n")
    own = dict(attributes_of(user))
    for name in names:
        _take_away(own, name)
    user["Attributes"] = cognito._dict_to_attr_list(own)
    user["UserLastModifiedDate"] = cognito._now_epoch()
    return done()


def _take_away(own: dict[str, str], name: str) -> None:
    own.pop(name, None)
    if name in ADDRESSES:
        own.pop(f"{name}_verified", None)


def _set_settings(data: Mapping[str, Any]) -> Answer:
    """The old way to turn SMS on as a second factor, which Cognito still takes."""
    _, user, refused = _whose(data)
    if refused is not None:
        return refused
    options = data.get("MFAOptions") or []
    if options and not attributes_of(user).get("phone_number"):
        return refuse(
            "InvalidParameterException",
            "User does not have delivery config set to turn on SMS_MFA",
        )
    user["MFAOptions"] = list(options)
    return done()


def _whose(data: Mapping[str, Any]) -> tuple[Any, Any, Answer | None]:
    """The pool and the user of a call, which names them or has an access token."""
    from ministack.services import cognito

    if "AccessToken" in data:
        user, pool = cognito._user_pool_for_access_token(data["AccessToken"])
        if user is None:
            return None, None, refuse("NotAuthorizedException", "Invalid Access Token")
        return pool, user, None
    return named_in(data)


def _verifiable(data: Mapping[str, Any]) -> Attribute | None:
    asked = data.get("AttributeName")
    return next((name for name in ADDRESSES if name == asked), None)


def _not_verifiable(data: Mapping[str, Any]) -> Answer:
    name = data.get("AttributeName")
    return refuse("InvalidParameterException", f"Attribute {name} cannot be verified.")
