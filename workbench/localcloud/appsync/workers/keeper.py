"""The local cloud's end of the nursery: starts it, asks it for workers, has it end them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable

from workbench.localcloud.appsync.workers.nursery import END, MAKE, PID

logger = logging.getLogger("local cloud")

_MODULE = "workbench.localcloud.appsync.workers.nursery"

Made = Callable[[int, socket.socket], None]
"""``made(process id, socket)``: a worker that was asked for is there."""


class Keeper:
    """Belongs to one event loop; ``lost`` is called where the nursery ended by itself."""

    def __init__(self, made: Made, lost: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._made = made
        self._lost = lost
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self) -> None:
        """Ask for one more worker; raises OSError where no process can be had."""
        if self._control is None:
            self._start()
        assert self._control is not None
        self._control.send(MAKE)

    def end(self, process: int) -> None:
        """Kill a worker, whatever it is doing."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.send(END + PID.pack(process))

    def close(self) -> None:
        """End the nursery, and with it every worker."""
        control, self._control = self._control, None
        if control is not None:
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                self._loop.remove_reader(control)
            control.close()
        process, self._process = self._process, None
        if process is not None:
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: a folder named like one of our packages in the current folder must not shadow
            # ours.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=_environment(),
            )
        ours.setblocking(False)
        self._control = ours
        self._loop.add_reader(ours, self._read)

    def _read(self) -> None:
        assert self._control is not None
        try:
            said, descriptors, _, _ = socket.recv_fds(self._control, PID.size, 1)
        except BlockingIOError:
            return
        except OSError:
            said, descriptors = b"", []
        if not said:
            logger.warning("the process that makes GraphQL's workers ended: another is started")
            self.close()
            self._lost()
            return
        for each in descriptors:
            self._made(PID.unpack(said)[0], socket.socket(fileno=each))


def _environment() -> dict[str, str]:
    """Ours without what code of others could read: workers need none of it."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}
