"""The workers of one event loop: who is free, who waits, and what ends one that takes too long.

A job that is not done within moments makes its worker a slow one: it gets a lower priority, and
another takes its place, so that nobody waits for it. A slow worker is ended once its job has had
its seconds of CPU, or has lasted far longer than that on a machine with no CPU to give.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from workbench.localcloud.appsync.workers import frames
from workbench.localcloud.appsync.workers.keeper import Keeper
from workbench.localcloud.appsync.workers.processor_time import processor_seconds

logger = logging.getLogger("local cloud")

READY = max(2, min(4, os.cpu_count() or 2))
"""Workers that are kept for jobs that take no time."""

MOST = 16
"""Workers altogether; each takes some ten MB of its own."""

MOST_OF_ONE = 6
"""Jobs of one owner at a time: a request of a hundred slow fields can't take all workers."""

SLOW_AFTER = 0.05
"""Seconds after which a job is a slow one."""

CPU_LIMIT = 1.5
"""Seconds of CPU for one job. JavaScript ends itself after one, but in native code."""

WALL_LIMIT = 10.0
"""Seconds for one job where the machine has no CPU for it."""

BLIND_LIMIT = 3.0
"""Seconds for one job where the system does not tell how much CPU it had."""

PRESSED_LIMIT = 0.25
"""Seconds for a slow job where all workers are slow and others wait."""

_TICK = 0.025
_NICENESS = 10
_CHUNK = 1 << 18
_KNOWN_CODES = 1024


class WorkerEndedError(Exception):
    """The job's worker was ended (``slow``), or ended by itself, as when memory runs out."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("the worker ended")
        self.slow = slow


@dataclass(eq=False, slots=True)
class _Job:
    """``parts`` make the frame; ``code`` goes along where the worker does not know it yet."""

    kind: str
    parts: tuple[object, ...]
    owner: Hashable
    reply: asyncio.Future[bytes]
    code: str | None = None

    def frame(self, worker: _Worker, keys: dict[str, int]) -> bytes:
        if self.code is None:
            return frames.job(self.kind, *self.parts)
        key = keys[self.code]
        known = key in worker.codes
        worker.codes.add(key)
        return frames.job(self.kind, key, None if known else self.code, *self.parts)


@dataclass(eq=False, slots=True)
class _Worker:
    process: int
    connection: socket.socket
    job: _Job | None = None
    began: float = 0.0
    cpu: float | None = None
    slow: bool = False
    codes: set[int] = field(default_factory=set)
    unsent: memoryview | None = None
    received: bytearray = field(default_factory=bytearray)


class Pool:
    """Belongs to one event loop. The first job starts the processes."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._keeper = Keeper(self._take_in, self._lost)
        self._workers: set[_Worker] = set()
        self._free: list[_Worker] = []
        self._waiting: deque[_Job] = deque()
        self._running: Counter[Hashable] = Counter()
        self._keys: OrderedDict[str, int] = OrderedDict()
        self._next_key = 1
        self._asked = 0
        self._ticking: asyncio.TimerHandle | None = None
        self._closed = False

    def warm_up(self) -> None:
        """Start the processes ahead of the first job."""
        self._grow()

    async def run_code(self, owner: Hashable, code: str, *parts: object) -> bytes:
        """The reply to a handler's job; raises :class:`WorkerEndedError`."""
        if code not in self._keys:
            self._keys[code] = self._next_key
            self._next_key += 1
            if len(self._keys) > _KNOWN_CODES:
                self._keys.popitem(last=False)
        return await self._done(
            _Job(frames.HANDLER, parts, owner, self._loop.create_future(), code)
        )

    async def run(self, owner: Hashable, kind: str, *parts: object) -> bytes:
        """The reply to any other job; raises :class:`WorkerEndedError`."""
        return await self._done(_Job(kind, parts, owner, self._loop.create_future()))

    def close(self) -> None:
        """End all workers."""
        self._closed = True
        if self._ticking is not None:
            self._ticking.cancel()
        for worker in tuple(self._workers):
            self._drop(worker, slow=False)
        for job in self._waiting:
            _fail(job, slow=False)
        self._waiting.clear()
        self._keeper.close()

    async def _done(self, job: _Job) -> bytes:
        if self._closed:
            raise WorkerEndedError(slow=False)
        if self._free and not self._waiting and self._running[job.owner] < MOST_OF_ONE:
            self._start(self._free.pop(), job)
        else:
            self._waiting.append(job)
            self._grow()
        if self._ticking is None:
            self._ticking = self._loop.call_later(_TICK, self._tick)
        return await job.reply

    # --- starting and ending jobs ---

    def _start(self, worker: _Worker, job: _Job) -> None:
        if job.code is not None and job.code not in self._keys:
            self._keys[job.code] = self._next_key
            self._next_key += 1
        worker.job, worker.began = job, time.monotonic()
        self._running[job.owner] += 1
        content = job.frame(worker, self._keys)
        try:
            sent = worker.connection.send(content)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(worker, slow=False)
            return
        if sent < len(content):
            worker.unsent = memoryview(content)[sent:]
            self._loop.add_writer(worker.connection, self._write, worker)

    def _write(self, worker: _Worker) -> None:
        assert worker.unsent is not None
        try:
            worker.unsent = worker.unsent[worker.connection.send(worker.unsent[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            self._drop(worker, slow=False)
            return
        if not worker.unsent:
            worker.unsent = None
            self._loop.remove_writer(worker.connection)

    def _read(self, worker: _Worker) -> None:
        try:
            part = worker.connection.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._drop(worker, slow=False)
            return
        received = worker.received
        received += part
        size = frames.LENGTH.size
        if len(received) < size:
            return
        length = frames.LENGTH.unpack_from(received)[0]
        if len(received) < size + length:
            return
        reply = bytes(received[size:])
        worker.received = bytearray()
        self._finish(worker, reply)

    def _finish(self, worker: _Worker, reply: bytes) -> None:
        job, worker.job = worker.job, None
        if job is not None:
            self._released(job)
            if not job.reply.done():
                job.reply.set_result(reply)
        if worker.slow:
            # It has a low priority for good.
            self._drop(worker, slow=False)
        else:
            self._free.append(worker)
        self._serve()

    def _serve(self) -> None:
        """Give free workers to those that wait; one owner's crowd does not hold up the others."""
        passed: list[_Job] = []
        while self._free and self._waiting:
            job = self._waiting.popleft()
            if job.reply.done():
                continue
            if self._running[job.owner] >= MOST_OF_ONE:
                passed.append(job)
                continue
            self._start(self._free.pop(), job)
        self._waiting.extendleft(reversed(passed))

    def _released(self, job: _Job) -> None:
        self._running[job.owner] -= 1
        if self._running[job.owner] <= 0:
            del self._running[job.owner]

    # --- workers ---

    def _grow(self) -> None:
        """Ask for workers: as many as are kept ready, slow ones not counted."""
        quick = sum(not worker.slow for worker in self._workers)
        while not self._closed and (
            quick + self._asked < READY and len(self._workers) + self._asked < MOST
        ):
            try:
                self._keeper.ask()
            except OSError as error:
                logger.warning("no process for GraphQL's resolvers: %s", error)
                self._keeper.close()
                if not self._workers:
                    while self._waiting:
                        _fail(self._waiting.popleft(), slow=False)
                return
            self._asked += 1

    def _take_in(self, process: int, connection: socket.socket) -> None:
        self._asked -= 1
        connection.setblocking(False)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            connection.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
        worker = _Worker(process, connection)
        self._workers.add(worker)
        self._free.append(worker)
        self._loop.add_reader(connection, self._read, worker)
        self._serve()

    def _drop(self, worker: _Worker, *, slow: bool) -> None:
        self._workers.discard(worker)
        if worker in self._free:
            self._free.remove(worker)
        self._loop.remove_reader(worker.connection)
        self._loop.remove_writer(worker.connection)
        worker.connection.close()
        self._keeper.end(worker.process)
        job, worker.job = worker.job, None
        if job is not None:
            self._released(job)
            _fail(job, slow=slow)
        if self._waiting:
            self._grow()

    def _lost(self) -> None:
        """The nursery ended, and all workers with it."""
        self._asked = 0
        for worker in tuple(self._workers):
            self._drop(worker, slow=False)
        if self._waiting:
            self._grow()

    # --- the clock ---

    def _tick(self) -> None:
        self._ticking = None
        now = time.monotonic()
        busy = [worker for worker in self._workers if worker.job is not None]
        for worker in busy:
            if now - worker.began > SLOW_AFTER:
                self._look_at(worker, now)
        if self._waiting:
            self._press(now)
            self._grow()
            self._serve()
        if (busy or self._waiting) and not self._closed and self._ticking is None:
            self._ticking = self._loop.call_later(_TICK, self._tick)

    def _look_at(self, worker: _Worker, now: float) -> None:
        """Something that lasts: others get another worker, and it ends when its time is over."""
        # The loop may have been busy itself: what is answered is not late.
        self._read(worker)
        if worker.job is None or worker not in self._workers:
            return
        used = processor_seconds(worker.process)
        if not worker.slow:
            worker.slow, worker.cpu = True, used
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.process, _NICENESS)
            self._grow()
            return
        if used is None or worker.cpu is None:
            over = now - worker.began > BLIND_LIMIT
        else:
            over = used - worker.cpu > CPU_LIMIT or now - worker.began > WALL_LIMIT
        if over:
            self._drop(worker, slow=True)

    def _press(self, now: float) -> None:
        """All workers are slow and others wait: the slowest makes room."""
        if self._free or self._asked or len(self._workers) < MOST:
            return
        owners = {job.owner for job in self._waiting if self._running[job.owner] < MOST_OF_ONE}
        slow = [worker for worker in self._workers if worker.slow and worker.job is not None]
        if not owners or not slow:
            return
        oldest = min(slow, key=lambda worker: worker.began)
        if now - oldest.began > PRESSED_LIMIT:
            self._drop(oldest, slow=True)


def _fail(job: _Job, *, slow: bool) -> None:
    if not job.reply.done():
        job.reply.set_exception(WorkerEndedError(slow=slow))
