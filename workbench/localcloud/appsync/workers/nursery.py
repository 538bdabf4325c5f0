"""The process that makes workers: ``python -m …workers.nursery FD``, started by the local cloud.

It has imported all that a worker needs and forks one in some milliseconds, so that one that is
ended is replaced at once. It waits on the socket ``FD``:

- ``+`` asks for a worker: the answer is the worker's process id and, as a descriptor, its socket;
- ``-`` and a process id end that worker. It is the parent of all workers, so that an id can't have
  been given to another process meanwhile;
- the socket's end is the end of the local cloud: every worker is killed. It never evaluates
  anything itself, hence nothing keeps it from that.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import socket
import struct
import sys
from pathlib import Path

PID = struct.Struct("!I")
MAKE = b"+"
END = b"-"

_MEMORY = 512 * 1024 * 1024
"""Bytes that a worker may need on top of what it has at its start."""

_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Serve until the local cloud ends."""
    end_with_parent()
    _ignore_keys()
    # Imported once, shared by all workers' memory.
    from workbench.localcloud.appsync.workers import jobs, worker

    worker.warm_up(jobs.Jobs())
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=descriptor)
    workers: set[int] = set()
    try:
        while True:
            asked = control.recv(1)
            if asked == MAKE:
                _make(control, workers)
            elif asked == END:
                _end(PID.unpack(_exactly(control, PID.size))[0], workers)
            else:
                return
    except OSError:
        return
    finally:
        for each in tuple(workers):
            _end(each, workers)


def _make(control: socket.socket, workers: set[int]) -> None:
    # Those that ended by themselves are buried here.
    for each in tuple(workers):
        if os.waitpid(each, os.WNOHANG)[0]:
            workers.discard(each)
    ours, theirs = socket.socketpair()
    made = os.fork()
    if made == 0:
        code = 1
        try:
            ours.close()
            control.close()
            end_with_parent()
            _limit_memory()
            from workbench.localcloud.appsync.workers import worker

            worker.serve(theirs)
            code = 0
        finally:
            os._exit(code)
    theirs.close()
    workers.add(made)
    socket.send_fds(control, [PID.pack(made)], [ours.fileno()])
    ours.close()


def _end(process: int, workers: set[int]) -> None:
    if process not in workers:
        return
    workers.discard(process)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _exactly(control: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = control.recv(count - len(found))
        if not part:
            raise OSError("the local cloud has ended")
        found += part
    return found


def end_with_parent() -> None:
    """On Linux the kernel kills this process when its parent ends, whatever it is doing."""
    if sys.platform == "linux":
        parent = os.getppid()
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _ignore_keys() -> None:
    """Ctrl+C in the terminal is for the local cloud to answer, which ends this process too."""
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)


def _limit_memory() -> None:
    size = 0
    with contextlib.suppress(OSError, ValueError):
        size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    if size:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, size + _MEMORY))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(int(sys.argv[1]))
