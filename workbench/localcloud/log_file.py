"""The local cloud's log: one bounded file, written by the server and by whatever it prints."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from workbench.redaction.secret_shapes import MASK, redact

FILE_NAME = "server.log"
LIMIT = 4 * 1024 * 1024
_KEPT = 512 * 1024
_ASK_EVERY = 0.25
"""Seconds after which the known secrets are looked at again, when a line is written."""
_SHORTEST = 6
"""A shorter value, such as "dev", would mask half of every line."""


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


class MaskingFormatter(logging.Formatter):
    """Masks secrets in every line: by their shapes and names, and the values that are known."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.known: Callable[[], Iterable[str]] = tuple
        self._asked = float("-inf")
        self._pattern: re.Pattern[str] | None = None

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked; what a function prints is one record of many lines."""
        text = super().format(record)
        now = time.monotonic()
        if now - self._asked > _ASK_EVERY:
            self._asked = now
            self._pattern = _pattern_of(self.known())
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return redact(text)


def _pattern_of(values: Iterable[str]) -> re.Pattern[str] | None:
    """Matches each value, also as it stands in JSON and line by line."""
    found = set()
    for value in values:
        for form in (value, json.dumps(value)[1:-1], *value.splitlines()):
            if len(form) >= _SHORTEST:
                found.add(form)
    if not found:
        return None
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))


def mask_values(known: Callable[[], Iterable[str]]) -> None:
    """Mask these values from now on; ``known`` is asked again as they change."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, MaskingFormatter):
            handler.formatter.known = known


def configure_logging(path: Path | None = None) -> None:
    """Log to standard output (the file ``path``), before the emulator sets up its own logging."""
    handler = BoundedHandler(path)
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    for quiet in ("hypercorn.access", "hypercorn.error"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
