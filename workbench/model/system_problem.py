"""Errors of the system that the user can solve, such as a full disk, as problems."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.model.user_problem import UserProblem

_KEPT = "What is saved stays as it is."
_SPACE = "Make room (`df -h` shows where it went), then run it again."
_BY_NUMBER: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("The disk is full.", _SPACE),
    errno.EDQUOT: ("Your quota of the disk is used up.", _SPACE),
    errno.EROFS: (
        "The project is on a disk that is mounted read-only.",
        "Mount it writable, or copy the project to a place where you may write.",
    ),
    errno.EACCES: (
        "A file or folder may not be read or written by you.",
        "Give it back to yourself (ls -l shows whose it is), then run it again.",
    ),
    errno.EPERM: (
        "A file or folder may not be changed by you.",
        "Give it back to yourself (ls -l shows whose it is), then run it again.",
    ),
    errno.EMFILE: (
        "This process may not open more files.",
        "Raise the limit (ulimit -n 1024), then run it again.",
    ),
    errno.ENFILE: (
        "The system has no room for another open file.",
        "End programs that hold many, then run it again.",
    ),
    errno.ENOMEM: ("There is not enough memory.", "End other programs, then run it again."),
    errno.EAGAIN: (
        "No further process can be started.",
        "End other programs or raise the limit (ulimit -u), then run it again.",
    ),
    errno.EIO: (
        "The disk does not read or write a file.",
        "Look whether it is failing (dmesg), then run it again.",
    ),
}
_BY_DATABASE: dict[int, int] = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
    sqlite3.SQLITE_IOERR: errno.EIO,
}


@contextmanager
def os_errors_as_problems() -> Iterator[None]:
    """Turn an error of the operating system into a UserProblem: a block, or a decorator."""
    try:
        yield
    except OSError as error:
        problem = system_problem(error) or UserProblem(
            f"{error.strerror or error}.",
            "Fix this, then try again.",
            where=str(error.filename or ""),
        )
        raise problem from error


def system_problem(error: BaseException) -> UserProblem | None:
    """The problem that an error of the system means, looking at its causes too; None for others."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        number = _number(current)
        if number in _BY_NUMBER:
            what, next_step = _BY_NUMBER[number]
            place = str(getattr(current, "filename", None) or "")
            return UserProblem(f"{what} {_KEPT}", next_step, where=place)
        current = current.__cause__ or current.__context__
    return None


def _number(error: BaseException) -> int:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, sqlite3.Error):
        return _BY_DATABASE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, 0)
    return (error.errno or 0) if isinstance(error, OSError) else 0
