"""Typing in the playground while a save would destroy a table, in a real terminal."""

from __future__ import annotations

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

BANNER = "#3 would destroy Todo (214 items)"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with counting_api() as (url, _sent):
        command = [sys.executable, "-m", "tests.screens.losing", str(tmp_path), url]
        terminal = Terminal(tmp_path, command, (100, 30), tmp_path / "config")
        try:
            terminal.wait_for(lambda shown: "WATCHING" in shown, 60, "the sandbox")
            yield terminal
        finally:
            terminal.close()


def test_typing_on_answers_nothing_and_the_name_does(terminal: Terminal, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    terminal.press("7")
    terminal.wait_for(lambda shown: "· 16 types ·" in shown, 60, "the playground")
    terminal.press("C-t")
    for count in range(12):  # the save comes while one types, a letter every 0.7 s
        if count == 3:
            (tmp_path / "save").touch()
        terminal.press("y")
        time.sleep(0.7)
    shown = terminal.wait_for(lambda shown: BANNER in shown, 10, "the banner")
    assert "y" * 12 in shown  # all went where they were typed
    terminal.press("Enter")
    terminal.paste("y\nTodo\ny\n")
    terminal.wait_for(lambda shown: "Todo" in shown.partition(BANNER)[2], 10, "the paste")
    terminal.press("Escape")
    time.sleep(0.3)
    terminal.press("Escape")
    terminal.wait_for(lambda shown: "NEEDS YOU" in shown and BANNER in shown, 10, "the panes")
    terminal.paste("y\nTodo\ny\n")
    terminal.press("y", "Enter", "Escape", "n")
    time.sleep(0.5)
    assert not asked.exists()

    terminal.press("F12")
    terminal.wait_for(lambda shown: "This deployment loses data" in shown, 10, "the question")
    terminal.press("y", "Enter")
    terminal.wait_for(lambda shown: "neither Todo nor keep" in shown, 10, "the refusal")
    assert not asked.exists()
    terminal.press("BSpace", "Todo", "Enter")
    end = time.monotonic() + 10
    while not asked.exists():
        assert time.monotonic() < end, terminal.screen()
        time.sleep(0.1)
    assert asked.read_text() == "True typed Todo\n"
