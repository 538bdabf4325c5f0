"""What a deployment would destroy, in the words that a user has for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.model.deployment import Loss

if TYPE_CHECKING:
    from workbench.model.events import ConfirmationAnswered

_SHOWN = 3
_PLAIN = frozenset({"Resource", "Default", "Bucket", "Table"})
"""Ends of construct paths that name a kind; what stands before them names the thing."""


def loss_name(loss: Loss) -> str:
    """The name to ask for and to type: a model's own, else the resource's (``Message``, ``media``)."""
    parts = [part for part in loss.construct_path.split("/") if part]
    while len(parts) > 1 and parts[-1] in _PLAIN:
        parts.pop()
    if not parts:
        return loss.physical_id or loss.type
    last = parts[-1].removesuffix(".NestedStackResource")
    before = parts[-2].removesuffix(".NestedStack") if len(parts) > 1 else ""
    return before if before and last == f"{before}Table" else last


def losses_in_words(losses: Sequence[Loss]) -> str:
    """``Message (4 items), media (12 objects) and 2 more``; "" for none."""
    named = [
        f"{loss_name(loss)} ({loss.contents})" if loss.contents else loss_name(loss)
        for loss in losses[:_SHOWN]
    ]
    more = len(losses) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def decision_words(decision: ConfirmationAnswered) -> str:
    """``allowed: destroys Message (4 items) · typed Message in /dev/pts/3``."""
    lost = losses_in_words(decision.losses) or "all its data"
    said = f"allowed: destroys {lost}" if decision.allowed else f"kept: {lost}"
    return f"{said} · {decision.how}" if decision.how else said
