"""Pages of a list, with tokens that stay right while entries come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.hosting.protocol import RefusalError

_DEFAULT = 10
_MOST = 50


def page(
    entries: Sequence[tuple[str, Any]], members: Mapping[str, Any], name: str, most: int = _MOST
) -> dict[str, Any]:
    """The entries (key, value) behind ``nextToken``, ``maxResults`` of them, as ``{name: […]}``.

    Raises RefusalError for a wrong token or count.
    """
    count = members.get("maxResults", _DEFAULT)
    if not 0 <= count <= most:
        raise RefusalError("BadRequestException", f"maxResults must be from 0 to {most}.")
    count = count or _DEFAULT
    after = _key(members.get("nextToken", ""))
    keys = [key for key, _ in entries]
    start = keys.index(after) + 1 if after in keys else 0
    if after and after not in keys:
        # Deleted meanwhile: continue after its position in the order of the keys.
        start = next((at for at, key in enumerate(keys) if key > after), len(keys))
    shown = entries[start : start + count]
    found: dict[str, Any] = {name: [value for _, value in shown]}
    if start + count < len(entries):
        found["nextToken"] = base64.urlsafe_b64encode(shown[-1][0].encode()).decode()
    return found


def _key(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise RefusalError("BadRequestException", "The nextToken is invalid.") from None
