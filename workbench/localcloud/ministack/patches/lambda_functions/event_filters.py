"""Filters of event source mappings: ministack knows six of EventBridge's operators, and no ``$or``.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.ministack.bridge.event_patterns import (
    InvalidPatternError,
    compiled,
    matches,
)


def install() -> None:
    """Match as EventBridge does."""
    from ministack.services import lambda_svc

    def match(record: dict[str, Any], pattern: Any) -> bool:
        try:
            return matches(record, compiled(pattern))
        except InvalidPatternError:
            return False

    lambda_svc._match_esm_filter = match
