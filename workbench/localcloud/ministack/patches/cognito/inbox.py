"""The messages of a local pool that Cognito would have sent; they are saved with the pool."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

KEPT = 200
"""Messages of one pool; older ones are forgotten."""


def messages(pool_id: str) -> Sequence[Mapping[str, Any]] | None:
    """What was sent in a pool's name, newest first; None if there is no such pool."""
    from ministack.services import cognito

    pool = cognito._user_pools.get(pool_id)
    return None if pool is None else list(reversed(pool.get("_inbox", ())))


def keep_message(pool: Any, **message: str) -> None:
    """Keep a message with the pool's."""
    kept = pool.setdefault("_inbox", [])
    kept.append({"id": uuid.uuid4().hex, "at": time.time(), **message})
    del kept[:-KEPT]
