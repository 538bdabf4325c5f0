"""Reads the authorization rules of a model from ``model_introspection`` of the outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def rules_of(node: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The rules of a model, or of one of its fields."""
    found = [
        rule
        for each in node.get("attributes") or ()
        if each.get("type") == "auth"
        for rule in (each.get("properties") or {}).get("rules") or ()
    ]
    return [rule for rule in found if isinstance(rule, dict)]


def allows_guests(model: Mapping[str, Any]) -> bool:
    """Whether a rule of a model allows guests of the identity pool."""
    return any(
        each.get("allow") == "public" and each.get("provider") in ("iam", "identityPool")
        for each in rules_of(model)
    )
