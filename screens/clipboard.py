"""Copying to the user's clipboard from wherever the program runs: OSC 52, also inside tmux.

tmux 3.2 and later hand a copied text to the outer terminal with ``load-buffer -w``, whatever their
``set-clipboard`` says (its default ignores OSC 52 from programs). Without a tmux command, and in
GNU screen, the sequence goes through in a DCS wrapper.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable, Mapping

_SCREEN_CHUNK = 500


def osc52(text: str, environment: Mapping[str, str]) -> str:
    """The sequence that copies the text, wrapped for what lies between us and the terminal."""
    payload = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sequence = f"\x1b]52;c;{payload}\x07"
    if environment.get("TMUX"):
        escaped = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{escaped}\x1b\\"
    if environment.get("TERM", "").startswith("screen"):
        parts = [sequence[at : at + _SCREEN_CHUNK] for at in range(0, len(sequence), _SCREEN_CHUNK)]
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return sequence


def copy_to_tmux(text: str, environment: Mapping[str, str]) -> bool:
    """Give the text to tmux, which keeps it as a buffer and passes it on; blocks for some ms."""
    command = shutil.which("tmux")
    if not environment.get("TMUX") or command is None:
        return False
    try:
        done = subprocess.run(
            [command, "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=5,
            check=False,
            env=dict(environment),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def copy(text: str, write: Callable[[str], object], environment: Mapping[str, str]) -> None:
    """Copy by the way that works here; call in a thread."""
    if not copy_to_tmux(text, environment):
        write(osc52(text, environment))
