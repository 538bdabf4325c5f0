"""Page tokens in AppSync's shape: base64 of ``{"version": 3, "token": …}``, opaque and checked.

AWS encrypts DynamoDB's key into the token. Here it is packed beside a checksum that also covers
what the page is of, so that a broken token and one of another table or index are told at once.
They outlive a restart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.evaluation import FieldError

Key = Mapping[str, Any]
_VERSION = 3
_CHECK = 12
_LONGEST = 64 * 1024


def encode(key: Key, scope: str) -> str:
    """The token that continues after ``key`` in ``scope`` (operation, table and index)."""
    packed = zlib.compress(json.dumps(key, separators=(",", ":")).encode())
    token = base64.b64encode(_check(packed, scope) + packed).decode()
    document = json.dumps({"version": _VERSION, "token": token}, separators=(",", ":"))
    return base64.b64encode(document.encode()).decode()


def decode(token: str, scope: str) -> dict[str, Any]:
    """The key in a token; FieldError ``DynamoDB:UserIllegalArgumentException`` for any other."""
    try:
        if len(token) > _LONGEST:
            raise ValueError("too long")
        document = json.loads(base64.b64decode(token, validate=True))
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            raise ValueError("another version")
        content = base64.b64decode(document["token"], validate=True)
        check, packed = content[:_CHECK], content[_CHECK:]
        if check != _check(packed, scope):
            raise ValueError("not of this page")
        key = json.loads(_unpacked(packed))
    except (ValueError, KeyError, TypeError, binascii.Error, zlib.error) as error:
        raise FieldError(
            "Invalid pagination token given.", "DynamoDB:UserIllegalArgumentException"
        ) from error
    if not isinstance(key, dict):
        raise FieldError("Invalid pagination token given.", "DynamoDB:UserIllegalArgumentException")
    return key


def _check(packed: bytes, scope: str) -> bytes:
    return hashlib.blake2b(scope.encode() + b"\0" + packed, digest_size=_CHECK).digest()


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    return unpacker.decompress(packed, _LONGEST)
