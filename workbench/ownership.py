"""One terminal deploys a sandbox at a time: a lock that the kernel frees when its process ends."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.private_files import private_folder

LOCK_NAME = "lock"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that deploys a sandbox; ``started`` in seconds since the epoch.

    ``target`` is the kind of target it deploys to (``local``, ``aws``), empty if it is not known.
    """

    pid: int
    started: float
    terminal: str = ""
    target: str = ""


class Ownership:
    """Holds a sandbox until ``release`` (or the end of the process, however it ends)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let the next terminal have it; a second call does nothing."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def acquire(sandbox_dir: Path, target: str = "") -> Ownership | None:
    """Own the sandbox; None if another process (or this one, already) does.

    ``flock`` rather than a file with a process id: it can't be left behind by a killed process,
    nor mistaken in a container where process ids repeat.
    """
    descriptor = _open(sandbox_dir)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return _claim(descriptor, target)


def owner(sandbox_dir: Path) -> Owner | None:
    """Who owns the sandbox now; None if nobody does."""
    try:
        descriptor = os.open(sandbox_dir / LOCK_NAME, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(descriptor)
    finally:
        os.close(descriptor)
    return None


def owners_on_local_cloud(workbench_dir: Path) -> dict[str, Owner]:
    """The sandboxes of a project that deploy to its local cloud now, by name, with their owners."""
    folders = [lock.parent for lock in workbench_dir.glob(f"*/local/{LOCK_NAME}")]
    found = {folder.parent.name: owner(folder) for folder in folders}
    return {name: who for name, who in sorted(found.items()) if who}


async def wait_to_own(sandbox_dir: Path, target: str = "") -> Ownership:
    """Own the sandbox as soon as its present owner ends; costs nothing while waiting.

    Cancelling it is safe: a lock that comes later is given back at once.
    """
    import asyncio  # here, as commands that only look for the owner start 20 ms faster without it

    loop = asyncio.get_running_loop()
    future: asyncio.Future[Ownership] = loop.create_future()

    def deliver(ownership: Ownership) -> None:
        if future.done():
            ownership.release()
        else:
            future.set_result(ownership)

    def wait() -> None:
        descriptor = _open(sandbox_dir)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if future.cancelled() or loop.is_closed():
            os.close(descriptor)
            return
        ownership = _claim(descriptor, target)
        try:
            loop.call_soon_threadsafe(deliver, ownership)
        except RuntimeError:  # the loop closed meanwhile
            ownership.release()

    threading.Thread(target=wait, name="wait-for-owner", daemon=True).start()
    return await future


def _open(sandbox_dir: Path) -> int:
    private_folder(sandbox_dir)
    return os.open(sandbox_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)


def _claim(descriptor: int, target: str) -> Ownership:
    claim = json.dumps(asdict(Owner(os.getpid(), time.time(), _terminal(), target)))
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, claim.encode(), 0)
    return Ownership(descriptor)


def in_terminal() -> str:
    """``in /dev/pts/3``: where a decision of this process was made; "" without a terminal."""
    name = _terminal()
    return f"in {name}" if name else ""


def _terminal() -> str:
    try:
        return os.ttyname(2)
    except OSError:
        return ""


def _read(descriptor: int) -> Owner:
    text = os.pread(descriptor, 4096, 0).decode(errors="replace")
    try:
        said = json.loads(text)
        return Owner(
            int(said["pid"]),
            float(said["started"]),
            str(said.get("terminal", "")),
            str(said.get("target", "")),
        )
    except (ValueError, KeyError, TypeError):
        return Owner(0, 0.0)  # it took the lock this instant and has not said who it is
