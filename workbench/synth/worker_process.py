"""A worker process that answers JSON lines on its own channel, which leaves stdout to user code.

The process inherits two descriptors: one end of a socket pair for requests and answers, and the
read end of a pipe that this process holds open, so that the worker ends when this process does;
the guardian ends one that is too busy to notice. It leads a process group, and ending it ends its
children too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.guardian import own_guardian
from workbench.model.events import Level
from workbench.terminal_text import safe_log

STREAM_LIMIT = 256 * 1024 * 1024
"""Bytes in a line: a model introspection or a printed object may be large."""

_LEVELS = {
    "debug": Level.DEBUG,
    "log": Level.INFO,
    "info": Level.INFO,
    "warn": Level.WARNING,
    "error": Level.ERROR,
}

Say = Callable[[Level, str], None]
"""Receives each line that the worker or the user's code in it prints."""


class WorkerDiedError(Exception):
    """The worker ended without an answer; ``last_lines`` are the last lines of its stderr."""

    def __init__(self, returncode: int | None, last_lines: tuple[str, ...]) -> None:
        super().__init__(ending(returncode))
        self.returncode = returncode
        self.last_lines = last_lines

    @property
    def was_killed(self) -> bool:
        """Whether another process or the kernel ended it, not its memory limit (SIGABRT)."""
        return self.returncode in (-signal.SIGKILL, -signal.SIGTERM)


class WorkerTimeoutError(Exception):
    """The worker did not answer in time; it has been ended."""


@dataclass(frozen=True, slots=True)
class Script:
    """The command to run, without the descriptors of channel and lifeline at its end."""

    command: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]


def ending(returncode: int | None) -> str:
    """Describe how a process ended."""
    if returncode is None:
        return "it closed its channel"
    if returncode >= 0:
        return f"it exited with code {returncode}"
    with contextlib.suppress(ValueError):
        return f"it was ended by {signal.Signals(-returncode).name}"
    return f"it was ended by signal {-returncode}"


class WorkerProcess:
    """A running worker process; create it with ``start`` and always ``close`` it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        lifeline: int,
        say: Say,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._lifeline: int | None = lifeline
        self._say = say
        self._next_id = 0
        self._last_lines: deque[str] = deque(maxlen=20)
        self._pumps = [
            asyncio.create_task(self._pump(process.stdout, self._stdout_level)),
            asyncio.create_task(self._pump(process.stderr, self._stderr_level)),
        ]

    @classmethod
    async def start(cls, script: Script, say: Say) -> WorkerProcess:
        """Start the process, which may still be loading when this returns."""
        ours, theirs = socket.socketpair()
        lifeline_read, lifeline_write = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *script.command,
                str(theirs.fileno()),
                str(lifeline_read),
                cwd=script.cwd,
                env=own_guardian().environment(script.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(theirs.fileno(), lifeline_read),
                start_new_session=True,
                limit=STREAM_LIMIT,
            )
        except BaseException:
            ours.close()
            os.close(lifeline_write)
            raise
        finally:
            theirs.close()
            os.close(lifeline_read)
        own_guardian().watch(process.pid)
        reader, writer = await asyncio.open_connection(sock=ours, limit=STREAM_LIMIT)
        return cls(process, reader, writer, lifeline_write, say)

    @property
    def pid(self) -> int:
        """The process id, also the id of its process group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.returncode is None and not self._reader.at_eof()

    async def request(
        self, operation: str, timeout: float, **parameters: object
    ) -> dict[str, object]:
        """Send a request and wait for the answer; ``timeout`` in seconds.

        One request at a time. Raises WorkerDiedError and WorkerTimeoutError; in both cases and when
        cancelled, the process is ended.
        """
        self._next_id += 1
        number = self._next_id
        message = {"id": number, "operation": operation, **parameters}
        try:
            async with asyncio.timeout(timeout):
                self._writer.write(json.dumps(message).encode() + b"\n")
                with contextlib.suppress(ConnectionError):
                    await self._writer.drain()
                return await self._answer(number)
        except TimeoutError:
            await self.close()
            raise WorkerTimeoutError from None
        except BaseException:
            await self.close()
            raise

    async def _answer(self, number: int) -> dict[str, object]:
        while True:
            try:
                line = await self._reader.readline()
            except ConnectionError:
                line = b""
            if not line:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), 2)
                await asyncio.wait(self._pumps, timeout=0.5)
                raise WorkerDiedError(self._process.returncode, tuple(self._last_lines))
            message: dict[str, object] = json.loads(line)
            if "log" in message:
                level = _LEVELS.get(str(message["log"]), Level.INFO)
                self._say(level, safe_log(str(message.get("text", ""))))
            elif message.get("id") == number:
                return message

    async def _pump(
        self, stream: asyncio.StreamReader | None, level: Callable[[str], Level]
    ) -> None:
        if stream is None:
            return
        while line := await stream.readline():
            text = safe_log(line.decode(errors="replace")).rstrip()
            if text:
                self._say(level(text), text)

    @staticmethod
    def _stdout_level(_text: str) -> Level:
        return Level.INFO

    def _stderr_level(self, text: str) -> Level:
        self._last_lines.append(text)
        if text.startswith("Bundling asset"):
            return Level.DEBUG
        return Level.ERROR if "[ERROR]" in text or "FATAL ERROR" in text else Level.WARNING

    async def close(self) -> None:
        """End the process and its children, and wait for its end; may be called again."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        # Once it is reaped, its id may belong to another process group.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._writer.close()
        await self._process.wait()
        own_guardian().release(self._process.pid)
        _done, late = await asyncio.wait(self._pumps, timeout=0.5)
        for pump in late:
            pump.cancel()
