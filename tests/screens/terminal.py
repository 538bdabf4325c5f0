"""The real app in a real terminal: tmux, driven by keys and read by its screen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

KEY_SECONDS = 0.05
"""Between two keys: a person's pace."""
ROOT = Path(__file__).parents[2]


class Terminal:
    """One tmux server with one window; ended by ``close``."""

    def __init__(self, folder: Path, command: list[str], size: tuple[int, int], home: Path) -> None:
        self._socket = f"amplify-tui-{os.getpid()}-{time.monotonic_ns()}"
        environment = {
            **os.environ,
            "XDG_CONFIG_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "COLORTERM": "truecolor",
        }
        environment.pop("TMUX", None)
        columns, rows = size
        line = subprocess.list2cmdline(command) + "; echo EXIT CODE $?; exec sleep 600"
        self._tmux(
            *("-u", "-f/dev/null"),
            *("new-session", "-d", "-s", "app", "-x", str(columns), "-y", str(rows)),
            *("-c", str(folder), line),
            environment=environment,
        )
        # Where a client's size or a default decides, new-session's own size does not hold.
        self._tmux("resize-window", "-t", "app", "-x", str(columns), "-y", str(rows))

    def screen(self) -> str:
        """What is on the screen now."""
        return self._tmux("capture-pane", "-p", "-t", "app")

    def press(self, *keys: str) -> None:
        """Press keys one by one, by tmux's names: what comes at once would be a paste."""
        for key in keys:
            self._tmux("send-keys", "-t", "app", key)
            # An Escape with a key close behind it would be Alt and that key.
            time.sleep(KEY_SECONDS if key != "Escape" else 4 * KEY_SECONDS)

    def paste(self, text: str, *, bracketed: bool = False) -> None:
        """Paste as it is: no line feed becomes a carriage return."""
        self._tmux("load-buffer", "-", given=text)
        self._tmux("paste-buffer", "-r", *(["-p"] if bracketed else []), "-t", "app")

    def send(self, text: str) -> None:
        """Send these bytes at once."""
        self._tmux("send-keys", "-t", "app", "-H", *(f"{byte:02x}" for byte in text.encode()))

    def copied(self) -> str:
        """The newest paste buffer of tmux."""
        return self._tmux("show-buffer")

    def keep(self, text: str) -> None:
        """Put a text into the clipboard, which programs in the terminal may then overwrite."""
        self._tmux("set-option", "-s", "set-clipboard", "on")
        self._tmux("set-buffer", text)

    def modes(self) -> str:
        """Whether the alternate screen and the mouse are a program's."""
        return self._tmux(
            "display-message", "-p", "-t", "app", "#{alternate_on} #{mouse_any_flag}"
        ).strip()

    def title(self) -> str:
        """The terminal's title."""
        return self._tmux("display-message", "-p", "-t", "app", "#{pane_title}").strip()

    def wait_for(self, holds: Callable[[str], bool], seconds: float, what: str) -> str:
        """Wait until the screen is as asked; returns it."""
        end = time.monotonic() + seconds
        while True:
            shown = self.screen()
            if holds(shown):
                return shown
            if time.monotonic() > end:
                raise AssertionError(f"{what} never came; the screen:\n{shown}")
            time.sleep(0.1)

    def close(self) -> None:
        """End the terminal and what runs in it."""
        self._tmux("kill-server")

    def _tmux(
        self, *arguments: str, environment: dict[str, str] | None = None, given: str | None = None
    ) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            env=environment,
            input=given,
        )
        return done.stdout


def app_command(*flags: str) -> list[str]:
    """The app as a user starts it."""
    return [sys.executable, "-m", "screens.launch", *flags]
