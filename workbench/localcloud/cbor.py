"""The part of CBOR that passkeys are written in: integers, bytes, text, lists, maps, true, false.

A library for all of CBOR would be another dependency at run time, for these sixty lines.
Source: RFC 8949; w3.org/TR/webauthn-3, "CTAP2 canonical CBOR encoding form"
"""

from __future__ import annotations

from typing import Any

_DEEPEST = 6
_SIMPLE = {20: False, 21: True, 22: None}


def decode(data: bytes) -> tuple[Any, int]:
    """The first value in ``data``, and the position behind it; raises ValueError."""
    return _value(data, 0, 0)


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise ValueError("CBOR is nested too deeply")
    head = _bytes(data, at, 1)[0]
    kind, size = head >> 5, head & 31
    if kind == 7:
        if size not in _SIMPLE:
            raise ValueError("unexpected kind of CBOR value")
        return _SIMPLE[size], at + 1
    number, at = _number(data, at + 1, size)
    match kind:
        case 0:
            return number, at
        case 1:
            return -1 - number, at
        case 2:
            return _bytes(data, at, number), at + number
        case 3:
            return _bytes(data, at, number).decode(), at + number
        case 4:
            items = []
            for _ in range(number):
                item, at = _value(data, at, depth + 1)
                items.append(item)
            return items, at
        case 5:
            members: dict[Any, Any] = {}
            for _ in range(number):
                name, at = _value(data, at, depth + 1)
                if not isinstance(name, int | str) or name in members:
                    raise ValueError("unexpected name in a CBOR map")
                members[name], at = _value(data, at, depth + 1)
            return members, at
    raise ValueError("unexpected kind of CBOR value")


def _number(data: bytes, at: int, size: int) -> tuple[int, int]:
    if size < 24:
        return size, at
    if size > 27:
        raise ValueError("CBOR of indefinite length")
    width = 1 << (size - 24)
    return int.from_bytes(_bytes(data, at, width), "big"), at + width


def _bytes(data: bytes, at: int, count: int) -> bytes:
    if at + count > len(data):
        raise ValueError("CBOR ends too soon")
    return data[at : at + count]
