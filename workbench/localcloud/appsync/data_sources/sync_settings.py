"""Reads the ``syncConfig`` of a resolver or function: how it detects and resolves conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """``handler``: OPTIMISTIC_CONCURRENCY, AUTOMERGE, LAMBDA or NONE; ``function`` for LAMBDA."""

    detects: bool = False
    handler: str = "NONE"
    function: str | None = None


def sync_settings(record: Mapping[str, Any] | None) -> SyncSettings:
    """The settings in a resolver's or function's ``syncConfig`` as the control plane stores it."""
    if not record:
        return SyncSettings()
    lambda_settings = record.get("lambdaConflictHandlerConfig") or {}
    return SyncSettings(
        record.get("conflictDetection") == "VERSION",
        str(record.get("conflictHandler") or "NONE"),
        lambda_settings.get("lambdaConflictHandlerArn"),
    )
