"""The app's style sheet parses each source once for the colours of a theme."""

from __future__ import annotations

from typing import Any

import pytest
from textual.color import Color
from textual.css import stylesheet

from screens.style_sheet import KeptStyleSheet

SOURCE = ".kept { color: $ink; }"
BLUE, RED = {"ink": "#0000ff"}, {"ink": "#ff0000"}


def test_sources_are_parsed_again_for_new_colours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    parse: Any = vars(stylesheet)["parse"]

    def counted(*given: Any, **named: Any) -> Any:
        parsed.append(given)
        return parse(*given, **named)

    monkeypatch.setattr(stylesheet, "parse", counted)

    def color(sheet: KeptStyleSheet) -> Color:
        (rule,) = sheet.rules_map[".kept"]
        return rule.styles.color

    sheet = KeptStyleSheet(variables=BLUE)
    sheet.add_source(SOURCE, ("kept", ""))
    assert color(sheet) == Color.parse("#0000ff")
    for colors in (BLUE, RED, BLUE, RED):
        sheet.set_variables(dict(colors))
        sheet.reparse()
        assert color(sheet) == Color.parse(colors["ink"])
    another = KeptStyleSheet(variables=dict(RED))
    another.add_source(SOURCE, ("kept", ""))
    assert color(another) == Color.parse("#ff0000")
    assert len(parsed) == 2
