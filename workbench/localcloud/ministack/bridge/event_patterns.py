"""Event patterns of EventBridge, which SNS's filter policies and Lambda's event filters are, too.

The emulator's EventBridge compiles and matches them as AWS's Event Ruler does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Alternative = Mapping[str, Any]
"""A pattern without ``$or``: nested names, with a list of allowed values at each end."""


class InvalidPatternError(ValueError):
    """A pattern that AWS refuses, with its reason."""


def compiled(pattern: Any) -> Sequence[Alternative]:
    """The alternatives of which a document must match one."""
    from ministack.services import eventbridge

    try:
        found: Sequence[Alternative] = eventbridge._compile_pattern(pattern)
    except eventbridge._InvalidPattern as refused:
        raise InvalidPatternError(str(refused)) from refused
    except RecursionError as refused:
        raise InvalidPatternError("Event pattern is nested too deeply") from refused
    return found


def matches(document: Any, alternatives: Sequence[Alternative]) -> bool:
    """Whether a document matches one of a pattern's alternatives."""
    from ministack.services import eventbridge

    return any(eventbridge._matches_detail(document, one) for one in alternatives)
