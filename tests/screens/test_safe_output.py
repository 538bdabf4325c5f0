"""The last look at what goes to the terminal, and titles that are never markup."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widgets import Static

import screens
from screens.safe_output import guard_output, shown
from screens.widgets.titles import as_title
from tests.hostile_text import EVIL

ROOM = Path(screens.__file__).parent
_PINS = re.compile(r"\x1b7 *\x1b8|\x1b8\x1b\[\d+C")
_STYLE = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize(
    "text", [EVIL, "⚠️ 👨‍👩‍👧 👍🏽 🇩🇪", "किरण कुमार", "a\tb\nc", "x\u200by", "\xadsoft", "क्‍ष", "─│✓"]
)
def test_nothing_dangerous_is_written_and_the_width_holds(text: str) -> None:
    written = _PINS.sub("", shown(text))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", written)
    assert cell_len(written) == cell_len(text)


def test_all_strips_pass_by_here() -> None:
    guard_output()
    for style in (None, Style(bold=True), Style(link="http://x\x1b]52;c;eA==\x07")):
        written = Strip([Segment(EVIL, style), Segment("plain")]).render(Console())
        written = _STYLE.sub("", _PINS.sub("", written))
        assert "\x1b" not in written
        assert "\x9d" not in written
        assert "PWNED-TITLE" in written


async def test_a_forgetful_widget_is_guarded() -> None:
    class Forgetful(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(EVIL, markup=False)

    guard_output()
    app = Forgetful()
    async with app.run_test(size=(200, 10)):
        strips = app.screen._compositor.render_strips()
        written = "".join(strip.render(app.console) for strip in strips)
        assert "PWNED-TITLE" in written
        assert "\x1b]" not in written
        assert not re.search("[\x07\x9b\x9d\u202e]", written)


def _constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and "[" not in str(node.value)


def test_titles_and_labels_are_never_markup() -> None:
    """A title with data is ``as_title(…)``; a label with data says ``markup=False``."""
    found = []
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign):
                named = [each.attr for each in node.targets if isinstance(each, ast.Attribute)]
                title = {"border_title", "border_subtitle"} & set(named)
                safe = _constant(node.value) or ast.unparse(node.value).startswith("as_title(")
                if title and not safe:
                    found.append(f"{file.name}:{node.lineno}")
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "Static",
                "Label",
                "Button",
            ):
                plain = any(
                    each.arg == "markup" and ast.unparse(each.value) == "False"
                    for each in node.keywords
                )
                if node.args and not _constant(node.args[0]) and not plain:
                    found.append(f"{file.name}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize("words", ["[red]x[/]", "[@click=app.quit]x", "x]", "\\", "", "[/x]", EVIL])
async def test_a_title_is_shown_as_it_is(words: str) -> None:
    class Titled(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("")

    app = Titled()
    async with app.run_test():
        label = app.query_one(Static)
        label.border_title = as_title(words)
        shown_title = label._border_title
        assert shown_title is not None
        assert shown_title.plain == as_title(words).plain
        assert not shown_title.spans
