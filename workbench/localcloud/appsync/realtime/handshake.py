"""Reads the authorization headers that a WebSocket handshake brings.

Browsers cannot send headers of their own with it. Clients put them, as base64 of JSON, into a
subprotocol named ``header-…`` or, older ones, into the query parameter ``header``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

SUBPROTOCOL = "graphql-ws"
_PREFIX = "header-"


class BadHandshakeError(Exception):
    """A handshake whose headers cannot be read."""


def handshake_headers(subprotocols: Sequence[str], query: str) -> dict[str, str]:
    """The headers by lower-case name; raises BadHandshakeError."""
    for offered in subprotocols:
        if offered.startswith(_PREFIX):
            return _decoded(offered.removeprefix(_PREFIX))
    given = parse_qs(query).get("header")
    if given:
        # A plus sign that was not escaped arrives as a space.
        return _decoded(given[0].replace(" ", "+"))
    raise BadHandshakeError("Required headers are missing.")


def lower_names(headers: Mapping[str, object]) -> dict[str, str]:
    """Headers by lower-case name; those without a text are left out."""
    return {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}


def _decoded(text: str) -> dict[str, str]:
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        content = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
        found = json.loads(content)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadHandshakeError("The header is not base64 of a JSON object.") from error
    if not isinstance(found, dict):
        raise BadHandshakeError("The header is not base64 of a JSON object.")
    return lower_names(found)
