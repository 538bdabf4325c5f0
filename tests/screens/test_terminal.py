"""The real app with the real engine in a real terminal: open, edit a file, read the screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.terminal import Terminal, app_command

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux"),
    pytest.mark.terminal,
]


@pytest.fixture
def deployed(npm_project: Path, tmp_path: Path) -> Iterator[Terminal]:
    """The app in the quickstart project, on its own local cloud."""
    # Its types are checked in tests/cli/test_full_loop.py, too: 12 s of CPU.
    command = app_command("--local", "--no-type-check")
    terminal = Terminal(npm_project, command, (100, 40), tmp_path / "config")
    try:
        yield terminal
    finally:
        terminal.close()
        from workbench.localcloud.lifecycle import stop

        stop(npm_project / ".amplify" / "local-cloud")


@pytest.mark.npm
def test_edit_is_deployed_and_seen(deployed: Terminal, npm_project: Path) -> None:
    deployed.wait_for(lambda shown: "WATCHING" in shown and "#1 " in shown, 240, "the first one")
    resource = npm_project / "amplify" / "data" / "resource.ts"
    text = resource.read_text()
    assert "a.string()" in text
    resource.write_text(text.replace("a.string()", "a.string().required()", 1))

    shown = deployed.wait_for(
        lambda shown: "saved amplify/data/resource.ts" in shown and "✓ succeeded" in shown,
        120,
        "the second one",
    )
    assert "TransformerSchema" in shown
    assert "#2" in shown

    resource.write_text("export const schema = (\n")
    shown = deployed.wait_for(lambda shown: "FAILED" in shown, 120, "the syntax error")
    assert "amplify/data/resource.ts:" in shown

    resource.write_text(text)
    deployed.wait_for(lambda shown: "WATCHING" in shown, 120, "the mended one")
    deployed.press("3")
    deployed.wait_for(lambda shown: "UserPool  Cognito::UserPool" in shown, 20, "the resources")
    deployed.press("j", "j", "y")
    deployed.wait_for(lambda shown: "Copied" in shown, 20, "the copy")
    assert deployed.copied().strip()

    deployed.press("q")
    shown = deployed.wait_for(lambda shown: "EXIT CODE" in shown, 30, "the end")
    assert "EXIT CODE 0" in shown
    assert "Traceback" not in shown


def test_folder_without_project_gets_an_offer(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    terminal = Terminal(folder, app_command(), (80, 24), tmp_path / "config")
    try:
        shown = terminal.wait_for(lambda shown: "press Enter to" in shown, 60, "the offer")
        assert "Traceback" not in shown
        terminal.press("C-c")
        terminal.wait_for(lambda shown: "EXIT CODE 0" in shown, 30, "the end")
        assert not any(folder.iterdir())
    finally:
        terminal.close()


def test_without_a_terminal_it_says_what_to_run(tmp_path: Path) -> None:
    import subprocess

    from tests.screens.terminal import ROOT

    done = subprocess.run(
        app_command(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "amplify-tui sandbox" in done.stderr
