"""Items kept as they are saved read and change like the emulator's own."""

from __future__ import annotations

import copy
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from workbench.localcloud.ministack import installation
from workbench.localcloud.ministack.saved_state.capture import _add_items
from workbench.localcloud.ministack.saved_state.items import ItemChanges, encode
from workbench.localcloud.ministack.saved_state.packed_items import NO_SORT, PackedItems
from workbench.localcloud.state.store import DamagedStateError

TABLES = {"alone": None, "sorted": "at"}
COUNT = 2100


@pytest.fixture(params=TABLES)
def tables(request: pytest.FixtureRequest) -> Iterator[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """The emulator, a table of packed items and one with the same items as it has them."""
    installation.install()
    from ministack.services import dynamodb

    sort = TABLES[request.param]
    names = "packed", "plain"
    for name in names:
        keys = [{"AttributeName": "id", "KeyType": "HASH"}]
        keys += [{"AttributeName": sort, "KeyType": "RANGE"}] if sort else []
        request_ = {
            "TableName": name,
            "KeySchema": keys,
            "AttributeDefinitions": [
                {"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys
            ],
            "BillingMode": "PAY_PER_REQUEST",
        }
        assert dynamodb._create_table(request_)[0] == 200
        for number in range(COUNT):
            assert dynamodb._put_item({"TableName": name, "Item": _item(number)})[0] == 200
    packed, plain = (dynamodb._tables.get(name) for name in names)
    changes = ItemChanges()
    changes.loaded()
    changes.pack(
        ((packed["TableArn"], pk, sk), item, encode(item))
        for pk, rows in list(packed["items"].items())
        for sk, item in rows.items()
    )
    yield dynamodb, packed, plain
    for name in names:
        dynamodb._delete_table({"TableName": name})


def _item(number: int, text: str = "ü🎈") -> dict[str, Any]:
    return {"id": {"S": f"i{number // 2}"}, "at": {"S": f"{number}"}, "text": {"S": text}}


def _content(table: dict[str, Any]) -> dict[str, Any]:
    return {pk: dict(rows) for pk, rows in table["items"].items()}


def test_packed_items_are_what_they_were(tables: Any) -> None:
    dynamodb, packed, plain = tables
    assert isinstance(packed["items"], PackedItems)
    assert all(isinstance(stored, bytes) for *_, stored in packed["items"].stored())
    assert packed["items"].count() == plain["ItemCount"]
    chance = random.Random(1)
    for number in range(300):
        item = _item(chance.randrange(COUNT * 2), f"changed {number}")
        key = {name: item[name] for name in ("id", packed["sk_name"]) if name}
        call, request = chance.choice(
            (
                ("_put_item", {"Item": item, "ReturnValues": "ALL_OLD"}),
                ("_delete_item", {"Key": key, "ReturnValues": "ALL_OLD"}),
                ("_get_item", {"Key": key}),
                (
                    "_update_item",
                    {
                        "Key": key,
                        "UpdateExpression": "SET more = :m",
                        "ExpressionAttributeValues": {":m": {"N": "1"}},
                        "ReturnValues": "ALL_NEW",
                    },
                ),
            )
        )
        answers = [
            json.loads(getattr(dynamodb, call)({"TableName": name, **request})[2])
            for name in ("packed", "plain")
        ]
        assert answers[0] == answers[1]
    assert _content(packed) == _content(plain)
    assert packed["ItemCount"] == plain["ItemCount"] == packed["items"].count()
    # The emulator copies tables so.
    assert defaultdict(dict, copy.deepcopy(dict(packed["items"]))) == plain["items"]
    for read in (dynamodb._scan, dynamodb._scan):
        answers = [json.loads(read({"TableName": name})[2]) for name in ("packed", "plain")]
        assert answers[0] == answers[1]


def test_what_was_changed_meanwhile_is_not_packed(tables: Any) -> None:
    dynamodb, packed, _ = tables
    changes = ItemChanges()
    changes.loaded()
    old, new = _item(5, "old"), _item(5, "new")
    pk = "i2"
    sk = "5" if packed["sk_name"] else NO_SORT
    for item in (old, new):
        dynamodb._put_item({"TableName": "packed", "Item": item})
    changes.pack([((packed["TableArn"], pk, sk), old, encode(old))])
    assert packed["items"].get(pk).get(sk) is new
    dynamodb._remove_item(packed, pk, sk)
    changes.pack([((packed["TableArn"], pk, sk), new, encode(new))])
    assert packed["items"].get(pk, {}).get(sk) is None


def test_saved_items_are_read(tables: Any) -> None:
    _, packed, _ = tables
    rows = [
        (packed["TableArn"], pk, sk, bytes(stored)) for pk, sk, stored in packed["items"].stored()
    ]
    from ministack.services import dynamodb

    expected = _content(packed)
    for few in (rows[:3], rows):
        _add_items({"tables": dynamodb._tables}, few)
        assert isinstance(packed["items"], PackedItems) is (few is rows)
        assert sum(map(len, packed["items"].values())) == len(few)
    assert _content(packed) == expected
    with pytest.raises(DamagedStateError):
        _add_items({"tables": dynamodb._tables}, [(packed["TableArn"], "a", "", b"[]")])
