"""The error for a missing stack: ministack says "Stack [x] does not exist" in every call.

AWS says "Stack with id x does not exist" in ListStackResources, DescribeStackResources,
GetTemplate and GetTemplateSummary; ``ampx`` and the CDK recognise a missing stack by that text.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services.cloudformation import handlers

_ACTIONS = (
    "ListStackResources",
    "DescribeStackResources",
    "GetTemplate",
    "GetTemplateSummary",
)
_TEXT = re.compile(rb"Stack \[([^\]]*)\] does not exist")


def install() -> None:
    """Give the four actions the text of AWS."""
    for action in _ACTIONS:
        handlers._ACTION_HANDLERS[action] = _reworded(handlers._ACTION_HANDLERS[action])


def _reworded(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = original(params)
        if status == 400:
            body = _TEXT.sub(rb"Stack with id \1 does not exist", body)
        return status, headers, body

    return handle
