"""Lines of functions' logs further back than those that are followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from workbench.function_logs.log_events import read_page
from workbench.function_logs.log_feed import FollowedLog, FunctionLine
from workbench.function_logs.records import record_of

_PAGES: Final = 20
"""Of one log: CloudWatch may answer many pages with nothing in them."""


def older_lines(
    logs: Any, followed: Sequence[FollowedLog], start: int, end: int
) -> tuple[FunctionLine, ...]:
    """All lines from ``start`` to before ``end``, in milliseconds, oldest first; blocks.

    Raises botocore's exceptions.
    """
    found: list[FunctionLine] = []
    for each in followed:
        token = ""
        for _ in range(_PAGES):
            page = read_page(logs, each.group, start, end=end, token=token)
            found += [FunctionLine(each.function, record_of(event)) for event in page.events]
            token = page.next_token
            if not token:
                break
    return tuple(sorted(found, key=lambda line: line.record.at))
