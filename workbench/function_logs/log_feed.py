"""Follows the logs of functions: by Live Tail where that is allowed, else by reading them often.

What a session misses before it begins, or while it is broken, is read with FilterLogEvents, so that
each event is handed on once and nothing is left out.
"""

from __future__ import annotations

import logging
import math
import threading
import time
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
_EACH: Final = 0.25
"""Seconds between two reads at AWS: it allows five a second in some regions."""
_AGAIN: Final = 900.0
"""Seconds until Live Tail is tried again where it was not to be had for the moment."""
_DENIED_AGAIN: Final = 60.0
"""Seconds until a log that may not be read is tried again: the policy may have been changed."""
_NO_TAIL: Final = ("InvalidOperationException", "UnknownOperation", "UnknownOperationException")
_SESSION_ENDS: Final = "SessionTimeoutException"
"""A session lasts three hours."""


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
    """Told why logs are not read now; None once they are all read."""

    def __call__(self, error: Exception | None, /) -> None:
        """Called from the feed's own threads."""


@dataclass(slots=True)
class _Shared:
    """What all readers of a feed use; ``lock`` is held while a tail is read or takes events."""

    logs: Any
    live: Callable[[], Any]
    on_lines: Callable[[Sequence[FunctionLine]], None]
    on_problem: Problem
    on_polling: Callable[[Exception], None]
    pause: float
    each: float
    tails_missing: bool
    """Whether a session may have groups that are not there yet, as the local cloud's may."""
    tail_from: float = 0.0
    """When Live Tail may be asked for again."""
    polls: bool = False
    """Whether that was told."""
    tails: dict[str, Tail] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class LogFeed:
    """Reads in threads of its own, which call ``on_lines``, ``on_problem`` and ``on_polling``.

    ``start`` in milliseconds since the epoch: events before it are not read. ``on_polling`` is told
    once why lines come by asking for them, later than they are written. ``live`` makes the client
    that Live Tail is asked with: one that gives up soon. ``pause`` is the time between two reads,
    in seconds, where it is not the target's usual one.
    """

    def __init__(
        self,
        logs: Any,
        on_lines: Callable[[Sequence[FunctionLine]], None],
        on_problem: Problem,
        *,
        start: int,
        is_local: bool = False,
        on_polling: Callable[[Exception], None] = lambda _error: None,
        live: Callable[[], Any] | None = None,
        pause: float = 0.0,
    ) -> None:
        pause = pause or (_LOCAL_POLL_SECONDS if is_local else _POLL_SECONDS)
        each = 0.0 if is_local else min(_EACH, pause)
        self._shared = _Shared(
            logs, live or (lambda: logs), on_lines, on_problem, on_polling, pause, each, is_local
        )
        self._start = start
        self._readers: list[_Reader] = []

    def move(self, logs: Any, live: Callable[[], Any]) -> None:
        """Read with other clients from the next ``follow`` on: the target may have moved."""
        self._shared.logs, self._shared.live = logs, live

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
        self._denied: dict[str, float] = {}
        """Logs that may not be read, by group, and when that is tried again."""
        self._had_problem = False

    def start(self) -> None:
        self._begin(self._run, "function-logs")

    def close(self) -> None:
        self._closed.set()

    def _begin(self, run: Callable[[], None], name: str) -> None:
        threading.Thread(target=run, name=name, daemon=True).start()

    # -- the one thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        wait = self._pause
        while not self._closed.is_set():
            try:
                polls = time.monotonic() < self._shared.tail_from
                there, found = self._read_all(self._shared.each if polls else 0.0)
                if not self._denied:
                    self._no_problem()
                groups = list(self._tails) if self._shared.tails_missing else there
                if groups and not polls:
                    self._follow_live(groups)
                    found = True
            except (ClientError, BotoCoreError, OSError) as error:
                self._tell(error)
                wait = min(_LONGEST, 2 * max(wait, self._pause))
            else:
                wait = self._pause if found else min(_LONGEST, wait * _STEP)
            self._closed.wait(wait)

    def _read_all(self, each: float = 0.0) -> tuple[list[str], bool]:
        """Read what is new of every log; which groups are there, and whether anything was new.

        ``each``: seconds from one read to the next.
        """
        there, found = [], False
        for group, tail in self._tails.items():
            if self._closed.is_set():
                break
            if time.monotonic() < self._denied.get(group, 0.0):
                continue
            try:
                with self._lock:
                    events = tail.read(self._logs)
                    self._send(group, events)
                    while tail.is_behind and not self._closed.is_set():
                        self._send(group, tail.read(self._logs))
            except ClientError as error:
                if not is_denied(error):
                    raise
                # The other logs may well be allowed.
                if group not in self._denied:
                    self._tell(error)
                self._denied[group] = time.monotonic() + _DENIED_AGAIN
                continue
            self._denied.pop(group, None)
            found = found or bool(events)
            if tail.exists:
                there.append(group)
            if each:
                self._closed.wait(each)
        return there, found

    def _follow_live(self, groups: Sequence[str]) -> None:
        """Hand on what a session gives until it ends; then the next read fills its gap."""
        try:
            session = LiveTail(self._shared.live(), [self._arns[each] for each in groups])
        except (ClientError, BotoCoreError) as error:
            if self._shared.tails_missing and error_code(error) == "ResourceNotFoundException":
                self._shared.tails_missing = False  # a local cloud of an earlier release
                return
            later = _without_tail(error)
            if not later:
                raise
            self._shared.tail_from = time.monotonic() + later
            logger.info("no Live Tail: %s", type(error).__name__)
            if not self._shared.polls:
                self._shared.polls = True
                self._shared.on_polling(error)
            return
        for group in groups:
            self._tails[group].session_began()
        missing = [each for each in self._tails if each not in groups and each not in self._denied]
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
        except ClientError as error:
            if error_code(error) != _SESSION_ENDS:
                raise
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


def _without_tail(error: Exception) -> float:
    """For how many seconds it is no use to ask for Live Tail; 0 where the logs fail altogether."""
    if not isinstance(error, ClientError):
        # Live Tail has an address of its own, which a firewall may not know.
        return _AGAIN
    if error_code(error) == "LimitExceededException":
        return _AGAIN
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    is_known = status not in (404, 501) and error_code(error) not in _NO_TAIL
    return 0.0 if is_known and not is_denied(error) else math.inf
