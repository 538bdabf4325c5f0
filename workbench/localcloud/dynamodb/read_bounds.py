"""Where a Query or Scan may go on, and which attributes its filter may name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.dynamodb.checks import operands_of
from workbench.localcloud.dynamodb.paths import resolved
from workbench.localcloud.dynamodb.syntax import Expression, Path
from workbench.localcloud.dynamodb.values import AttributeValue, equal, type_of

_INVALID = "The provided starting key is invalid"
_SCHEMA = "The provided key element does not match the schema"
Key = Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class Keys:
    """The key attributes of a table, and of the index that is read, with their types."""

    table: Mapping[str, str]
    index: Mapping[str, str] | None = None


def start_refusal(start: Key, keys: Keys, *, query: bool) -> str | None:
    """DynamoDB's words for an ExclusiveStartKey that is no key of what is read."""
    expected = {**keys.table, **(keys.index or {})}
    if start.keys() != expected.keys():
        return _INVALID if query or keys.index is not None else f"{_INVALID}: {_SCHEMA}"
    for names, words in ((keys.index or {}, _SCHEMA), (keys.table, f"{_INVALID}: {_SCHEMA}")):
        if any(type_of(start[name]) != kind for name, kind in names.items()):
            return words
    return None


def partition_refusal(
    start: Key, hashes: Mapping[str, AttributeValue], *, sort: bool
) -> str | None:
    """DynamoDB's words for a start in another partition; sort: the query narrows the sort key."""
    if all(equal(start.get(name), value) for name, value in hashes.items()):
        return None
    if sort:
        return "The query can return at most one row and cannot be restarted"
    return "The provided starting key is outside query boundaries based on provided conditions"


def filter_refusal(parameter: str, named: Collection[str], keys: Sequence[str]) -> str | None:
    """DynamoDB's words for a query's filter that names a key attribute of what is read."""
    for key in keys:
        if key in named:
            return (
                f"{parameter} can only contain non-primary key attributes: "
                f"Primary key attribute: {key}"
            )
    return None


def attributes_of(expression: Expression, names: Mapping[str, Any]) -> set[str]:
    """The attributes that an expression's paths begin with."""
    return {
        str(resolved(operand, names)[0])
        for operand in operands_of(expression)
        if isinstance(operand, Path)
    }
