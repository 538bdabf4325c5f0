"""Live Tail: ministack keeps ten updates for a reader and then drops some, as AWS does in floods.

Here an update is one line, and the reader on the same machine: it gets every line. A session may
name the group of a function that has not run yet, which AWS refuses: the first line comes by it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_UPDATES: Final = 20_000
"""Lines that wait for a reader; beyond these a session says that it left some out."""
_FUNCTION: Final = "/aws/lambda/"


def install() -> None:
    """Keep more, and take groups that are not there yet."""
    from ministack.services import cloudwatch_logs

    cloudwatch_logs._LIVE_TAIL_QUEUE_MAX = _UPDATES
    cloudwatch_logs._start_live_tail = _with_missing_groups(cloudwatch_logs._start_live_tail)


def _with_missing_groups(real: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    from ministack.services import cloudwatch_logs as logs

    def start(data: dict[str, Any]) -> Any:
        named = [_group_of(each) for each in data.get("logGroupIdentifiers") or ()]
        missing = {name for name in named if name and name not in logs._log_groups}
        for name in missing:
            logs._log_groups[name] = {}
        try:
            return real(data)  # only looks whether they are there
        finally:
            for name in missing:
                del logs._log_groups[name]

    return start


def _group_of(identifier: Any) -> str:
    """The name of a function's group; "" for others."""
    name = str(identifier).rpartition(":log-group:")[2]
    return name if name.startswith(_FUNCTION) and not name.endswith(":*") else ""
