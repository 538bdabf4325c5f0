"""Theme files: ours are whole and readable, the user's fall back with a warning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color

from screens import themes
from screens.terminal import (
    choose_theme,
    has_few_colors,
    is_light_answer,
    is_light_by_environment,
)
from screens.themes import COLOR_NAMES, load_themes

TRUE_COLOR = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(text: str) -> float:
        def linear(value: float) -> float:
            return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

        red, green, blue = (linear(value) for value in Color.parse(text).normalized)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_each_dialog_has_its_place_over_the_screen_below() -> None:
    """Textual's own style of a dialog has it in the upper left corner, over nothing."""
    screens = Path(themes.__file__).parent
    source = "".join(file.read_text() for file in screens.rglob("*.py"))
    dialogs = re.findall(r"^class (\w+)\((?:\w+, )?ModalScreen\[", source, re.MULTILINE)
    sheets = "".join(Path(sheet).read_text() for sheet in themes.STYLE_SHEETS)
    placed = re.findall(r"^([\w, ]+) \{\s*align: center middle;", sheets, re.MULTILINE)
    named = {name.strip() for rule in placed for name in rule.split(",")}
    assert dialogs
    assert set(dialogs) - named == set()


def test_ours_are_there_and_whole() -> None:
    found, warnings = load_themes()
    assert set(found) == {"dark", "light", "terminal"}
    assert warnings == []
    for theme in found.values():
        assert set(theme.colors) == set(COLOR_NAMES)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_texts_have_enough_contrast(name: str) -> None:
    colors = load_themes()[0][name].colors
    for tone in ("foreground", "muted", "accent", "busy", "success", "warning", "error"):
        for ground in ("background", "cursor" if tone != "muted" else "background"):
            assert contrast(colors[tone], colors[ground]) >= 4.5, (tone, ground)
    for badge in ("accent", "busy", "success", "warning", "error"):
        assert contrast(colors["badge"], colors[badge]) >= 4.5, badge


def test_users_theme_inherits_and_a_broken_one_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nkind = "light"\n[colors]\naccent = "#aa0000"\n'
    )
    (tmp_path / "broken.toml").write_text('name = "broken"\n[colors]\naccent = "no colour"\n')
    (tmp_path / "torn.toml").write_text("name = ")
    themes, warnings = load_themes(tmp_path)
    assert themes["mine"].colors["accent"] == "#aa0000"
    assert themes["mine"].colors["background"] == themes["light"].colors["background"]
    assert "broken" not in themes
    assert [warning.split(" ")[1] for warning in warnings] == ["broken.toml", "torn.toml"]


@pytest.mark.terminal
@pytest.mark.parametrize(
    ("environment", "answer", "expected"),
    [
        (TRUE_COLOR, b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c", "light"),
        (TRUE_COLOR, b"\x1b]11;rgb:1212/1515/1b1b\x07\x1b[?62;c", "dark"),
        (TRUE_COLOR, b"\x1b[?62;c", "dark"),
        ({**TRUE_COLOR, "COLORFGBG": "0;15"}, b"", "light"),
        ({"TERM": "linux"}, b"", "terminal"),
        ({"TERM": "screen"}, b"", "terminal"),
        ({**TRUE_COLOR, "NO_COLOR": "1"}, b"", "terminal"),
        ({"TERM": "tmux-256color"}, b"", "dark"),
    ],
)
def test_theme_is_chosen_by_the_terminal(
    environment: dict[str, str], answer: bytes, expected: str
) -> None:
    assert choose_theme(environment, answer) == expected


def test_parts_of_the_choice() -> None:
    assert has_few_colors({"TERM": "xterm"})
    assert is_light_by_environment({}) is None
    assert is_light_answer(b"nothing") is None
