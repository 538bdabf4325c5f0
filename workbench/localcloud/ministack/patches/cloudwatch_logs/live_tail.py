"""Live Tail: ministack keeps ten updates for a reader and then drops some, as AWS does in floods.

Here an update is one line, and the reader on the same machine: it gets every line.
"""

from __future__ import annotations

_UPDATES = 20_000
"""Lines that wait for a reader; beyond these a session says that it left some out."""


def install() -> None:
    """Keep more."""
    from ministack.services import cloudwatch_logs

    cloudwatch_logs._LIVE_TAIL_QUEUE_MAX = _UPDATES
