"""Rows of a result: its summary and errors, a JSON document that folds, a table. No widgets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from rich.cells import cell_len

from screens.widgets.columns import column
from screens.widgets.row_list import Row
from screens.widgets.text_styles import (
    ACCENT,
    BUSY,
    FAIL,
    MATCH,
    MUTED,
    OK,
    STRONG,
    TEXT,
    WARN,
    Span,
)
from workbench.playground.requests import Result
from workbench.playground.result_table import Table
from workbench.terminal_text import safe_line
from workbench.wording import plural

_OPEN, _CLOSED = "▾ ", "▸ "


@dataclass(frozen=True, slots=True)
class Fold:
    """Which parts of a document are folded, by their JSON pointers; and which text is searched."""

    folded: frozenset[str] = frozenset()
    wanted: str = ""

    def toggled(self, pointer: str) -> Fold:
        """The same with one part folded or unfolded."""
        return Fold(self.folded ^ {pointer}, self.wanted)


def json_rows(document: Any, fold: Fold, root: str = "") -> list[Row]:
    """The document's rows; a row's key is its JSON pointer behind ``root``, "/" the empty one."""
    return list(_rows(document, _At(root), fold))


def value_at(document: Any, pointer: str) -> Any:
    """The value that a JSON pointer points to; None if there is none."""
    value = document
    for escaped in pointer.split("/")[1:] if pointer not in ("", "/") else ():
        name = escaped.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


@dataclass(frozen=True, slots=True)
class _At:
    """A value's position: its pointer, its member's name, its depth, and the comma behind it."""

    pointer: str = ""
    name: str = ""
    level: int = 0
    comma: str = ""


def _rows(value: Any, at: _At, fold: Fold) -> Iterator[Row]:
    pointer, name, level, comma = at.pointer, at.name, at.level, at.comma
    indent = "  " * level
    label: tuple[Span, ...] = (
        ((json.dumps(name, ensure_ascii=False), ACCENT), (": ", MUTED)) if name else ()
    )
    label = tuple((text, MATCH if _matches(text, fold) else style) for text, style in label)
    if isinstance(value, dict | list) and value:
        is_object = isinstance(value, dict)
        begin, end = ("{", "}") if is_object else ("[", "]")
        if pointer in fold.folded:
            count = plural(len(value), "member" if is_object else "item")
            spans: tuple[Span, ...] = (
                (indent + _CLOSED, MUTED),
                *label,
                (begin, TEXT),
                (f" {count} ", MUTED),
                (end + comma, TEXT),
            )
            yield Row(spans, pointer or "/")
            return
        yield Row(((indent + _OPEN, MUTED), *label, (begin, TEXT)), pointer or "/")
        members = (
            list(value.items())
            if isinstance(value, dict)
            else [(str(number), each) for number, each in enumerate(value)]
        )
        for number, (key, each) in enumerate(members):
            last = number == len(members) - 1
            escaped = str(key).replace("~", "~0").replace("/", "~1")
            inner = _At(
                pointer=f"{pointer}/{escaped}",
                name=str(key) if is_object else "",
                level=level + 1,
                comma="" if last else ",",
            )
            yield from _rows(each, inner, fold)
        yield Row(((indent + "  " + end + comma, TEXT),))
        return
    written = json.dumps(value, ensure_ascii=False)
    style = MATCH if _matches(written, fold) else _style(value)
    yield Row(((indent + "  ", TEXT), *label, (written, style), (comma, TEXT)), pointer or "/")


def _matches(text: str, fold: Fold) -> bool:
    return bool(fold.wanted) and fold.wanted.casefold() in text.casefold()


def _style(value: Any) -> str:
    if value is None:
        return MUTED
    if isinstance(value, bool):
        return BUSY
    return WARN if isinstance(value, int | float) else OK


def table_rows(table: Table, width: int) -> list[Row]:
    """A table's rows, columns as wide as they need and at most a third of ``width``."""
    most = max(12, width // 3)
    widths = [
        min(
            most,
            max(cell_len(safe_line(each)) for each in (name, *(row[at] for row in table.rows))),
        )
        for at, name in enumerate(table.columns)
    ]
    head = tuple(
        (f"{column(name, wide)}  ", STRONG)
        for name, wide in zip(table.columns, widths, strict=True)
    )
    rows = [
        Row(((".".join(table.path), MUTED), (f"  {plural(len(table.rows), 'row')}", MUTED))),
        Row(head),
    ]
    for number, cells in enumerate(table.rows):
        spans = tuple(
            (f"{column(cell, wide)}  ", TEXT) for cell, wide in zip(cells, widths, strict=True)
        )
        rows.append(Row(spans, f"row:{number}", "\t".join(cells)))
    return rows


def next_token(data: Any) -> str:
    """The first list's token for its next page; an empty page may not be the last one."""
    if isinstance(data, dict):
        token = data.get("nextToken")
        if isinstance(token, str) and token:
            return token
        return next((found for each in data.values() if (found := next_token(each))), "")
    return ""


def next_row() -> Row:
    """Says that there is another page."""
    return Row((("▸ Next page: press n", ACCENT),), "next")


def error_rows(result: Result) -> list[Row]:
    """The result's errors, each with its path and line in the operation."""
    rows: list[Row] = []
    for number, error in enumerate(result.errors):
        kind: Span = (f"{error.type}: ", STRONG) if error.type else ("", TEXT)
        spans: list[Span] = [("✗ ", FAIL), kind, (error.message, FAIL)]
        if error.path:
            spans.append((f"  at {'.'.join(str(each) for each in error.path)}", MUTED))
        if error.line:
            spans.append((f"  line {error.line}", MUTED))
        rows.append(Row(tuple(spans), f"error:{number}", error.message, indent=2))
    return rows


def problem_rows(problem: str, width: int, *, failed: bool = True) -> list[Row]:
    """Why something did not run, or ended, in as many rows as it needs."""
    style, mark = (FAIL, "✗ ") if failed else (MUTED, "■ ")
    lines = [
        part for line in problem.splitlines() for part in wrap(line, max(20, width - 2)) or [""]
    ]
    return [
        Row(((mark if not at else "  ", style), (line, style)), copy=problem)
        for at, line in enumerate(lines or [problem])
    ]


def summary(result: Result, caller: str) -> tuple[Span, ...]:
    """One line on a result: status, time, size, caller."""
    mark: Span = ("✓ ", OK) if result.succeeded else ("✗ ", FAIL)
    facts = f"{result.seconds * 1000:.0f} ms · {_size(result.size)} · as {caller}"
    errors = f"{plural(len(result.errors), 'error')} · " if result.errors else ""
    return (mark, (errors, FAIL), (facts, MUTED))


def no_rules_row() -> Row:
    """Warns that a result may show more than any user of the app would see."""
    words = "admin: your own AWS credentials, no authorization rules were checked. "
    return Row((("⚠ ", WARN), (words, WARN), ("F2", ACCENT), (" runs it as a user.", MUTED)))


def _size(size: int) -> str:
    return f"{size} B" if size < 10_000 else f"{size / 1000:.0f} kB"
