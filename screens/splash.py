"""The very first frame, painted before Textual is imported. Standard library only.

Importing Textual takes 0.35 s; this frame is on the screen after 0.05 s and has the header line
where the app will have it, so that what follows looks like its continuation.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from workbench.terminal_text import safe_line

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H"
_LEAVE = "\x1b[?1049l\x1b[?25h"


def paint_splash(folder: Path, query: bytes) -> None:
    """Enter the alternate screen and paint; ``query`` asks the terminal what it can."""
    columns, rows = shutil.get_terminal_size()
    name = safe_line(folder.name)[: max(4, columns - 30)]
    badge = " ◌ STARTING "
    header = f" {name}".ljust(max(0, columns - len(badge) - 1))
    middle = "Amplify"
    _write(
        f"{_ENTER}\x1b[1m{header}\x1b[0m\x1b[7m{badge}\x1b[0m"
        f"\x1b[{rows // 2};{max(1, (columns - len(middle)) // 2)}H\x1b[2m{middle}\x1b[0m"
        + query.decode("ascii")
    )


def leave_splash() -> None:
    """Go back to the normal screen; for when the app cannot start."""
    _write(_LEAVE)


def _write(text: str) -> None:
    stream = sys.__stderr__
    if stream is not None:
        stream.write(text)
        stream.flush()
