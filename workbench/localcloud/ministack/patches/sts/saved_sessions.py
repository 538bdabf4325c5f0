"""Temporary credentials: ministack forgets them when it stops; AWS takes them until they expire.

An app keeps its identity pool's credentials for an hour and does not ask for others before. Those
of functions are made again at each start.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import Any

_SESSIONS = "sessions"


def install() -> None:
    """Save and restore the sessions that are still good."""
    from ministack.services import sts

    sts.get_state = _state
    sts.load_persisted_state = _load


def _state() -> dict[str, Any]:
    from ministack.services import sts

    return {_SESSIONS: copy.deepcopy(_good(dict(sts._sessions)))}


def _load(state: Mapping[str, Any]) -> None:
    from ministack.services import sts

    sts._sessions.update(_good(state.get(_SESSIONS) or {}))


def _good(sessions: Mapping[str, Any]) -> dict[str, Any]:
    now = time.time()
    return {
        key: session
        for key, session in sessions.items()
        if isinstance(session.get("Expiration"), int | float) and session["Expiration"] > now
    }
