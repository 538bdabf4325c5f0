"""Where an error that nobody foresaw goes: a file to send, not a trace on the screen."""

from __future__ import annotations

import platform
import sys
import time
import traceback
from pathlib import Path

from workbench.journal.redact import Redactor
from workbench.private_files import private_folder, write_private


def write_crash_log(folder: Path, error: BaseException) -> Path | None:
    """Write the error with its trace into ``folder``; None where that can't be written either."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    file = folder / f"crash-{stamp}.log"
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
    said = Redactor().text(f"{type(error).__name__}: {error}")
    return f"Something went wrong inside amplify-tui ({said}){where}"
