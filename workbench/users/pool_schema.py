"""A user pool's schema: which attributes users can have, checked before anything is sent.

Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9]\d{1,14}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class SchemaAttribute:
    """One attribute; ``minimum`` and ``maximum`` are of a text's length or of a number."""

    name: str
    kind: str = "String"
    is_required: bool = False
    is_mutable: bool = True
    minimum: int | None = None
    maximum: int | None = None


Schema = Sequence[SchemaAttribute]


def read_schema(pool: Mapping[str, Any]) -> tuple[SchemaAttribute, ...]:
    """The attributes of DescribeUserPool's answer."""
    return tuple(_attribute(each) for each in pool.get("SchemaAttributes", ()))


def check_attributes(
    schema: Schema, attributes: Mapping[str, str], *, is_new: bool
) -> tuple[str, ...]:
    """What Cognito would refuse, a sentence for each attribute; an empty value removes one.

    Only new users need the required attributes: a change leaves the rest as it is.
    """
    known = {each.name: each for each in schema}
    found = []
    for name, value in attributes.items():
        attribute = known.get(name)
        if not known:
            continue  # the credentials may not read the schema: Cognito itself will check
        if attribute is None:
            similar = [each for each in known if each.endswith(f":{name}")]
            hint = f" Did you mean {similar[0]}?" if similar else ""
            found.append(f"The pool has no attribute {name}.{hint}")
        elif not is_new and not attribute.is_mutable:
            found.append(f"{name} cannot be changed: it is immutable in this pool.")
        elif not value and attribute.is_required:
            found.append(f"{name} is required in this pool.")
        elif value:
            found += _wrong_value(attribute, value)
    if is_new:
        missing = [each.name for each in schema if each.is_required and each.name != "sub"]
        found += [f"{name} is required in this pool." for name in missing if name not in attributes]
    return tuple(found)


def wrong_address(name: str, value: str) -> str:
    """The mistake in an ``email`` or a ``phone_number``, "" for none."""
    if name == "email":
        return "" if _EMAIL.fullmatch(value) else f"{value} is not a valid e-mail address."
    if _PHONE.fullmatch(value):
        return ""
    return f"{value} is not a valid phone number: begin with + and the country, as in +15550100."


def _wrong_value(attribute: SchemaAttribute, value: str) -> list[str]:
    name = attribute.name
    if name in ("email", "phone_number"):
        return [why] if (why := wrong_address(name, value)) else []
    if name == "birthdate" and not _DATE.fullmatch(value):
        return [f"{value} is not a valid birthdate: use YYYY-MM-DD."]
    if attribute.kind == "Boolean" and value not in ("true", "false"):
        return [f"{name} is true or false, not {value}."]
    size, unit = len(value), " characters"
    if attribute.kind == "Number":
        if not _NUMBER.fullmatch(value):
            return [f"{name} is a whole number, not {value}."]
        size, unit = int(value), ""
    if attribute.minimum is not None and size < attribute.minimum:
        return [f"{name} is at least {attribute.minimum}{unit}."]
    if attribute.maximum is not None and size > attribute.maximum:
        return [f"{name} is at most {attribute.maximum}{unit}."]
    return []


def _attribute(found: Mapping[str, Any]) -> SchemaAttribute:
    text = found.get("StringAttributeConstraints") or {}
    number = found.get("NumberAttributeConstraints") or {}
    return SchemaAttribute(
        found["Name"],
        found.get("AttributeDataType", "String"),
        bool(found.get("Required")),
        bool(found.get("Mutable", True)),
        _whole(text.get("MinLength", number.get("MinValue"))),
        _whole(text.get("MaxLength", number.get("MaxValue"))),
    )


def _whole(text: Any) -> int | None:
    return None if text in (None, "") else int(text)
