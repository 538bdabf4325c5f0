"""The quick sizes are the emulator's own, and nothing is left of a plain answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.localcloud.ministack import installation
from workbench.localcloud.ministack.patches.dynamodb.speed import plain_answers

ITEMS: list[dict[str, Any]] = [
    {},
    {"id": {"S": "plain"}, "text": {"S": "größer 🎈"}, "größe": {"N": "-12.50"}},
    {"list": {"L": [{"S": "é"}, {"N": "1"}, {"NULL": True}]}, "map": {"M": {"ä": {"S": "b"}}}},
    {"set": {"SS": ["a", "ß"]}, "numbers": {"NS": ["1", "22"]}, "bytes": {"B": "aGVsbG8="}},
    {"odd": {"S": 5}, "two": {"S": "a", "N": "1"}, "flag": {"BOOL": False}},
]


@pytest.mark.parametrize("item", ITEMS, ids=range(len(ITEMS)))
def test_sizes_are_dynamodbs(item: dict[str, Any]) -> None:
    installation.install()
    from ministack.services import dynamodb

    expected = sum(
        len(name.encode()) + dynamodb._attribute_value_size(value) for name, value in item.items()
    )
    assert dynamodb._item_size_bytes(item) == expected
    assert dynamodb._item_size_bytes.__module__.endswith("dynamodb.speed")


async def test_answers_are_plain_only_where_asked_for() -> None:
    installation.install()
    from ministack.services import dynamodb

    async def listed() -> tuple[int, dict[str, str], bytes]:
        headers = {"x-amz-target": "DynamoDB_20120810.ListTables"}
        found: tuple[int, dict[str, str], bytes] = await dynamodb.handle_request(
            "POST", "/", headers, b"{}", {}
        )
        return found

    with plain_answers() as taken:
        status, _, body = await listed()
    assert (status, body) == (200, b"")
    assert taken == [json.loads((await listed())[2])]
    with plain_answers() as taken:
        headers = {"x-amz-target": "DynamoDB_20120810.Scan"}
        status, _, body = await dynamodb.handle_request(
            "POST", "/", headers, b'{"TableName": "none"}', {}
        )
    assert (status, taken) == (400, [])
    assert b"ResourceNotFoundException" in body


def test_long_answers_are_written_bit_by_bit() -> None:
    installation.install()
    from ministack.services import dynamodb

    items = [{"id": {"S": f"ü{number}"}} for number in range(450)]
    for count in (0, 200, 201, 450):
        data = {"Items": items[:count], "Count": count}
        assert dynamodb.json_response(data)[2] == json.dumps(data, ensure_ascii=False).encode()
