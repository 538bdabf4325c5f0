"""The one sanitiser: no character that a terminal obeys or a reader cannot see gets through."""

from __future__ import annotations

import json
import random
import re
import unicodedata

import pytest

from workbench.terminal_text import (
    HIDDEN,
    cells,
    padded,
    safe_characters,
    safe_json,
    safe_line,
    safe_log,
    safe_text,
)

EVIL = (
    "A\x1b]52;c;ZXZpbA==\x07B\x1b[2J\x9b31m\x9d0;t\x9c\r\u202egnp\u2066\u200b\ud800\U000e0041\x7f"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Jörg Müller 東京 ✓", "Jörg Müller 東京 ✓"),
        ("a\x1b]2;t\x07b", "a�]2;t�b"),
        ("a\x9b2J\x90q\x9c", "a�2J�q�"),
        ("10%\r20%", "10%�20%"),
        ("a\u202eb\u2066c\u200fd\u061ce", "a�b�c�d�e"),
        ("a\u200bb\u2060c\ufeffd\xade\u3164f\u115fg\u034fh", "a�b�c�d�e�f�g�h"),
        ("one\r\ntwo\tthree", "one⏎two three"),
        ("one\u2028two\u2029three\x85", "one�two�three�"),
        ("\ud83d", "�"),
        ("hi\U000e0068\U000e0069", "hi��"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "��"),
        ("\u0301start", "�start"),
        ("admin\ufe0f", "admin�"),
        ("ad\u200dmin", "ad�min"),
        ("⚠️ 👨‍👩‍👧 1️⃣ 👍🏽 🇩🇪 ❤️‍🔥", "⚠️ 👨‍👩‍👧 1️⃣ 👍🏽 🇩🇪 ❤️‍🔥"),
        ("می‌خواهم", "می‌خواهم"),
        ("क्‍ष किरण สวัสดี", "क्‍ष किरण สวัสดี"),
    ],
)
def test_a_line(text: str, shown: str) -> None:
    assert safe_line(text) == shown
    assert safe_line(shown) == shown


def test_a_text_keeps_its_lines_and_tabs() -> None:
    assert safe_text("a\r\n\tb\x1bc\n") == "a\n\tb�c\n"


def test_every_control_and_format_character_is_seen_one_for_one() -> None:
    """All of Unicode, but for the joiners, which depend on their neighbours."""
    for code in range(0x110000):
        character = chr(code)
        kind = unicodedata.category(character)
        shown = safe_characters(f"x{character}y")
        assert len(shown) == 3
        visible = character in "\t\n" or kind not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        # These Cf have a glyph: Arabic and Kaithi number signs, Syriac's mark, hieroglyph layout.
        glyph = kind == "Cf" and (
            code in (0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)
            or 0x600 <= code <= 0x605
            or 0x13430 <= code <= 0x13455
        )
        if not visible and not glyph:
            assert shown == f"x{HIDDEN}y", hex(code)


def test_random_hostile_text_never_gets_through() -> None:
    source = random.Random(11)
    bad = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]")
    for _ in range(2_000):
        text = "".join(source.choice(EVIL + "ab \n") for _ in range(source.randrange(60)))
        for clean in (safe_line, safe_text, safe_log, safe_characters):
            shown = clean(text)
            assert not bad.search(shown)
            shown.encode()
            assert clean(shown) == shown
        assert len(safe_characters(text)) == len(text)
        assert "\n" not in safe_line(text)


def test_a_log_loses_its_colours_but_nothing_hostile_goes_unseen() -> None:
    assert (
        safe_log("\x1b[1;31mred\x1b[0m\x1b[K \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\")
        == "red link"
    )
    assert safe_log("10%\r50%\r100%\r\n") == "10%\n50%\n100%\n"
    assert safe_log("\x1b]2;title\x07\x1b]52;c;eA==\x1b\\") == "�]2;title��]52;c;eA==�\\"


def test_json_keeps_its_value() -> None:
    value = {"a": EVIL + "é", "b": ["\u2028", "😀"]}
    for ascii_only in (False, True):
        text = safe_json(json.dumps(value, ensure_ascii=False), ascii_only=ascii_only)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e\u2066\u2028\ud800-\udfff]", text)
        assert json.loads(text) == value
        assert text.isascii() == ascii_only


def test_columns_hold() -> None:
    for text in ("a", "東京", "x\x1by", "é\u0301", "", "a\nb"):
        assert cells(padded(text, 8)) == 8
        assert padded(text, 8, right=True).strip() == padded(text, 8).strip()
    assert padded("longer than it", 3) == "longer than it"
