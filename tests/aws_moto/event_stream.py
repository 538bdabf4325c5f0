"""AWS's event streams, for what moto does not have.

Source: Amazon Transcribe developer guide, "Event stream encoding": lengths, headers, checksums.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from tests.aws_moto.faults import Answer


def stream(*messages: bytes) -> Answer:
    """An answer that has these messages, and then ends."""
    start = _message({":message-type": "event", ":event-type": "initial-response"}, {})
    body = b"".join((start, *messages))
    return Answer(200, body, "application/vnd.amazon.eventstream")


def event(kind: str, content: Mapping[str, Any]) -> bytes:
    """One event of a stream."""
    return _message({":message-type": "event", ":event-type": kind}, content)


def exception(kind: str, message: str) -> bytes:
    """What ends a stream as an error."""
    return _message({":message-type": "exception", ":exception-type": kind}, {"message": message})


def _message(headers: Mapping[str, str], content: Mapping[str, Any]) -> bytes:
    encoded = b"".join(
        _header(name, value)
        for name, value in {**headers, ":content-type": "application/json"}.items()
    )
    payload = json.dumps(content).encode()
    prelude = struct.pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    whole = prelude + struct.pack("!I", zlib.crc32(prelude)) + encoded + payload
    return whole + struct.pack("!I", zlib.crc32(whole))


def _header(name: str, value: str) -> bytes:
    return (
        struct.pack(f"!B{len(name)}sBH", len(name), name.encode(), 7, len(value)) + value.encode()
    )
