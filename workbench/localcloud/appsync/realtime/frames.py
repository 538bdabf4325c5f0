"""The messages that the server sends: text in UTF-8.

Source: "Building a real-time WebSocket client" in the AppSync developer guide, and what its clients
log of real connections.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

CONNECTION_TIMEOUT_MS = 300_000
"""How long a client may wait for a ``ka`` before it gives the connection up."""

KEEP_ALIVE = b'{"type":"ka"}'
CONNECTION_ACK = (
    b'{"type":"connection_ack","payload":{"connectionTimeoutMs":%d}}' % CONNECTION_TIMEOUT_MS
)

_SAID = ("errorType", "message", "errorCode")
"""The members of an error that real-time clients are told."""


def start_ack(subscription_id: str) -> bytes:
    """The subscription is registered: events from now on arrive."""
    return _text({"id": subscription_id, "type": "start_ack"})


def complete(subscription_id: str) -> bytes:
    """The subscription has ended."""
    return _text({"id": subscription_id, "type": "complete"})


def data_start(subscription_id: str) -> bytes:
    """What comes before the response in a ``data`` message; a closing brace follows it."""
    return _text({"id": subscription_id, "type": "data", "payload": None})[: -len("null}")]


def error(subscription_id: str | None, errors: Sequence[dict[str, Any]]) -> bytes:
    """A subscription that failed; without an id, a message that could not be read.

    Of errors that HTTP would answer with path and locations, clients get what AppSync tells here.
    """
    said = [{name: each[name] for name in _SAID if name in each} for each in errors]
    message: dict[str, Any] = {"type": "error", "payload": {"errors": said}}
    return _text({"id": subscription_id, **message} if subscription_id is not None else message)


def one_error(error_type: str, message: str) -> list[dict[str, Any]]:
    """A list of one error."""
    return [{"errorType": error_type, "message": message}]


def connection_error(error_type: str, message: str, code: int) -> bytes:
    """The connection itself is refused."""
    said = {"errorType": error_type, "message": message, "errorCode": code}
    return _text({"type": "connection_error", "payload": {"errors": [said]}})


def _text(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
