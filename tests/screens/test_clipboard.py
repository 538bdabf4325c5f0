"""Copying: the sequence is right for what lies between us and the terminal."""

from __future__ import annotations

import base64
import shutil
import subprocess

import pytest

from screens.clipboard import copy, osc52


def test_plain_terminal_gets_the_sequence() -> None:
    payload = base64.b64encode("Größe".encode()).decode()
    assert osc52("Größe", {"TERM": "xterm"}) == f"\x1b]52;c;{payload}\x07"


def test_tmux_wrapper_doubles_escapes() -> None:
    wrapped = osc52("x", {"TMUX": "/tmp/t,1,0"})
    assert wrapped.startswith("\x1bPtmux;\x1b\x1b]52;c;")
    assert wrapped.endswith("\x1b\\")


def test_screen_gets_pieces() -> None:
    wrapped = osc52("y" * 2_000, {"TERM": "screen-256color"})
    pieces = wrapped.split("\x1b\\")[:-1]
    assert all(piece.startswith("\x1bP") and len(piece) <= 502 for piece in pieces)
    inner = "".join(piece.removeprefix("\x1bP") for piece in pieces)
    assert base64.b64decode(inner.removeprefix("\x1b]52;c;").removesuffix("\x07")) == b"y" * 2_000


@pytest.mark.terminal
@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_inside_tmux_the_text_becomes_its_buffer() -> None:
    socket = "amplify-tui-clipboard"

    def tmux(*arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", socket, "-f/dev/null", *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout.strip()

    tmux("new-session", "-d", "sleep 60")
    try:
        path = tmux("display-message", "-p", "#{socket_path},#{pid},0")
        written: list[str] = []
        copy("copied text", written.append, {"TMUX": path, "PATH": "/usr/bin:/bin:/usr/local/bin"})
        assert tmux("show-buffer") == "copied text"
        assert written == []
    finally:
        tmux("kill-server")


def test_without_tmux_the_sequence_is_written() -> None:
    written: list[str] = []
    copy("text", written.append, {"TERM": "xterm-256color"})
    assert written == [osc52("text", {"TERM": "xterm-256color"})]
