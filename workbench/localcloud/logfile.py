"""The local cloud's log: one bounded file, written by the server and by whatever it prints."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TextIO

FILE_NAME = "server.log"
LIMIT = 4 * 1024 * 1024
_KEPT = 512 * 1024


def trim_log(path: Path, limit: int = LIMIT) -> None:
    """Shorten a log above ``limit`` bytes to its last half megabyte, in place.

    The file is the server's standard output, opened for appending: it is cut, not renamed, so a
    running server keeps writing to the same file.
    """
    try:
        if path.stat().st_size <= limit:
            return
        with path.open("r+b") as file:
            file.seek(-_KEPT, 2)
            tail = file.read()
            file.seek(0)
            file.write(tail[tail.find(b"\n") + 1 :])
            file.truncate()
    except FileNotFoundError:
        return


def last_lines(path: Path, count: int = 12) -> tuple[str, ...]:
    """The last lines of the log, for messages: of a stack trace only its last line, the error."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 16_384))
            text = file.read().decode(errors="replace")
    except OSError:
        return ()
    told = [line for line in text.splitlines() if not _is_of_a_trace(line)]
    return tuple(told[-count:])


def _is_of_a_trace(line: str) -> bool:
    return line.startswith((" ", "Traceback (most recent call last)"))


class BoundedHandler(logging.StreamHandler[TextIO]):
    """Writes to standard output and cuts the file behind it when it grows past the limit."""

    def __init__(self, path: Path | None, limit: int = LIMIT, every: int = 1000) -> None:
        super().__init__(sys.stdout)
        self._path, self._limit, self._every, self._count = path, limit, every, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; every so many records, look at the file's size."""
        super().emit(record)
        self._count += 1
        if self._path is not None and self._count % self._every == 0:
            trim_log(self._path, self._limit)


def configure_logging(path: Path | None = None) -> None:
    """Log to standard output (the file ``path``), before the emulator sets up logging of its own."""
    logging.basicConfig(
        handlers=[BoundedHandler(path)],
        level=logging.INFO,
        format="%(asctime)s %(levelname)s [%(name)s] %(message)s",
    )
    for quiet in ("hypercorn.access", "hypercorn.error"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
