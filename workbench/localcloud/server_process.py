"""The local cloud's process as others see it: who holds the folder, where it listens, how it ends.

``lock`` in the state folder is locked by the server for its whole life, and holds its number and
its port. The kernel lets go of the lock when the process ends, so what it says is never out of
date.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workbench.localcloud.server_file import read_record

LOCK_NAME = "lock"
_ATTEMPTS = 8
_MODULE = "workbench.localcloud.server.main"
_KILLED_WITHIN = 10.0
"""Seconds in which the kernel ends a killed process, unless it waits for a missing disk."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a state folder; ``pid`` and ``port`` are 0 if unknown."""

    pid: int = 0
    port: int = 0


def take(state_dir: Path, port: int) -> IO[str] | None:
    """Hold the folder until the returned file is closed; None where another process does."""
    handle = (state_dir / LOCK_NAME).open("a")
    # Who only asks for the holder holds it for an instant, too.
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if attempt == _ATTEMPTS - 1:
                handle.close()
                return None
            time.sleep(0.03)
    handle.truncate(0)
    handle.write(f"{os.getpid()} {port}")
    handle.flush()
    return handle


def holder(state_dir: Path) -> Holder | None:
    """Who holds the folder; None if nobody does. Raises OSError if ``lock`` cannot be opened."""
    # "r+": asking must not make the file, which would hide that a running server's was removed.
    try:
        with (state_dir / LOCK_NAME).open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _said_by_lock(state_dir)
    except FileNotFoundError:
        pass
    record = read_record(state_dir)
    if record is not None and record.pid and _is_server(record.pid, state_dir):
        return Holder(record.pid, record.port)  # somebody has removed or replaced the lock
    return None


def _said_by_lock(state_dir: Path) -> Holder:
    try:
        words = (state_dir / LOCK_NAME).read_text(encoding="ascii").split()
        pid, port = int(words[0]), int(words[1]) if len(words) > 1 else 0
    except (OSError, ValueError, IndexError):
        pid = port = 0
    record = read_record(state_dir)
    # What the lock says may have been overwritten: a number is believed that is a server's.
    for candidate in (pid, record.pid if record else 0):
        if candidate > 1 and _is_server(candidate, state_dir):
            return Holder(candidate, port or (record.port if record else 0))
    return Holder(0, port)


def _is_server(pid: int, state_dir: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return _MODULE in words and str(state_dir) in words
    except OSError:
        if Path("/proc/self").exists():
            return False
    found = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return _MODULE in found.stdout and str(state_dir) in found.stdout


def ask_to_end(pid: int, state_dir: Path, seconds: float) -> bool:
    """Have it end cleanly; returns whether it did so in time."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    return _lets_go(pid, state_dir, seconds)


def kill(pid: int, state_dir: Path) -> bool:
    """End it at once, with its process group; its guardian ends what it has started."""
    # Once it has ended its number may be another process's.
    if _is_server(pid, state_dir):
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)
    return _lets_go(pid, state_dir, _KILLED_WITHIN)


def becomes_free(state_dir: Path, seconds: float) -> bool:
    """Wait for the folder's holder to end; one that was just killed holds it for a moment yet."""
    return _lets_go(0, state_dir, seconds)


def _lets_go(pid: int, state_dir: Path, seconds: float) -> bool:
    """Wait until the folder is free, or held by another process: a sandbox restarts one at once."""
    deadline = time.monotonic() + seconds
    while (now := holder(state_dir)) is not None and (not pid or now.pid in {0, pid}):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
