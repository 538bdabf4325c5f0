"""Where an error that nobody foresaw goes: a file to send, not a trace on the screen."""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from pathlib import Path

from workbench.private_files import private_folder, write_private
from workbench.redaction.redactor import Redactor
from workbench.terminal_text import safe_line


def write_crash_log(folder: Path, error: BaseException) -> Path | None:
    """Write the error with its trace into ``folder``; None where that can't be written either."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    file = folder / f"crash-{stamp}.log"
    number = 1
    while file.exists():  # of the same second
        number += 1
        file = folder / f"crash-{stamp}-{number}.log"
    trace = "".join(traceback.format_exception(error))
    about = f"amplify-tui on Python {sys.version.split()[0]}, {platform.platform()}\n\n"
    try:
        private_folder(folder)
        write_private(file, about + Redactor().text(trace))
    except OSError:
        return None
    return file


def crash_line(error: BaseException, log: Path | None) -> str:
    """One line for the user."""
    where = f"; the details are in {log}" if log else ""
    return f"Something went wrong inside amplify-tui ({said(error)}){where}"


def said(error: BaseException) -> str:
    """The error in one line, without secrets."""
    return safe_line(Redactor().text(f"{type(error).__name__}: {error}"))


def crash_folder(cwd: Path) -> Path:
    """Where a crash log goes: the project's own folder, else the user's for such things."""
    if (cwd / ".amplify").is_dir() or (cwd / "amplify").is_dir():
        return cwd / ".amplify" / "workbench"
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "amplify-tui"
