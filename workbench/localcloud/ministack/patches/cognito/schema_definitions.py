"""A pool's schema: ministack takes any definition of an attribute; Cognito refuses those it cannot.

ministack makes custom attributes immutable where nothing is said, and names those for developers
alone ``dev:x``; Cognito makes them mutable, and names them ``dev:custom:x``.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
API_SchemaAttributeType.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_TYPES = ("Boolean", "Number", "String", "DateTime")
_LIMITS = {
    "String": ("StringAttributeConstraints", "MinLength", "MaxLength", "length"),
    "Number": ("NumberAttributeConstraints", "MinValue", "MaxValue", "value"),
}
_LONGEST = 2048
_PREFIXES = ("custom:", "dev:")


def install() -> None:
    """Check definitions in new pools and new attributes; from templates they come the same way."""
    from ministack.services import cognito

    create, add = cognito._create_user_pool, cognito._add_custom_attributes

    def create_checked(data: Any) -> Answer:
        if data.get("AliasAttributes") and data.get("UsernameAttributes"):
            return refuse(
                "InvalidParameterException",
                "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
            )
        return _checked(create, data, data.get("Schema"), set())

    def add_checked(data: Any) -> Answer:
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        known = (
            {each["Name"] for each in cognito._ensure_schema_attributes(pool)["SchemaAttributes"]}
            if pool
            else set()
        )
        return _checked(add, data, data.get("CustomAttributes"), known)

    cognito._schema_attribute_name = _name
    cognito._normalize_schema_attribute = _as_stored
    cognito._create_user_pool = create_checked
    cognito._add_custom_attributes = add_checked


def _checked(call: Callable[[Any], Answer], data: Any, schema: Any, known: set[str]) -> Answer:
    for raw in schema or ():
        wrong = _wrong(raw, known) if isinstance(raw, Mapping) else ""
        if wrong:
            return refuse("InvalidParameterException", wrong)
    return call(data)


def _standard() -> Mapping[str, Any]:
    from ministack.services import cognito

    found: Mapping[str, Any] = cognito._STANDARD_ATTRIBUTES_BY_NAME
    return found


def _name(raw: Mapping[str, Any]) -> str:
    name = (raw.get("Name") or "").strip()
    if name in _standard() or name.startswith(_PREFIXES):
        return name
    return f"{'dev:' if raw.get('DeveloperOnlyAttribute') else ''}custom:{name}"


def _wrong(raw: Mapping[str, Any], known: set[str]) -> str:
    """Why Cognito would refuse a definition, in its words; "" where it would not."""
    name, kind = _name(raw), raw.get("AttributeDataType")
    if kind and kind not in _TYPES:
        return (
            f"1 validation error detected: Value '{kind}' at 'attributeDataType' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(_TYPES)}]"
        )
    standard = _standard().get(name)
    if standard is not None:
        changed = kind not in (None, standard["AttributeDataType"])
        if changed or raw.get("DeveloperOnlyAttribute"):
            return (
                "You can not change AttributeDataType or set developerOnlyAttribute for standard "
                f"schema attribute {name}"
            )
        kind = standard["AttributeDataType"]
    elif name in known:
        return f"{name.removeprefix('dev:')}: Existing attribute already has name {name}."
    elif not kind:
        return (
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
        )
    elif raw.get("Required"):
        return "Required custom attributes are not supported currently."
    known.add(name)
    return _wrong_limits(name, raw, kind)


def _wrong_limits(name: str, raw: Mapping[str, Any], kind: Any) -> str:
    if kind not in _LIMITS:
        return ""
    member, *ends, what = _LIMITS[kind]
    limits = raw.get(member) or {}
    try:
        least, most = (None if limits.get(end) in (None, "") else int(limits[end]) for end in ends)
    except (TypeError, ValueError):
        return f"Invalid {member} for schema attribute {name}"
    given = [limit for limit in (least, most) if limit is not None]
    if kind == "String" and any(limit < 0 for limit in given):
        return f"Invalid {member} for schema attribute {name}"
    if kind == "String" and any(limit > _LONGEST for limit in given):
        return f"user.{name}: String attributes cannot have a length of more than {_LONGEST}"
    if least is not None and most is not None and least > most:
        return f"user.{name}: Max {what} cannot be less than min {what}."
    return ""


def _as_stored(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as DescribeUserPool tells it."""
    name = _name(raw)
    standard = _standard().get(name) or {}
    kind = raw.get("AttributeDataType") or standard.get("AttributeDataType", "String")
    stored = {
        "Name": name,
        "AttributeDataType": kind,
        "DeveloperOnlyAttribute": bool(raw.get("DeveloperOnlyAttribute")),
        "Mutable": bool(raw.get("Mutable", standard.get("Mutable", True))),
        "Required": bool(raw.get("Required", standard.get("Required", False))),
    }
    if kind in _LIMITS:
        member = _LIMITS[kind][0]
        limits = raw.get(member) or standard.get(member) or ({} if kind == "String" else None)
        if limits is not None:
            stored[member] = dict(limits)
    return stored
