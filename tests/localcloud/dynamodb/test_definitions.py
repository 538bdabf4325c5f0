"""Keys and indexes that a new table may have."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.dynamodb.definitions import index_refusal, refusal

INVALID = "One or more parameter values were invalid: "
SAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"


def _keys(*names: str) -> list[dict[str, str]]:
    """Keys by name: a sort key begins with r."""
    return [
        {"AttributeName": name, "KeyType": "RANGE" if name[0] == "r" else "HASH"} for name in names
    ]


def _index(*names: str, **projection: Any) -> dict[str, Any]:
    shown = projection or {"ProjectionType": "ALL"}
    return {"IndexName": "other", "KeySchema": _keys(*names), "Projection": shown}


def _table(defined: str, *names: str, **more: Any) -> dict[str, Any]:
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in defined.split()]
    return {"AttributeDefinitions": attributes, "KeySchema": _keys(*names), **more}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (_table("h r", "h", "r"), None),
        (_table("h", "h", "r"), "Invalid KeySchema: Some index key attribute have no definition"),
        (_table("h r", "r", "h"), "Invalid KeySchema: The first KeySchemaElement is not a HASH "),
        (_table("h x", "h", "h"), SAME),
        (_table("h x", "h", "x"), "Invalid KeySchema: The second KeySchemaElement is not a RANGE "),
        (_table("h x", "h"), f"{INVALID}Number of attributes in KeySchema does not exactly match "),
        (
            _table("x y", "h"),
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: "
            "[h], AttributeDefinitions: [x, y]",
        ),
        (
            _table("h x z", "h", GlobalSecondaryIndexes=[_index("x")]),
            f"{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [h, x, z], "
            "keys used: [h, x]",
        ),
        (_table("h", "h", LocalSecondaryIndexes=[]), f"{INVALID}List of LocalSecondaryIndexes is "),
        (
            _table("h rx", "h", LocalSecondaryIndexes=[_index("h", "rx")]),
            f"{INVALID}Table KeySchema does not have a range key, which is required when ",
        ),
        (
            _table("h r", "h", "r", LocalSecondaryIndexes=[_index("h")]),
            f"{INVALID}Index KeySchema does not have a range key for index: other",
        ),
        (
            _table("h r x", "h", "r", LocalSecondaryIndexes=[_index("x", "r")]),
            f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema "
            "for index: other. index hash key: x, table hash key: h",
        ),
        (
            _table("h r rx", "h", "r", LocalSecondaryIndexes=[_index("h", "rx")] * 6),
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
        (
            _table("h", "h", GlobalSecondaryIndexes=[_index("h")] * 21),
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            _table(f"h {'x' * 256}", "h", GlobalSecondaryIndexes=[_index("x" * 256)]),
            f"1 validation error detected: Value '{'x' * 256}' at "
            "'attributeDefinitions.2.member.attributeName' failed to satisfy constraint: Member "
            "must have length less than or equal to 255",
        ),
    ],
)
def test_what_a_new_table_is_refused_for(request_: dict[str, Any], words: str | None) -> None:
    refused = refusal(request_)
    assert refused is None if words is None else (refused or "").startswith(words)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (_index("a", "b", "ra", "rb"), None),
        (_index("a", "rb", "c"), "Invalid KeySchema: All HASH key elements must precede all RANGE"),
        (_index("a", "b", "a"), SAME),
        (_index(*"abcde"), "Invalid KeySchema: The number of HASH key elements exceeds the limit "),
        (_index("a", ProjectionType="X"), f"{INVALID}Unknown ProjectionType: X"),
        (_index("a", NonKeyAttributes=["b"]), f"{INVALID}Unknown ProjectionType: null"),
        (
            _index("a", ProjectionType="INCLUDE"),
            f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            _index("a", ProjectionType="ALL", NonKeyAttributes=["b"]),
            f"{INVALID}ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            _index("a", ProjectionType="INCLUDE", NonKeyAttributes=["b", "b"]),
            f"{INVALID}Duplicate value in NonKeyAttributes",
        ),
    ],
)
def test_what_an_index_is_refused_for(index: dict[str, Any], words: str | None) -> None:
    refused = index_refusal(index, ["a", "b", "c", "d", "e", "ra", "rb"])
    assert refused is None if words is None else (refused or "").startswith(words)
