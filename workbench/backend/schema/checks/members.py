"""Checks of what models and custom types have alike: their fields, defaults and validators."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from workbench.backend.definitions.schema import CustomType, Field, Model, Relation, Schema
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.graphql.scalar_texts import (
    is_date,
    is_date_time,
    is_email,
    is_ip_address,
    is_phone,
    is_time,
    is_url,
)
from workbench.backend.schema.naming import GRAPHQL_NAME
from workbench.backend.schema.reading import UNREAD

_OF_TEXTS = {"minLength", "maxLength", "startsWith", "endsWith", "matches"}
_OF_NUMBERS = {"gt", "gte", "lt", "lte"}
_STAMPS = ("createdAt", "updatedAt")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


_TEXTS: dict[str, tuple[Callable[[str], bool], str]] = {
    "AWSDate": (is_date, "2026-01-31"),
    "AWSTime": (is_time, "12:30:00Z"),
    "AWSDateTime": (is_date_time, "2026-01-31T12:30:00Z"),
    "AWSEmail": (is_email, "ann@example.com"),
    "AWSJSON": (_is_json, '{"a": 1}'),
    "AWSPhone": (is_phone, "+12025550123"),
    "AWSURL": (is_url, "https://example.com"),
    "AWSIPAddress": (is_ip_address, "127.0.0.1"),
}
"""Whether a text is one of its scalar, and an example."""


def member_problems(schema: Schema, owner: Model | CustomType) -> Iterator[DefinitionError]:
    """What is wrong with the fields of a type, one by one."""
    relations = owner.relations if isinstance(owner, Model) else ()
    if not owner.fields and not relations:
        yield DefinitionError(
            f"{owner.name} has no fields.", "Annotate one: name: str.", owner.place
        )
    seen: set[str] = set()
    members: list[Field | Relation] = [*owner.fields, *relations]
    for member in members:
        if member.name in seen:
            yield DefinitionError(
                f"{owner.name} has two fields called {member.name}.",
                "Rename one; names with underscores become camelCase in the API.",
                member.place,
            )
        seen.add(member.name)
        if not GRAPHQL_NAME.fullmatch(member.name):
            yield DefinitionError(
                f"{owner.name}.{member.name} cannot be a field's name.",
                "Begin with a letter; use letters, digits and underscores.",
                member.place,
            )
    models = {model.name for model in schema.models}
    for field in owner.fields:
        if field.type == UNREAD:
            continue
        name = f"{owner.name}.{field.name}"
        if isinstance(owner, Model):
            yield from _stamp(field, name)
        yield from _default(field, name, schema, models)
        yield from _validators(field, name)


def _stamp(field: Field, name: str) -> Iterator[DefinitionError]:
    if field.name in _STAMPS and (
        field.is_list or field.type not in ("AWSDateTime", "AWSTimestamp", "String")
    ):
        yield DefinitionError(
            f"{name} is stamped by the API, which writes a DateTime.",
            "Annotate it with DateTime | None, or leave it out.",
            field.place,
        )


def _default(
    field: Field, name: str, schema: Schema, models: set[str]
) -> Iterator[DefinitionError]:
    value = field.default
    if value is None:
        return
    enums = {enum.name: enum.values for enum in schema.enums}
    objects = {each.name for each in schema.custom_types} | models
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if field.type in enums:
        fits = value in enums[field.type]
    else:
        fits = {
            "Int": is_whole,
            "AWSTimestamp": is_whole,
            "Float": is_number,
            "Boolean": isinstance(value, bool),
        }.get(field.type, isinstance(value, str))
        is_valid, example = _TEXTS.get(field.type, (None, ""))
        if fits and is_valid and not field.is_list and not is_valid(value):
            yield DefinitionError(
                f"{name} cannot have the default {value!r}: it is not a valid {field.type}.",
                f"Write it as in {example}.",
                field.place,
            )
    if field.is_list or field.type in objects or not fits:
        kind = f"a list of {field.type}" if field.is_list else field.type
        yield DefinitionError(
            f"{name} cannot have the default {value!r}: it is {kind}.",
            "Leave the default out."
            if field.is_list or field.type in objects
            else "Give it a value of that type, or leave it out.",
            field.place,
        )


def _validators(field: Field, name: str) -> Iterator[DefinitionError]:
    # Which types take which, as data-schema offers them: texts and numbers, never lists.
    possible = {"String": _OF_TEXTS, "Int": _OF_NUMBERS, "Float": _OF_NUMBERS}
    offered: set[str] = set() if field.is_list else possible.get(field.type, set())
    kind = f"a list of {field.type}" if field.is_list else field.type
    names: set[str] = set()
    for check in field.validators:
        if check.name not in offered:
            yield DefinitionError(
                f"{name}: {check.name} cannot check it: it is {kind}.",
                f"Leave it out; {kind} can have "
                f"{', '.join(sorted(offered)) if offered else 'no checks'}.",
                field.place,
            )
        if check.name in names:
            yield DefinitionError(
                f"{name} has {check.name} twice (positive is gt=0, negative is lt=0).",
                "Leave one out.",
                field.place,
            )
        names.add(check.name)
        if check.name == "matches":
            try:
                re.compile(check.value)
            except re.error as error:
                yield DefinitionError(
                    f"{name}: {check.value!r} is not a regular expression: {error}.",
                    "Fix the expression.",
                    field.place,
                )
        if check.name in ("minLength", "maxLength") and check.value.startswith("-"):
            yield DefinitionError(
                f"{name}: a text cannot have {check.value} characters.",
                "Give a length of 0 or more.",
                field.place,
            )
