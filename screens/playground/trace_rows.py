"""A request's trace as rows: what each resolver and function did. No widgets.

The document is the local cloud's own, see ``workbench.playground.traces``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, STRONG, TEXT, WARN, Span

_SLOW_MS: Final = 100
_WHO_MAY: Final = "    who may: "


def rule_rows(sentences: Sequence[str], width: int) -> list[Row]:
    """Who is allowed what was denied, by which rules."""
    rows: list[Row] = []
    for each in sentences:
        for line in wrap(each, max(20, width - len(_WHO_MAY))):
            head = _WHO_MAY if not rows else " " * len(_WHO_MAY)
            rows.append(Row(((head, MUTED), (line, WARN)), copy=each))
    return rows


def trace_rows(
    document: Mapping[str, Any],
    who_may: Callable[[str], Sequence[str]] = lambda name: (),
    width: int = 80,
) -> list[Row]:
    """Each resolver with its steps: time, data source, request and result."""
    if not document:
        return []
    caller = " ".join(str(document[name]) for name in ("mode", "username") if document.get(name))
    rows = [
        Row(
            (
                (f"{_time(document.get('ms'))}  request", STRONG),
                (f"  authorized in {_time(document.get('authorizeMs')).strip()}", MUTED),
                (f" as {caller}", ACCENT),
            ),
            copy=json.dumps(document, indent=2),
        )
    ]
    denied = document.get("deniedFields") or ()
    for name in denied:
        rows.append(Row((("  ✗ ", FAIL), (f"{name} is denied to this caller", FAIL))))
        rows += rule_rows(who_may(str(name)), width)
    for resolver in document.get("resolvers") or ():
        rows += _resolver(resolver)
    return rows


def _resolver(resolver: Mapping[str, Any]) -> Iterator[Row]:
    path = ".".join(str(each) for each in resolver.get("path") or ())
    name = f"{resolver.get('parentType', '')}.{resolver.get('fieldName', '')}"
    yield Row(
        (
            (f"{_time(resolver.get('ms'))}  ", _time_style(resolver.get("ms"))),
            (name, STRONG),
            (f"  {path}" if path != resolver.get("fieldName") else "", MUTED),
            *_error(resolver),
        ),
        copy=json.dumps(resolver, indent=2),
    )
    for step in resolver.get("steps") or ():
        yield from _step(step)
    for line in resolver.get("logs") or ():
        yield Row((("              log  ", MUTED), (str(line), TEXT)), copy=str(line))


def _step(step: Mapping[str, Any]) -> Iterator[Row]:
    milliseconds = sum(
        float(step.get(name) or 0) for name in ("requestMs", "invokeMs", "responseMs")
    )
    source = step.get("dataSource") or ""
    early = "  returned early" if step.get("returnedEarly") else ""
    yield Row(
        (
            (f"{_time(milliseconds)}    ", _time_style(milliseconds)),
            (str(step.get("name", "")), TEXT),
            (f"  {step.get('runtime', '')}", MUTED),
            (f"  {source}" if source else "", ACCENT),
            (early, WARN),
            *_error(step),
        ),
        copy=json.dumps(step, indent=2),
    )
    for name, mark in (("request", "→"), ("result", "←")):
        value = step.get(name)
        if value is not None and value != {}:
            text = json.dumps(value, ensure_ascii=False)
            yield Row(((f"              {mark} ", MUTED), (text, MUTED)), copy=text)


def _time(milliseconds: object) -> str:
    value = float(milliseconds) if isinstance(milliseconds, int | float) else 0.0
    return f"{value:7.1f} ms"


def _time_style(milliseconds: object) -> str:
    slow = isinstance(milliseconds, int | float) and milliseconds > _SLOW_MS
    return WARN if slow else MUTED


def _error(step: Mapping[str, Any]) -> tuple[Span, ...]:
    error = step.get("error")
    if not error:
        return ()
    message = error.get("message") if isinstance(error, Mapping) else error
    return ((f"  ✗ {message}", FAIL),)
