"""An editor that does not start: the app says so, and has the terminal again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.screens.terminal import Terminal

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux"),
]

APP = """
import sys, threading, time
from pathlib import Path
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app, type_error
starter = ScriptedStarter(Path(sys.argv[1]))
def feed():
    while starter.emit is None:
        time.sleep(0.05)
    for event in (*first_deployment(), *type_error()):
        starter.emit(event)
threading.Thread(target=feed, daemon=True).start()
scripted_app(starter).run()
"""


def test_an_editor_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "/missing-editor")  # short: messages wrap
    command = [sys.executable, "-c", APP, str(tmp_path)]
    terminal = Terminal(tmp_path, command, (100, 30), tmp_path / "config")
    try:
        terminal.wait_for(lambda shown: "resource.ts:8:7" in shown, 60, "the error")
        terminal.press("e")
        terminal.wait_for(lambda shown: "missing-editor does not start" in shown, 30, "the message")
        assert terminal.modes() == "1 1"
        terminal.press("?")
        terminal.wait_for(lambda shown: "Keys" in shown and "Sandbox" in shown, 30, "the help")
    finally:
        terminal.close()
