"""Streams the logs of a sandbox's functions while that is switched on; off, it asks for nothing."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from workbench.loop.connection import Connection
from workbench.loop.daemon_threads import in_thread
from workbench.loop.event_sink import EventSink
from workbench.loop.requests import cancel
from workbench.model.events import Level, LogLine
from workbench.terminal_text import safe_log
from workbench.wording import plural

INTERVAL: Final = 2.0
"""Seconds between two reads of a function's log, as with ampx."""
_EACH: Final = 0.5
"""Seconds between two requests at least: AWS allows five a second in some regions."""
_LONGEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class FunctionLogOptions:
    """Which functions' logs are streamed, and where to.

    ``names``: only functions whose names match one of them. ``out_file``: appended to instead of
    being shown.
    """

    names: tuple[re.Pattern[str], ...] = ()
    out_file: Path | None = None


class FunctionLogStream:
    """Belongs to the loop's thread; ``switch`` and ``deployed`` return at once."""

    def __init__(
        self,
        connection: Connection,
        sink: EventSink,
        options: FunctionLogOptions,
        interval: float = INTERVAL,
    ) -> None:
        self._connection = connection
        self._sink = sink
        self._options = options
        self._interval = interval
        self._task: asyncio.Task[None] | None = None
        self._deployed = asyncio.Event()

    @property
    def is_on(self) -> bool:
        """Whether the logs are being read."""
        return self._task is not None and not self._task.done()

    def switch(self, on: bool) -> None:
        """Begin with what is logged from now on, or stop."""
        if on and not self.is_on:
            self._task = asyncio.create_task(self._run(int(time.time() * 1000)))
        elif not on and self._task is not None:
            self._task.cancel()
            self._sink.tell(Level.INFO, "The functions' logs are no longer streamed", "functions")

    def deployed(self) -> None:
        """Look again which functions there are."""
        self._deployed.set()

    async def close(self) -> None:
        """Stop at the end of the loop."""
        if self._task is not None:
            await cancel(self._task)

    async def _run(self, start: int) -> None:
        try:
            await self._stream(start)
        except Exception as error:  # noqa: BLE001 - a help only: the loop goes on without it
            self._warn(error, "are not streamed")

    def _warn(self, error: Exception, how: str) -> None:
        why = self._connection.explain(error)
        words = f"The functions' logs {how}: {why.title}. {why.fix}"
        self._sink.tell(Level.WARNING, words.strip(), "functions")

    async def _stream(self, start: int) -> None:
        from workbench.function_logs.functions import LoggedFunction
        from workbench.function_logs.tail import Tail

        tails: dict[str, Tail] = {}
        functions: tuple[LoggedFunction, ...] = ()
        told: tuple[LoggedFunction, ...] | None = None
        pause = 0.0
        self._deployed.set()
        while True:
            stack = self._connection.stack
            is_new = self._deployed.is_set()
            self._deployed.clear()
            if is_new and stack is not None:
                functions = self._chosen(await in_thread(stack.functions, "functions"))
                tails = {
                    each.name: tails.get(each.name) or Tail(each.log_group, start)
                    for each in functions
                }
                if functions != told:
                    told = functions
                    self._tell(functions)
            if stack is None or not functions:
                await self._deployed.wait()
                continue
            share = max(self._interval / len(functions), min(_EACH, self._interval))
            for function in functions:
                began = time.monotonic()
                tail = tails[function.name]
                pause = await self._read(function.name, tail, stack.logs, pause)
                await self._rest(max(pause, share - (time.monotonic() - began)))
                if self._deployed.is_set():
                    break

    async def _rest(self, seconds: float) -> None:
        """Wait, but not longer than until the functions may be others."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._deployed.wait()

    async def _read(self, name: str, tail: Any, logs: Any, pause: float) -> float:
        """Show what is new; returns the seconds to wait after a request that AWS put off."""
        from botocore.exceptions import BotoCoreError, ClientError

        from workbench.aws.client_errors import error_code
        from workbench.aws.permissions import is_denied

        try:
            events = await in_thread(lambda: tail.read(logs), "function-logs")
        except (BotoCoreError, ClientError) as error:
            if is_denied(error):
                raise
            if not pause and "Throttl" not in error_code(error):
                self._warn(error, "cannot be read now")
            return min(_LONGEST, max(2 * pause, 2 * self._interval))
        lines = [line for event in events for line in self._lines(name, event.at, event.message)]
        if self._options.out_file is None:
            for line in lines:
                self._sink.show(line)
        elif lines:
            texts = [self._sink.redactor.text(_file_line(line)) for line in lines]
            await in_thread(lambda: self._append(texts), "function-logs-file")
        return 0.0

    def _lines(self, name: str, at: int, message: str) -> Sequence[LogLine]:
        from workbench.function_logs.lines import level_of

        level = level_of(message)
        return [
            LogLine(at=at / 1000, level=level, source=name, text=text)
            for text in message.rstrip().splitlines()
        ]

    def _append(self, texts: Sequence[str]) -> None:
        path = self._options.out_file
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
            file.write("".join(f"{text}\n" for text in texts))

    def _chosen(self, functions: Sequence[Any]) -> tuple[Any, ...]:
        names = self._options.names
        return tuple(
            each for each in functions if not names or any(name.search(each.name) for name in names)
        )

    def _tell(self, functions: Sequence[Any]) -> None:
        if not functions:
            words = "There are no functions whose logs could be streamed"
        else:
            names = ", ".join(each.name for each in functions)
            words = f"Streaming the logs of {plural(len(functions), 'function')}: {names}"
            if self._options.out_file is not None:
                words += f", to {self._options.out_file}"
        self._sink.tell(Level.INFO, words, "functions")


def _file_line(line: LogLine) -> str:
    moment = datetime.fromtimestamp(line.at).isoformat(timespec="milliseconds")
    return f"{moment} [{line.source}] {safe_log(line.text)}"
