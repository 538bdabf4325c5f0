"""What stands behind the ``=`` of a field: its options, or its relation to another model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.backend.definitions.schema import Validator
from workbench.backend.definitions.source_location import NOWHERE, Place
from workbench.backend.schema.errors import calling_place
from workbench.backend.schema.rules import Allowed, listed


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """What ``field(...)`` was given.

    ``name`` is the API's where it is not the Python name's own.
    """

    default: Any = None
    name: str = ""
    rules: tuple[Allowed, ...] = ()
    validators: tuple[Validator, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class RelationOptions:
    """What ``has_many(...)`` and its like were given."""

    kind: Literal["has_one", "has_many", "belongs_to"]
    references: tuple[str, ...]
    rules: tuple[Allowed, ...] = ()
    description: str = ""


def field(
    *,
    default: Any = None,
    name: str = "",
    rules: Sequence[Allowed] = (),
    description: str = "",
    min_length: int | None = None,
    max_length: int | None = None,
    starts_with: str | None = None,
    ends_with: str | None = None,
    matches: str | None = None,
    gt: float | None = None,
    gte: float | None = None,
    lt: float | None = None,
    lte: float | None = None,
    positive: bool = False,
    negative: bool = False,
    message: str | Mapping[str, str] = "",
) -> Any:
    """A field with more than a type: ``title: str = field(max_length=80)``.

    ``name`` is the field's name in the API where camelCase is not it. The checks are Amplify's
    validators, made by the API on create and update; ``message`` is what it answers where one
    fails: one text, or a text for each check by its name here.
    """
    given = (
        ("min_length", "minLength", min_length),
        ("max_length", "maxLength", max_length),
        ("starts_with", "startsWith", starts_with),
        ("ends_with", "endsWith", ends_with),
        ("matches", "matches", matches),
        ("gt", "gt", gt),
        ("gte", "gte", gte),
        ("lt", "lt", lt),
        ("lte", "lte", lte),
        ("positive", "gt", 0 if positive else None),
        ("negative", "lt", 0 if negative else None),
    )
    checks = tuple(
        Validator(
            check, str(value), message if isinstance(message, str) else message.get(written, "")
        )
        for written, check, value in given
        if value is not None
    )
    return FieldOptions(default, name, listed(rules, calling_place()), checks, description)


def has_many(
    references: str | Sequence[str], *, rules: Sequence[Allowed] = (), description: str = ""
) -> Any:
    """Many of the annotated model refer to this one by these fields of theirs."""
    return RelationOptions(
        "has_many", _names(references), listed(rules, calling_place()), description
    )


def has_one(
    references: str | Sequence[str], *, rules: Sequence[Allowed] = (), description: str = ""
) -> Any:
    """One of the annotated model refers to this one by these fields of its own."""
    return RelationOptions(
        "has_one", _names(references), listed(rules, calling_place()), description
    )


def belongs_to(
    references: str | Sequence[str], *, rules: Sequence[Allowed] = (), description: str = ""
) -> Any:
    """This one refers to the annotated model by these fields of this one."""
    return RelationOptions(
        "belongs_to", _names(references), listed(rules, calling_place()), description
    )


def _names(references: str | Sequence[str]) -> tuple[str, ...]:
    return (references,) if isinstance(references, str) else tuple(references)


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """What ``index(...)`` was given."""

    partition: str
    sort: tuple[str, ...] = ()
    query: str | None = ""
    name: str = ""
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: tuple[str, ...] = ()
    place: Place = NOWHERE


def index(
    partition: str,
    *,
    sort: str | Sequence[str] = (),
    query: str | None = "",
    name: str = "",
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL",
    included: Sequence[str] = (),
) -> IndexOptions:
    """A secondary index: look items up by ``partition``, in the order of ``sort``.

    ``query`` names the operation, ``list<Model>By<Partition>And<Sort>`` where it is left out, none
    where it is None.
    """
    place = calling_place()
    return IndexOptions(partition, _names(sort), query, name, projection, tuple(included), place)
