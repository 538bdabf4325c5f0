"""Follows the logs of functions: by Live Tail where that is allowed, else by reading them often.

What a session misses before it begins, or while it is broken, is read with FilterLogEvents, so that
each event is handed on once and nothing is left out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_code
from workbench.aws.permissions import is_denied
from workbench.function_logs.live_tail import MOST_GROUPS, LiveTail
from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.records import LogRecord, record_of
from workbench.function_logs.tail import Tail

logger = logging.getLogger("function logs")

_POLL_SECONDS: Final = 2.0
"""Between two reads of a log, as with ampx."""
_LOCAL_POLL_SECONDS: Final = 0.5
_LONGEST: Final = 30.0
_STEP: Final = 1.5
"""How much later each read of silent logs comes."""
_NO_TAIL: Final = ("LimitExceededException", "InvalidOperationException", "UnknownOperation")


@dataclass(frozen=True, slots=True)
class FollowedLog:
    """A function's log: ``group_arn`` without a trailing ``:*``."""

    function: str
    group: str
    group_arn: str


@dataclass(frozen=True, slots=True)
class FunctionLine:
    """A record of a function's log; ``function`` is the name that it was followed by."""

    function: str
    record: LogRecord


class Problem(Protocol):
    """Told why the logs are not read now, or only by asking; None once they are."""

    def __call__(self, error: Exception | None, /) -> None:
        """Called from the feed's own threads."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all readers of a feed use; ``lock`` is held while a tail is read or takes events."""

    logs: Any
    on_lines: Callable[[Sequence[FunctionLine]], None]
    on_problem: Problem
    pause: float
    tails: dict[str, Tail] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class LogFeed:
    """Reads in threads of its own; ``on_lines`` and ``on_problem`` are called from those.

    ``start`` in milliseconds since the epoch: events before it are not read.
    """

    def __init__(
        self,
        logs: Any,
        on_lines: Callable[[Sequence[FunctionLine]], None],
        on_problem: Problem,
        *,
        start: int,
        is_local: bool = False,
    ) -> None:
        pause = _LOCAL_POLL_SECONDS if is_local else _POLL_SECONDS
        self._shared = _Shared(logs, on_lines, on_problem, pause)
        self._start = start
        self._readers: list[_Reader] = []

    def follow(self, followed: Sequence[FollowedLog]) -> None:
        """Follow these logs from now on, and no others; what was read is not read again."""
        for reader in self._readers:
            reader.close()
        self._readers = []
        tails = self._shared.tails
        with self._shared.lock:
            for each in followed:
                tails.setdefault(each.group, Tail(each.group, self._start))
        for begin in range(0, len(followed), MOST_GROUPS):
            reader = _Reader(self._shared, followed[begin : begin + MOST_GROUPS])
            self._readers.append(reader)
            reader.start()

    def close(self) -> None:
        """Read no more; nothing is handed on after this."""
        for reader in self._readers:
            reader.close()
        self._readers = []


class _Reader:
    """Reads some logs, at most as many as one session may have."""

    def __init__(self, shared: _Shared, followed: Sequence[FollowedLog]) -> None:
        self._shared = shared
        self._logs = shared.logs
        self._pause = shared.pause
        self._lock = shared.lock
        self._tails = {each.group: shared.tails[each.group] for each in followed}
        self._functions: dict[str, list[str]] = {}
        for each in followed:
            self._functions.setdefault(each.group, []).append(each.function)
        self._arns = {each.group: each.group_arn for each in followed}
        self._closed = threading.Event()
        self._may_tail = True
        self._had_problem = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._begin(self._run, "function-logs")

    def close(self) -> None:
        self._closed.set()

    def _begin(self, run: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    # -- the one thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        wait = self._pause
        while not self._closed.is_set():
            try:
                there, found = self._read_all()
                self._no_problem()
                if self._may_tail and there:
                    self._follow_live(there)
                    found = True
            except (ClientError, BotoCoreError, OSError) as error:
                self._tell(error)
                wait = min(_LONGEST, 2 * max(wait, self._pause))
            else:
                wait = self._pause if found else min(_LONGEST, wait * _STEP)
            self._closed.wait(wait)

    def _read_all(self) -> tuple[list[str], bool]:
        """Read what is new of every log; which groups are there, and whether anything was new."""
        there, found = [], False
        for group, tail in self._tails.items():
            if self._closed.is_set():
                break
            with self._lock:
                events = tail.read(self._logs)
                self._send(group, events)
                while tail.is_behind and not self._closed.is_set():
                    self._send(group, tail.read(self._logs))
            found = found or bool(events)
            if tail.exists:
                there.append(group)
        return there, found

    def _follow_live(self, groups: Sequence[str]) -> None:
        """Hand on what a session gives until it ends; then the next read fills its gap."""
        try:
            session = LiveTail(self._logs, [self._arns[each] for each in groups])
        except (ClientError, BotoCoreError) as error:
            if is_denied(error) or error_code(error) in _NO_TAIL or _is_unknown(error):
                self._may_tail = False
                logger.info("no Live Tail: %s", type(error).__name__)
                return
            raise
        for group in groups:
            self._tails[group].session_began()
        missing = [each for each in self._tails if each not in groups]
        stop = threading.Event()
        if missing:
            self._begin(lambda: self._await(missing, stop), "function-logs-new")
        try:
            for update in session.updates():
                if self._closed.is_set() or stop.is_set():
                    break
                if update.begins or update.sampled:
                    # What came since the last read, or was left out.
                    self._read_all()
                with self._lock:
                    for group in groups:
                        events = [event for name, event in update.events if name == group]
                        self._send(group, self._tails[group].take(events))
        finally:
            stop.set()
            session.close()

    def _await(self, missing: Sequence[str], stop: threading.Event) -> None:
        """Lambda makes a function's group at its first run: end the session for a wider one."""
        wait = self._pause
        while not stop.wait(wait) and not self._closed.is_set():
            try:
                for group in missing:
                    with self._lock:
                        events = self._tails[group].read(self._logs)
                        self._send(group, events)
                    if events:
                        stop.set()
                        return
            except (ClientError, BotoCoreError, OSError) as error:
                logger.info("new logs are not seen now: %s", type(error).__name__)
            wait = min(10 * self._pause, wait * _STEP)

    def _send(self, group: str, events: Sequence[LogEvent]) -> None:
        if not events or self._closed.is_set():
            return
        records = [record_of(event) for event in events]
        functions = self._functions.get(group, ())
        self._shared.on_lines([FunctionLine(name, each) for name in functions for each in records])

    # -- problems ---------------------------------------------------------------------------------

    def _tell(self, error: Exception) -> None:
        if self._closed.is_set():
            return
        self._had_problem = True
        self._shared.on_problem(error)

    def _no_problem(self) -> None:
        if self._had_problem:
            self._had_problem = False
            self._shared.on_problem(None)


def _is_unknown(error: Exception) -> bool:
    """Whether the service does not know Live Tail at all."""
    return isinstance(error, ClientError) and error.response.get("ResponseMetadata", {}).get(
        "HTTPStatusCode"
    ) in (404, 501)
