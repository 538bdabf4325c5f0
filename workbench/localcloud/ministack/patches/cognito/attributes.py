"""User attributes: ministack accepts any; Cognito refuses what the pool's schema does not allow.

That includes changes of immutable attributes.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import attributes_of
from workbench.localcloud.ministack.patches.cognito.user_index import find

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9]\d{1,14}")
_NEW = ("SignUp", "AdminCreateUser")
_CHANGES = ("AdminUpdateUserAttributes", "UpdateUserAttributes")
_OF_COGNITO = ("identities", "sub")

Answer = tuple[int, Any, Any]


def install() -> None:
    """Check the attributes of every call that sets some."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_checked(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in _NEW or action in _CHANGES:
            pool = _pool(action, data)
            wrong = _null(data)
            if not wrong and pool is not None:
                wrong = wrong_attributes(pool, action, data) or _without_address(pool, action, data)
            if wrong:
                refused: Answer = cognito.error_response_json(
                    "InvalidParameterException", wrong, 400
                )
                return refused
        answer: Answer = run(handler, action, data)
        return answer

    cognito._run_idp_handler = run_checked


def _pool(action: str, data: Mapping[str, Any]) -> Any:
    from ministack.services import cognito

    if action == "SignUp":
        return cognito._pool_for_client(data.get("ClientId"))[0]
    if action == "UpdateUserAttributes":
        return cognito._user_pool_for_access_token(data.get("AccessToken"))[1]
    return cognito._user_pools.get(data.get("UserPoolId"))


def _null(data: Mapping[str, Any]) -> str:
    given = data.get("UserAttributes") or ()
    name = next((each.get("Name") for each in given if each.get("Value") is None), None)
    return f"Attribute value for {name} must not be null" if name else ""


def _without_address(pool: Any, action: str, data: Mapping[str, Any]) -> str:
    """Why an administrator's mark of a verified address is refused: there is no such address."""
    from ministack.services import cognito

    given = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
    user = find(pool, data.get("Username")) if action == "AdminUpdateUserAttributes" else None
    own = attributes_of(user) if user is not None else {}
    by = cognito._username_alias_attribute(pool, data.get("Username") or "")
    for name, words in (("email", "an email"), ("phone_number", "a phone number")):
        if given.get(f"{name}_verified") and not (given.get(name) or own.get(name) or name == by):
            what = "Email" if name == "email" else "Phone Number"
            return f"{what} is required to verify/un-verify {words}"
    return ""


def wrong_attributes(pool: Any, action: str, data: Mapping[str, Any]) -> str:
    """Why Cognito would refuse the attributes, in its words; "" where it would not."""
    from ministack.services import cognito

    cognito._ensure_schema_attributes(pool)
    schema = {each["Name"]: each for each in pool["SchemaAttributes"]}
    given = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
    for name, value in given.items():
        if name in _OF_COGNITO and action in _NEW:
            continue
        found = schema.get(name)
        if found is None:
            return (
                "Attributes did not conform to the schema: "
                f"{name}: Attribute does not exist in the schema."
            )
        if action in _CHANGES and found.get("Mutable") is False:
            return f"user.{name}: Attribute cannot be updated."
        problem = _wrong_value(found, str(value or ""))
        if problem:
            return problem
    if action == "SignUp":
        alias = cognito._username_alias_attribute(pool, data.get("Username") or "")
        missing = [
            name
            for name, each in schema.items()
            if each.get("Required") and name not in (*given, *_OF_COGNITO, alias)
        ]
        if missing:
            return (
                f"Attributes did not conform to the schema: {missing[0]}: The attribute is required"
            )
    return ""


def _wrong_value(attribute: Mapping[str, Any], value: str) -> str:
    name = attribute["Name"]
    if not value:
        return ""  # An empty value takes the attribute away.
    if name == "email" and not _EMAIL.fullmatch(value):
        return "Invalid email address format."
    if name == "phone_number" and not _PHONE.fullmatch(value):
        return "Invalid phone number format."
    kind = attribute.get("AttributeDataType")
    if kind == "Number":
        return _wrong_number(name, attribute.get("NumberAttributeConstraints") or {}, value)
    if kind == "Boolean" and value.lower() not in ("true", "false"):
        return f"Attributes did not conform to the schema: {name}: Attribute is not a boolean."
    if kind == "String":
        limits = attribute.get("StringAttributeConstraints") or {}
        shortest, longest = int(limits.get("MinLength") or 0), limits.get("MaxLength")
        if len(value) < shortest or (longest is not None and len(value) > int(longest)):
            return (
                f"Attributes did not conform to the schema: {name}: "
                f"String must be between {shortest} and {longest} characters."
            )
    return ""


def _wrong_number(name: str, limits: Mapping[str, Any], value: str) -> str:
    try:
        number = int(value)
    except ValueError:
        return f"Attributes did not conform to the schema: {name}: Attribute is not a number."
    least, most = limits.get("MinValue"), limits.get("MaxValue")
    if (least is not None and number < int(least)) or (most is not None and number > int(most)):
        return (
            f"Attributes did not conform to the schema: {name}: "
            f"Number must be between {least} and {most}."
        )
    return ""
