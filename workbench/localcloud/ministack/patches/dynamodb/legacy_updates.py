"""AttributeUpdates: ministack rounds what ADD sums, and adds to no list; DynamoDB does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb.syntax import ExpressionError
from workbench.localcloud.dynamodb.values import sum_of


def install() -> None:
    """Add numbers exactly, and to lists."""
    from ministack.services import dynamodb

    apply = dynamodb._apply_attribute_updates

    def attribute_updates(item: Any, asked: Mapping[str, Any]) -> Any:
        updated = apply(item, {name: one for name, one in asked.items() if not _is_ours(one)})
        for name, one in asked.items():
            if not _is_ours(one):
                continue
            kind, added = next(iter(one["Value"].items()))
            before = updated.get(name)
            if before is not None and kind not in before:
                raise dynamodb._AttributeUpdatesValidationError(
                    f"One or more parameter values were invalid: Type mismatch for attribute {name}"
                )
            if kind == "L":
                updated[name] = {"L": [*(before or {"L": []})["L"], *added]}
                continue
            try:
                updated[name] = sum_of(before or {"N": "0"}, "+", one["Value"])
            except ExpressionError as error:
                raise dynamodb._AttributeUpdatesValidationError(str(error)) from None
        return updated

    dynamodb._apply_attribute_updates = attribute_updates


def _is_ours(asked: Any) -> bool:
    value = asked.get("Value") if isinstance(asked, Mapping) else None
    adds = isinstance(value, Mapping) and asked.get("Action") == "ADD"
    return adds and next(iter(value or ()), "") in ("N", "L")
