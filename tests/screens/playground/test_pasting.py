"""Pasting into the playground in a real terminal, with and without bracketed paste."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.playground.counting_api import counting_api
from tests.screens.terminal import Terminal

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux"),
    pytest.mark.terminal,
]

MUTATIONS = (
    'mutation A { createList(input: {name: "paste1"}) { id } }\n'
    'mutation B {\n\tcreateList(input: {name: "paste2"}) {\n    id\n  }\n}\n'
)


class Playing:
    """The playground's terminal, what its editor holds, and what it sent."""

    def __init__(self, terminal: Terminal, folder: Path, sent: list[str]) -> None:
        self.terminal = terminal
        self.sent = sent
        self._file = folder / ".amplify/workbench/me/local/playground.json"

    def new_tab(self) -> None:
        self.terminal.press("C-t")
        self.sent.clear()

    def written(self) -> str:
        """The text of the tab in front, as it is kept."""
        if not self._file.exists():
            return ""
        kept = json.loads(self._file.read_text())
        return next(str(tab["text"]) for tab in kept["tabs"] if tab["id"] == kept["active"])

    def wait_for_text(self, text: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while self.written() != text:
            assert time.monotonic() < end, f"never came; there is:\n{self.written()[-2000:]!r}"
            time.sleep(0.1)
        assert self.sent == []


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    folder = tmp_path_factory.mktemp("playing")
    with counting_api() as (url, sent):
        command = [sys.executable, "-m", "tests.screens.playground.playing", str(folder), url]
        terminal = Terminal(folder, command, (100, 30), folder / "config")
        try:
            terminal.wait_for(lambda shown: "WATCHING" in shown, 60, "the sandbox")
            terminal.press("7")
            terminal.wait_for(lambda shown: "· 16 types ·" in shown, 60, "its schema")
            yield Playing(terminal, folder, sent)
        finally:
            terminal.close()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_paste_without_brackets_runs_nothing(playing: Playing, ending: str) -> None:
    playing.new_tab()
    playing.terminal.paste(MUTATIONS.replace("\n", ending))
    playing.wait_for_text(MUTATIONS)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_paste_in_slow_pieces_runs_nothing(playing: Playing, ending: str) -> None:
    playing.new_tab()
    text = MUTATIONS.replace("\n", ending)
    for at in range(0, len(text), 16):
        playing.terminal.send(text[at : at + 16])
        time.sleep(0.02)
    playing.wait_for_text(MUTATIONS)


def test_a_paste_on_a_screen_without_text_is_dropped_with_a_word(playing: Playing) -> None:
    terminal = playing.terminal
    terminal.press("Escape", "Escape")
    terminal.wait_for(lambda shown: "WATCHING" in shown, 20, "the sandbox")
    terminal.paste("yes\nDq1\nTx\n")
    shown = terminal.wait_for(lambda shown: "Pasted text ignored" in shown, 20, "the word of it")
    assert "WATCHING" in shown
    terminal.press("7")
    terminal.wait_for(lambda shown: "· 16 types ·" in shown, 20, "the playground")


def test_a_paste_into_one_line_stays_on_it(playing: Playing) -> None:
    terminal = playing.terminal
    terminal.press("F4")
    terminal.wait_for(lambda shown: "History" in shown and "search in op" in shown, 20, "a search")
    terminal.paste("name\n\tlimit\n")
    terminal.wait_for(lambda shown: "name limit" in shown, 20, "its line")
    terminal.press("Escape")


def test_the_key_still_runs(playing: Playing) -> None:
    playing.new_tab()
    terminal = playing.terminal
    terminal.send("{ list { id } }\n")
    terminal.wait_for(lambda shown: "{ list { id } }" in shown, 20, "the text")
    assert playing.sent == []
    time.sleep(0.6)
    terminal.press("C-j")
    terminal.wait_for(lambda shown: '"list": null' in shown, 20, "the result")
    assert playing.sent == ["{ list { id } }"]


@pytest.mark.parametrize("bracketed", [False, True])
def test_three_thousand_lines_arrive(playing: Playing, bracketed: bool) -> None:
    playing.new_tab()
    text = "".join(
        f'mutation M{at} {{ createList(input: {{name: "{at}"}}) {{ id }} }}\n'
        for at in range(3_000)
    )
    playing.terminal.paste(text, bracketed=bracketed)
    playing.wait_for_text(text, 60)
