"""Reading DynamoDB items: ministack encodes each name and text for sizes, and answers as JSON text.

A list of a hundred items spent half of its time in the emulator on the two. The results are the
same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_AT_ONCE = 200
"""Items that are written as JSON before others get their turn: a page of a megabyte takes 30 ms."""

_PLACE = "\x1fitems\x1f"
_WRITTEN_PLACE = json.dumps(_PLACE).encode()

_taken: ContextVar[list[Any] | None] = ContextVar("taken", default=None)


@contextmanager
def plain_answers() -> Iterator[list[Any]]:
    """Within this, a good answer is put in the list instead of being written as JSON.

    It holds the table's own items: read them at once, and change nothing in them.
    """
    taken: list[Any] = []
    token = _taken.set(taken)
    try:
        yield taken
    finally:
        _taken.reset(token)


def install() -> None:
    """Put the quick ways in the place of the emulator's."""
    from ministack.services import dynamodb

    value_size, written = dynamodb._attribute_value_size, dynamodb.json_response

    def item_size(item: Any) -> int:
        """The item's size in bytes by DynamoDB's rules: names and values as UTF-8."""
        if not isinstance(item, Mapping):
            return 0
        total = 0
        for name, value in item.items():
            text = value.get("S") if isinstance(value, dict) else None
            if isinstance(text, str) and len(value) == 1:
                total += len(text) if text.isascii() else len(text.encode())
            else:
                total += value_size(value)
            total += len(name) if name.isascii() else len(name.encode())
        return total

    def answer(data: Any, status: int = 200, **options: Any) -> Any:
        taken = _taken.get()
        if status == 200 and taken is not None:
            taken.append(data)
            return status, {}, b""
        items = data.get("Items") if isinstance(data, dict) else None
        if not isinstance(items, list) or len(items) <= _AT_ONCE:
            return written(data, status, **options)
        answered = written({**data, "Items": [_PLACE]}, status, **options)
        return answered[0], answered[1], _with_items(answered[2], items)

    dynamodb._item_size_bytes = item_size
    dynamodb.json_response = answer


def _with_items(body: bytes, items: list[Any]) -> bytes:
    """The answer with its items, which are written bit by bit."""
    before, _, after = body.partition(_WRITTEN_PLACE)
    parts = (
        json.dumps(items[at : at + _AT_ONCE], ensure_ascii=False)[1:-1].encode()
        for at in range(0, len(items), _AT_ONCE)
    )
    return before + b", ".join(parts) + after
