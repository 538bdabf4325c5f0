"""The authorization rules of a model, as ``model_introspection`` of the outputs has them."""

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


def lets_guests_in(model: Mapping[str, Any]) -> bool:
    """Whether a rule of a model lets in guests of the identity pool."""
    return any(
        each.get("allow") == "public" and each.get("provider") in ("iam", "identityPool")
        for each in rules_of(model)
    )
