"""A result's list of objects as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.wording import plural


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a list found at ``path`` in a result's data; nested members have dotted columns.

    ``next_token`` is the connection's own, where there is a further page.
    """

    path: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    next_token: str | None = None


def tables(data: object) -> tuple[Table, ...]:
    """All lists of objects in ``data``, outermost first; lists inside rows are left out."""
    found: list[Table] = []
    _search(data, (), None, found)
    return tuple(found)


def as_csv(found: Sequence[Table]) -> str:
    """Tables as CSV (RFC 4180), column names first; an empty line between two tables."""
    text = io.StringIO()
    writer = csv.writer(text)
    for number, table in enumerate(found):
        if number:
            writer.writerow(())
        writer.writerow(table.columns)
        writer.writerows(table.rows)
    return text.getvalue()


def _search(value: object, path: tuple[str, ...], token: str | None, found: list[Table]) -> None:
    if isinstance(value, list):
        if value and all(isinstance(each, dict) or each is None for each in value):
            found.append(_table(path, [each or {} for each in value], token))
    elif isinstance(value, dict):
        next_token = value.get("nextToken")
        for name, each in value.items():
            _search(each, (*path, name), next_token if name == "items" else None, found)


def _table(path: tuple[str, ...], rows: list[Mapping[str, Any]], token: str | None) -> Table:
    flat = [_flat(row, "") for row in rows]
    columns = tuple(dict.fromkeys(name for row in flat for name in row if name != "__typename"))
    cells = tuple(tuple(_cell(row.get(name, "")) for name in columns) for row in flat)
    return Table(path, columns, cells, token)


def _flat(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value:
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value.replace("\n", " ")
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return plural(len(value), "item") if value else ""
    return "" if value == "" else json.dumps(value)
