"""Streams the logs of a sandbox's functions while that is switched on; off, it asks for nothing."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from workbench.loop.connection import Connection
from workbench.loop.daemon_threads import in_thread
from workbench.loop.event_sink import EventSink
from workbench.loop.requests import cancel
from workbench.model.events import Level, LogLine
from workbench.terminal_text import safe_log
from workbench.wording import plural

if TYPE_CHECKING:
    from workbench.function_logs.functions import LoggedFunction
    from workbench.function_logs.log_feed import FunctionLine, LogFeed
    from workbench.loop.stages import Stack


@dataclass(frozen=True, slots=True)
class FunctionLogOptions:
    """Which functions' logs are streamed, and where to.

    ``names``: only functions whose names match one of them. ``out_file``: appended to instead of
    being shown.
    """

    names: tuple[re.Pattern[str], ...] = ()
    out_file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """There may be other functions, or others may be wanted."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """Why logs are not read now; None once they are."""

    error: Exception | None


@dataclass(frozen=True, slots=True)
class _Polling:
    """Why lines come later than they are written."""

    error: Exception


_News: TypeAlias = "_Look | _Problem | _Polling | tuple[FunctionLine, ...]"


class FunctionLogStream:
    """Belongs to the loop's thread; ``switch``, ``choose`` and ``deployed`` return at once.

    ``interval``: seconds between two reads where the logs must be asked for, if not the usual.
    """

    def __init__(
        self,
        connection: Connection,
        sink: EventSink,
        options: FunctionLogOptions,
        interval: float = 0.0,
    ) -> None:
        self._connection = connection
        self._sink = sink
        self._options = options
        self._interval = interval
        self._task: asyncio.Task[None] | None = None
        self._news: asyncio.Queue[_News] = asyncio.Queue()
        self._feed: LogFeed | None = None
        self._told: tuple[LoggedFunction, ...] | None = None
        self._had_problem = False

    @property
    def is_on(self) -> bool:
        """Whether the logs are being read."""
        return self._task is not None and not self._task.done()

    def switch(self, on: bool) -> None:
        """Begin with what is logged from now on, or stop."""
        if on and not self.is_on:
            self._news = asyncio.Queue()
            self._told, self._had_problem = None, False
            self._task = asyncio.create_task(self._run(int(time.time() * 1000)))
        elif not on and self._task is not None:
            self._task.cancel()
            self._sink.tell(Level.INFO, "The functions' logs are no longer streamed", "functions")

    def choose(self, names: Sequence[str]) -> None:
        """Stream these functions' logs alone; all of them by no names."""
        patterns = tuple(re.compile(f"^{re.escape(each)}$") for each in names)
        self._options = replace(self._options, names=patterns)
        if self.is_on:
            self._news.put_nowait(_Look())
        else:
            self.switch(True)

    def deployed(self) -> None:
        """Look again which functions there are."""
        if self.is_on:
            self._news.put_nowait(_Look())

    async def close(self) -> None:
        """Stop at the end of the loop."""
        if self._task is not None:
            await cancel(self._task)

    async def _run(self, start: int) -> None:
        try:
            self._news.put_nowait(_Look())
            while True:
                await self._take(start, await self._news.get())
        except Exception as error:  # noqa: BLE001 - a help only: the loop goes on without it
            self._warn(error, "are not streamed")
        finally:
            if self._feed is not None:
                self._feed.close()
                self._feed = None

    def _new_feed(self, start: int, stack: Stack) -> LogFeed:
        from workbench.function_logs.log_feed import LogFeed

        loop, queue = asyncio.get_running_loop(), self._news

        def tell(news: _News) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(queue.put_nowait, news)

        return LogFeed(
            stack.logs,
            lambda lines: tell(tuple(lines)),
            lambda error: tell(_Problem(error)),
            start=start,
            is_local=stack.is_local,
            on_polling=lambda error: tell(_Polling(error)),
            live=stack.live_logs,
            pause=self._interval,
        )

    async def _take(self, start: int, news: _News) -> None:
        if isinstance(news, _Look):
            await self._look(start)
        elif isinstance(news, _Problem):
            if news.error is not None and not self._had_problem:
                self._warn(news.error, "cannot be read now")
            self._had_problem = news.error is not None
        elif isinstance(news, _Polling):
            why = self._connection.explain(news.error)
            words = f"The functions' logs come some seconds late: {why.title}. {why.fix}"
            self._sink.tell(Level.INFO, words.strip(), "functions")
        else:
            await self._show(news)

    def _warn(self, error: Exception, how: str) -> None:
        why = self._connection.explain(error)
        words = f"The functions' logs {how}: {why.title}. {why.fix}"
        self._sink.tell(Level.WARNING, words.strip(), "functions")

    async def _look(self, start: int) -> None:
        """Follow the logs of the functions that there are now."""
        from workbench.function_logs.log_feed import FollowedLog

        stack = self._connection.stack
        if stack is None:
            return
        functions = self._chosen(await in_thread(stack.functions, "functions"))
        if functions != self._told:
            self._told = functions
            self._tell(functions)
        self._feed = self._feed or self._new_feed(start, stack)
        self._feed.move(stack.logs, stack.live_logs)
        self._feed.follow(
            [FollowedLog(each.name, each.log_group, each.log_group_arn) for each in functions]
        )

    async def _show(self, lines: Sequence[FunctionLine]) -> None:
        shown = [line for each in lines for line in _log_lines(each)]
        if self._options.out_file is None:
            for line in shown:
                self._sink.show(line)
        elif shown:
            texts = [self._sink.redactor.text(_file_line(line)) for line in shown]
            await in_thread(lambda: self._append(texts), "function-logs-file")

    def _append(self, texts: Sequence[str]) -> None:
        path = self._options.out_file
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
            file.write("".join(f"{text}\n" for text in texts))

    def _chosen(self, functions: Sequence[LoggedFunction]) -> tuple[LoggedFunction, ...]:
        names = self._options.names
        return tuple(
            each for each in functions if not names or any(name.search(each.name) for name in names)
        )

    def _tell(self, functions: Sequence[LoggedFunction]) -> None:
        if not functions:
            words = "There are no functions whose logs could be streamed"
        else:
            names = ", ".join(each.name for each in functions)
            words = f"Streaming the logs of {plural(len(functions), 'function')}: {names}"
            if self._options.out_file is not None:
                words += f", to {self._options.out_file}"
        self._sink.tell(Level.INFO, words, "functions")


def _log_lines(line: FunctionLine) -> list[LogLine]:
    """What is shown of a record: of an invocation's frame, Lambda's report alone."""
    from workbench.function_logs.json_words import shown_text
    from workbench.function_logs.log_book import report_text
    from workbench.function_logs.records import RecordKind

    record, level = line.record, line.record.level
    if record.report is not None:
        text = f"{record.request[:8]}  {report_text(record.report)}"
        level = Level.ERROR if record.report.status else level
    elif record.kind is RecordKind.LINE:
        text = shown_text(record)
    else:
        return []
    return [
        LogLine(at=record.at / 1000, level=level, source=line.function, text=each)
        for each in text.splitlines()
    ]


def _file_line(line: LogLine) -> str:
    moment = datetime.fromtimestamp(line.at).isoformat(timespec="milliseconds")
    return f"{moment} [{line.source}] {safe_log(line.text)}"
