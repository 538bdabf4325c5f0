"""Writes files whole or not at all: a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import glob
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_whole(
    path: Path, content: str | bytes, *, mode: int | None = None, flush: bool = False
) -> None:
    """Write a file as ``replacing`` does; raises OSError."""
    with replacing(path, mode=mode, flush=flush) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path, *, mode: int | None = None, flush: bool = False) -> Iterator[Path]:
    """Yield a new, empty file beside ``path`` that takes its place at the end of the block.

    ``mode`` is the file's mode. Without one, an existing file keeps its own and a new one gets what
    the umask allows, and where ``path`` is a link, the file that it leads to is replaced. ``flush``
    makes the content survive a power cut. On an error the new file is removed.
    """
    if mode is None:
        path = Path(os.path.realpath(path))
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    part.unlink(missing_ok=True)
    try:
        os.close(
            os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if mode is None else mode)
        )
        with suppress(FileNotFoundError):
            part.chmod(stat.S_IMODE(path.stat().st_mode) if mode is None else mode)
        yield part
        if flush:
            flush_to_disk(part)
        part.replace(path)
        if flush:
            flush_to_disk(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove_unfinished(path: Path) -> None:
    """Remove what a killed process left unfinished beside ``path``."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        left.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Make a file's content, or a folder's names, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
