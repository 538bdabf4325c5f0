"""The few meanings that text can have; a theme gives each one its colours and weight.

A row of text is a tuple of spans; a span is a text with the tone that says what it means. Colour
is never the only carrier: wherever a tone matters, the text has a symbol or a word for it too.
"""

from __future__ import annotations

from typing import Final

Span = tuple[str, str]
"""A text and its tone."""

Spans = tuple[Span, ...]
"""One row of text."""

TEXT: Final = "text"
STRONG: Final = "strong"
MUTED: Final = "muted"
ACCENT: Final = "accent"
OK: Final = "ok"
BUSY: Final = "busy"
WARN: Final = "warn"
FAIL: Final = "fail"
MATCH: Final = "match"

TONES: Final = (TEXT, STRONG, MUTED, ACCENT, OK, BUSY, WARN, FAIL, MATCH)

TONE_CLASSES: Final = frozenset(f"tone--{tone}" for tone in TONES)
"""The component classes of the app that have their styles; see ``tones``."""


def plain(spans: Spans) -> str:
    """The row's text without tones, as copied and searched."""
    return "".join(text for text, _ in spans)
