"""Times as people say them: ``14:32`` today, ``Tue 14:32`` on another day."""

from __future__ import annotations

from time import localtime, strftime, time


def clock(at: float) -> str:
    """The local time of these seconds since the epoch."""
    today = localtime(at)[:3] == localtime(time())[:3]
    return strftime("%H:%M" if today else "%a %H:%M", localtime(at))
