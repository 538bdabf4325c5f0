"""Pages of large tables are those that the emulator gives of small ones."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from workbench.localcloud.ministack import installation
from workbench.localcloud.ministack.patches.dynamodb import ordered_pages

KEYS = {"pk": "S", "n": "N", "b": "B", "g": "S", "r": "N", "s": "S"}
TABLES = {"by-text": "s", "by-number": "n", "by-bytes": "b"}
INDEXES = {"numbers": ("g", "r"), "texts": ("g", "s"), "alone": ("n", None)}


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    installation.install()
    from ministack.services import dynamodb

    for name, sort in TABLES.items():
        _create(dynamodb, name, sort)
    yield dynamodb
    for name in TABLES:
        dynamodb._delete_table({"TableName": name})


def _create(dynamodb: Any, name: str, sort: str) -> None:
    made = dynamodb._create_table(
        {
            "TableName": name,
            "KeySchema": _schema("pk", sort),
            "AttributeDefinitions": [
                {"AttributeName": each, "AttributeType": kind}
                for each, kind in KEYS.items()
                if each != "b" or sort == "b"
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": index,
                    "KeySchema": _schema(*keys),
                    "Projection": {"ProjectionType": "KEYS_ONLY" if index == "texts" else "ALL"},
                }
                for index, keys in INDEXES.items()
            ],
        }
    )
    assert made[0] == 200, made
    chance = random.Random(name)
    for _ in range(70):
        status, _, body = dynamodb._put_item({"TableName": name, "Item": _item(chance)})
        assert status == 200, body


def _schema(first: str, second: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": first, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": second, "KeyType": "RANGE"}] if second else [])


def _item(chance: random.Random) -> dict[str, Any]:
    item = {
        "pk": {"S": chance.choice("aé🎈b")},
        "n": {"N": str(chance.randrange(-9, 9))},
        "b": {"B": base64.b64encode(chance.randbytes(chance.randrange(1, 3))).decode()},
        "s": {"S": chance.choice(("x", "xa", "xé", "\uffff", "🎈")) + str(chance.randrange(9))},
        "text": {"S": "some" * chance.randrange(9)},
    }
    if chance.random() < 0.8:
        item["g"] = {"S": chance.choice("uv")}
        item["r"] = {"N": str(chance.randrange(5))}
    return item


def _pages(read: Any, asked: dict[str, Any]) -> list[Any]:
    found = []
    start: dict[str, Any] = {}
    for _ in range(300):
        status, _, body = read({**asked, **start})
        page = json.loads(body)
        found.append((status, page))
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    raise AssertionError("no end of pages")


def _both(
    monkeypatch: pytest.MonkeyPatch, read: Any, asked: dict[str, Any]
) -> tuple[list[Any], list[Any]]:
    usual = _pages(read, asked)
    with monkeypatch.context() as patched:
        patched.setattr(ordered_pages, "LARGE", 0)
        return usual, _pages(read, asked)


LIMITS: list[dict[str, Any]] = [{}, {"Limit": 3}, {"Limit": 0}]
CONDITIONS: dict[str, tuple[str, ...]] = {
    "": ("",),
    "n": ("#s = :a", "#s < :a", ":a <= #s", "#s BETWEEN :a AND :z"),
    "r": ("#s = :a", "#s > :a", ":a >= #s", "#s BETWEEN :a AND :z"),
    "b": ("#s = :a", "#s >= :a", "begins_with(#s, :a)"),
    "s": ("#s = :a", "#s > :a", "begins_with(#s, :a)", "begins_with(#s, :z)"),
}
BOUNDS: dict[str, tuple[Any, Any]] = {
    "n": ({"N": "-4"}, {"N": "3"}),
    "r": ({"N": "1.0"}, {"N": "3"}),
    "b": ({"B": "gA=="}, {"B": "/w=="}),
    "s": ({"S": "xa"}, {"S": "\uffff"}),
}
Source = tuple[str, str | None, str, str | None]
"""A table, an index of it, and the keys."""

SOURCES: list[Source] = [
    *((table, None, "pk", sort) for table, sort in TABLES.items()),
    *(
        (table, index, *keys)
        for table in ("by-text", "by-number")
        for index, keys in INDEXES.items()
    ),
]


@pytest.mark.parametrize("source", SOURCES)
def test_queries(
    dynamodb: Any,
    monkeypatch: pytest.MonkeyPatch,
    source: Source,
) -> None:
    table, index, first, second = source
    value = {"S": "u"} if first == "g" else {"N": "-3"} if first == "n" else {"S": "é"}
    count = 0
    for text in {"", *CONDITIONS[second or ""]}:
        low, high = BOUNDS.get(second or "", (None, None))
        values = {":p": value}
        values |= {":a": low} if ":a" in text else {}
        values |= {":z": high} if ":z" in text else {}
        names = {"#p": first} | ({"#s": second} if text else {})
        for more in LIMITS:
            for forward in (True, False):
                asked = {
                    "TableName": table,
                    "KeyConditionExpression": "#p = :p" + (f" AND {text}" if text else ""),
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": values,
                    "ScanIndexForward": forward,
                    **({"IndexName": index} if index else {}),
                    **more,
                }
                usual, ordered = _both(monkeypatch, dynamodb._query, asked)
                assert ordered == usual, asked
                count += sum(page.get("Count", 0) for _, page in usual)
    assert count


@pytest.mark.parametrize("source", SOURCES)
def test_scans(
    dynamodb: Any,
    monkeypatch: pytest.MonkeyPatch,
    source: Source,
) -> None:
    name, index, *_ = source
    asked: dict[str, Any] = {"TableName": name, **({"IndexName": index} if index else {})}
    for more in LIMITS:
        parts = [{}, *({"Segment": part, "TotalSegments": 3} for part in range(3))]
        for part in parts:
            usual, ordered = _both(monkeypatch, dynamodb._scan, {**asked, **more, **part})
            if index is None:
                assert ordered == usual, (more, part)
                continue
            # An index is scanned in another order: by its partitions.
            assert _rows(ordered) == _rows(usual), (more, part)
            assert [len(page.get("Items", ())) for _, page in ordered] == [
                len(page.get("Items", ())) for _, page in usual
            ]


def _rows(pages: list[Any]) -> list[str]:
    return sorted(json.dumps(item) for _, page in pages for item in page.get("Items", ()))


def test_orders_follow_what_is_written(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    name = "by-text"
    query = {
        "TableName": name,
        "IndexName": "numbers",
        "KeyConditionExpression": "g = :p",
        "ExpressionAttributeValues": {":p": {"S": "v"}},
        "Limit": 9,
    }
    for _ in range(30):
        for _ in range(8):
            item = _item(chance)
            if chance.random() < 0.5:
                dynamodb._put_item({"TableName": name, "Item": item})
            else:
                key = {"pk": item["pk"], "s": item["s"]}
                dynamodb._delete_item({"TableName": name, "Key": key})
        for read, asked in ((dynamodb._query, query), (dynamodb._scan, {"TableName": name})):
            usual, ordered = _both(monkeypatch, read, asked)
            assert ordered == usual


def test_a_page_ends_at_a_megabyte(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "by-number"
    for number in range(12):
        item = {"pk": {"S": "long"}, "n": {"N": str(number)}, "text": {"S": "x" * 300_000}}
        assert dynamodb._put_item({"TableName": name, "Item": item})[0] == 200
    query = {
        "TableName": name,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "long"}},
    }
    for read, asked in ((dynamodb._query, query), (dynamodb._scan, {"TableName": name})):
        usual, ordered = _both(monkeypatch, read, asked)
        assert ordered == usual
        assert len(usual) > 3
