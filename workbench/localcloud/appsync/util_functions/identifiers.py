"""New identifiers in the forms that AppSync makes: UUID, ULID, KSUID."""

from __future__ import annotations

import os
import time
import uuid

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KSUID_EPOCH = 1_400_000_000


def auto_id() -> str:
    """``$util.autoId()``: a random UUID."""
    return str(uuid.uuid4())


def auto_ulid() -> str:
    """``$util.autoUlid()``: 48 bits of milliseconds, 80 random bits, 26 characters."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return _digits(number, _CROCKFORD, 26)


def auto_ksuid() -> str:
    """``$util.autoKsuid()``: 32 bits of seconds since 2014, 128 random bits, 27 characters."""
    number = (int(time.time()) - _KSUID_EPOCH) << 128 | int.from_bytes(os.urandom(16))
    return _digits(number, _BASE62, 27)


def _digits(number: int, alphabet: str, length: int) -> str:
    written = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        written.append(alphabet[digit])
    return "".join(reversed(written))
