"""Lets functions write below /tmp alone, as Lambda does, with Linux's Landlock where it is there.

It needs no privileges, binds root too, and costs a start well under a millisecond: a thread
restricts itself, and what it starts inherits that. Source: man 7 landlock. Elsewhere the modes of
the code's files keep it, from all users but root.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
"""Numbers of the system calls, the same on every architecture."""

_GET_VERSION = 1
_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_WRITE_FILE = 1 << 1
_FOLDERS = sum(1 << bit for bit in range(4, 13))  # make and remove
_MOVE = 1 << 13  # since version 2
_TRUNCATE = 1 << 14  # since version 3

_WRITABLE = (
    "/tmp", "/proc", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
    "/dev/tty", "/dev/ptmx", "/dev/pts",
)  # fmt: skip


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def is_available() -> bool:
    """Whether functions are restricted on this machine."""
    return _rules() is not None


def restricted(start: Callable[[], T]) -> T:
    """What ``start`` returns; the processes that it starts may write below /tmp alone."""
    rules = _rules()
    if rules is None:
        return start()
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            _call(_libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
            _call(_libc().syscall(_RESTRICT, rules, 0))
            found.append(start())
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]


def take_write_modes(code: Path) -> None:
    """Make the files of the code read-only for everybody."""
    for folder, _, files in os.walk(code, topdown=False):
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(file.stat().st_mode & ~0o222)
        Path(folder).chmod(0o555)


@functools.lru_cache
def _rules() -> int | None:
    """The descriptor of the rules, which stays open; None where the system has none."""
    if sys.platform != "linux":
        return None
    version = _libc().syscall(_CREATE, None, 0, _GET_VERSION)
    if version < 1:
        return None
    files = _WRITE_FILE | (_TRUNCATE if version >= 3 else 0)
    folders = files | _FOLDERS | (_MOVE if version >= 2 else 0)
    handled = _Ruleset(folders)
    rules: int = _call(_libc().syscall(_CREATE, ctypes.byref(handled), ctypes.sizeof(handled), 0))
    for path in _WRITABLE:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # there is no such place here
            continue
        rule = _Beneath(folders if Path(path).is_dir() else files, place)
        _call(_libc().syscall(_ADD_RULE, rules, _BENEATH, ctypes.byref(rule), 0))
        os.close(place)
    return rules


@functools.lru_cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
