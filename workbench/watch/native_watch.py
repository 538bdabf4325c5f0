"""One watch of ``watchfiles``, read in a thread."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL_MS = 300

Batches = asyncio.Queue[tuple[Path, set[tuple[int, str]] | None]]
"""Each item with the first path of its watch; None where the watch has ended."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: between two wakes, of the longest burst, until a timeout (0: none)."""

    step: int
    longest: int
    timeout: int


class NativeWatch:
    """Watches paths by ``watchfiles``, from its creation on; raises OSError or RuntimeError.

    The library's backend itself, since ``awatch`` waits in a thread that Python would join at its
    exit, however the loop ended.
    """

    def __init__(
        self, paths: Sequence[Path], queue: Batches, timing: Timing, *, below: bool, poll: bool
    ) -> None:
        from watchfiles._rust_notify import RustNotify

        self.first = paths[0]
        self._queue = queue
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._stop = threading.Event()
        self._notify = RustNotify(
            [str(path) for path in paths], False, poll, _POLL_MS, below, False
        )
        self._thread = threading.Thread(target=self._read, name="watch", daemon=True)
        _running.add(self)
        self._thread.start()

    def end(self) -> None:
        """Stop watching, within a step."""
        self._stop.set()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join(1.0)

    def _read(self) -> None:
        timing = self._timing
        try:
            while True:
                changes = self._notify.watch(
                    timing.longest, timing.step, timing.timeout, self._stop
                )
                if self._stop.is_set():
                    return
                self._tell(set() if isinstance(changes, str) else changes)
        except RuntimeError:  # it gives up at a file whose name is not UTF-8
            self._tell(None)
        finally:
            self._notify.close()
            _running.discard(self)

    def _tell(self, found: set[tuple[int, str]] | None) -> None:
        with suppress(RuntimeError):  # the loop has closed
            self._loop.call_soon_threadsafe(self._queue.put_nowait, (self.first, found))


_running: set[NativeWatch] = set()


@atexit.register
def _end_all() -> None:
    """End the threads: the backend must not wait for the interpreter lock when that is gone."""
    watches = [*_running]
    for watch in watches:
        watch.end()
    for watch in watches:
        watch.join()


def wants_polling() -> bool:
    """Whether the user asks for polling, or Linux runs inside Windows, whose files tell nothing."""
    wanted = os.environ.get("WATCHFILES_FORCE_POLLING", "").lower()
    if wanted:
        return wanted not in ("false", "disable", "disabled")
    return "microsoft" in os.uname().release.lower()
