"""Scans: ministack orders the items of a partition by their keys' text; a number's value counts."""

from __future__ import annotations

from contextvars import ContextVar
from itertools import groupby
from typing import Any

_scanning: ContextVar[bool] = ContextVar("scanning", default=False)


def install() -> None:
    """Put the items in order before a page of them is cut off."""
    from ministack.services import dynamodb

    scan, page = dynamodb._scan, dynamodb._paginate_evaluated_items

    def sort_type(table: Any) -> str:
        name = table.get("sk_name")
        return str(dynamodb._get_attr_type(table, name)) if name else "S"

    def ordered(items: list[Any], table: Any) -> list[Any]:
        kind, pk, sk = sort_type(table), table["pk_name"], table["sk_name"]
        return [
            item
            for _, rows in groupby(items, lambda item: dynamodb._extract_key_val(item.get(pk)))
            for item in sorted(rows, key=lambda row: dynamodb._sort_key_value(row.get(sk), kind))
        ]

    def scanned(data: Any) -> Any:
        token = _scanning.set(True)
        try:
            return scan(data)
        finally:
            _scanning.reset(token)

    def paginated(items: Any, limit: Any, table: Any, index_name: Any = None) -> Any:
        if _scanning.get() and index_name is None and sort_type(table) != "S":
            items = ordered(items, table)
        return page(items, limit, table, index_name)

    def after(items: Any, start: Any, table: Any) -> Any:
        kind, pk, sk = sort_type(table), table["pk_name"], table["sk_name"]

        def place(item: Any) -> tuple[Any, Any]:
            sort = dynamodb._sort_key_value(item.get(sk), kind) if sk else ""
            return dynamodb._extract_key_val(item.get(pk)), sort

        last = place(start)
        return [item for item in items if place(item) > last]

    dynamodb._scan = scanned
    dynamodb._paginate_evaluated_items = paginated
    dynamodb._apply_exclusive_start_key_scan = after
