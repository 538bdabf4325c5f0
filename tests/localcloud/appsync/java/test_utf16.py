"""Strings in templates count as Java's: in UTF-16 units, also beyond U+FFFF."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import Effects, Facts, TemplateError
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping

FACES = "🙂🙂b"
HIGH, LOW = "\ud83d", "\ude42"
VALUES = {
    "$s.length()": 5,
    "$s.substring(2)": "🙂b",
    "$s.substring(2, 4)": "🙂",
    "$s.substring(1, 2)": LOW,
    "$s.charAt(0)": HIGH,
    "$s.indexOf('b')": 4,
    "$s.indexOf('🙂', 1)": 2,
    "$s.indexOf('🙂', 3)": -1,
    "$s.lastIndexOf('🙂')": 2,
    "$s.startsWith('b', 4)": True,
    "$s.startsWith('b', 2)": False,
    "$s.startsWith('🙂', -1)": False,
    "$s.toCharArray().size()": 5,
    "$s.split('').size()": 5,
    "$s.split('🙂').size()": 3,
    # What java.lang.String gives: 31 * code + unit over d83d de42 d83d de42 62.
    "$s.hashCode()": 1333754776,
    "$s.compareTo('🙂🙂')": 1,
    # A surrogate stands before U+FF5E in UTF-16, and behind it by code points.
    "$s.compareTo('～')": 0xD83D - 0xFF5E,
    "$s.substring(0, 1).concat($s.substring(1, 2))": "🙂",
    "$s.substring(0, 1).concat($s.substring(1, 2)).length()": 2,
    '"$s.substring(0, 1)$s.substring(1, 2)"': "🙂",
    "$util.matches('^.$', '🙂')": True,
    "$util.str.toUpper($s)": "🙂🙂B",
}


def _value(expression: str, text: str = FACES) -> Any:
    template = f"#set($s = $ctx.args.s)\n#set($v = {expression})\n$util.toJson($v)"
    context: Any = {"args": {"s": text}, "stash": {}}
    return evaluate_mapping(template, context, Effects(), Facts("API Key Authorization")).value


@pytest.mark.parametrize("expression", VALUES)
def test_characters_beyond_the_basic_plane_are_two_units(expression: str) -> None:
    assert _value(expression) == VALUES[expression]


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("äöü", 3), ("a\U0001f1e9", 3)])
def test_lengths(text: str, length: int) -> None:
    assert _value("$s.length()", text) == length
    assert len(text.encode("utf-16-be")) == 2 * length


def test_a_place_beyond_the_units_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"substring\(6, 5\) is outside of a string of 5"):
        _value("$s.substring(6)")


def test_halves_written_side_by_side_are_the_character() -> None:
    template = '{"t": "$ctx.args.s.substring(0, 1)$ctx.args.s.substring(1, 2)"}'
    context: Any = {"args": {"s": FACES}, "stash": {}}
    found = evaluate_mapping(template, context, Effects(), Facts("API Key Authorization"))
    assert found.value == {"t": "🙂"}
