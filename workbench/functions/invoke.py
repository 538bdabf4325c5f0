"""Invokes a function: waits for its result, queues the event, or only asks whether it may.

Source: Lambda API reference, Invoke (``InvocationType``; ``LogType=Tail``: the log's last 4 KB).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.records import LogRecord, RecordKind, Report, record_of
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import OpenedFunctions, ask
from workbench.model.user_problem import UserProblem

How = Literal["sync", "async", "dry"]
_TYPES: Final = {"sync": "RequestResponse", "async": "Event", "dry": "DryRun"}

SYNC_BYTES: Final = 6 * 1024 * 1024
ASYNC_BYTES: Final = 1024 * 1024
"""What Lambda takes: a longer event is refused before it is sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation came to; ``seconds`` are as seen from here.

    ``result`` is JSON. ``error_type`` and ``error`` where the function failed; ``records`` is the
    end of its log, with a report where there is one.
    """

    how: How
    status: int
    request: str
    result: str
    seconds: float
    error_type: str = ""
    error: str = ""
    records: tuple[LogRecord, ...] = ()
    report: Report | None = None

    @property
    def failed(self) -> bool:
        """Whether the function failed."""
        return bool(self.error_type)


class EventProblem(UserProblem):
    """An event that cannot be sent; ``line`` and ``column`` count from 1, 0 where unknown."""

    def __init__(self, what: str, next_step: str, line: int = 0, column: int = 0) -> None:
        super().__init__(what, next_step)
        self.line = line
        self.column = column


def checked_event(text: str, how: How = "sync") -> str:
    """The event as Lambda takes it, ``{}`` for an empty one; raises EventProblem."""
    text = text.strip() or "{}"
    try:
        json.loads(text)
    except RecursionError:
        raise EventProblem("The event is nested too deeply.", "Flatten it.") from None
    except ValueError as error:
        if not isinstance(error, json.JSONDecodeError):
            raise EventProblem(f"The event is not JSON: {error}.", "Correct it.") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise EventProblem(
            f"The event is not JSON: {error.msg} at {where}.",
            "Correct it there.",
            error.lineno,
            error.colno,
        ) from None
    limit = SYNC_BYTES if how != "async" else ASYNC_BYTES
    size = len(text.encode())
    if size > limit:
        raise EventProblem(
            f"The event has {size / 1024**2:.1f} MB, and Lambda takes {limit // 1024**2} MB.",
            "Send less: put what is large into a bucket, and send its key.",
        )
    return text


def invoke(
    opened: OpenedFunctions, function: BackendFunction, event: str, how: How = "sync"
) -> Outcome:
    """Invoke once; blocks until the answer. Raises EventProblem, FunctionsProblem."""
    payload = checked_event(event, how).encode()
    client: Any = opened.clients.once("lambda")
    began = time.monotonic()
    given = {"LogType": "Tail"} if how == "sync" else {}
    answer = ask(
        lambda: client.invoke(
            FunctionName=function.arn, InvocationType=_TYPES[how], Payload=payload, **given
        )
    )
    result = answer["Payload"].read().decode(errors="replace") if how == "sync" else ""
    seconds = time.monotonic() - began
    log = base64.b64decode(answer.get("LogResult") or "").decode(errors="replace")
    records = tuple(_records(log))
    request = next((each.request for each in records if each.request), "")
    kind, error = _error(result) if answer.get("FunctionError") else ("", "")
    return Outcome(
        how=how,
        status=int(answer["StatusCode"]),
        request=request or str(answer["ResponseMetadata"].get("RequestId") or ""),
        result=result,
        seconds=seconds,
        error_type=kind,
        error=error,
        records=tuple(each for each in records if each.kind is RecordKind.LINE),
        report=next((each.report for each in records if each.report is not None), None),
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """What many invocations came to; times in seconds, sorted."""

    outcomes: tuple[Outcome, ...]
    problems: tuple[UserProblem, ...]
    seconds: float

    @property
    def failed(self) -> int:
        """How many failed, or could not be made."""
        return sum(each.failed for each in self.outcomes) + len(self.problems)

    def percentile(self, share: float) -> float:
        """The time that this share of them stayed within; 0 without any."""
        times = sorted(each.seconds for each in self.outcomes)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def invoke_many(
    opened: OpenedFunctions,
    function: BackendFunction,
    events: Sequence[str],
    *,
    parallel: int,
    done: Callable[[int], None] = lambda _count: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Summary:
    """Invoke with each event, ``parallel`` at a time; ``done`` is told how many have ended."""
    began = time.monotonic()
    outcomes: list[Outcome] = []
    problems: list[UserProblem] = []

    def one(event: str) -> None:
        if cancelled():
            return
        try:
            outcomes.append(invoke(opened, function, event))
        except UserProblem as problem:
            problems.append(problem)
        done(len(outcomes) + len(problems))

    with ThreadPoolExecutor(max(1, parallel), thread_name_prefix="invoke") as pool:
        for _ in pool.map(one, events):
            pass
    return Summary(tuple(outcomes), tuple(problems), time.monotonic() - began)


def _records(log: str) -> list[LogRecord]:
    return [record_of(LogEvent(0, "", line)) for line in log.splitlines()]


def _error(result: str) -> tuple[str, str]:
    """The type and message of what a function failed with."""
    try:
        found = json.loads(result)
    except ValueError:
        return "Error", result
    if not isinstance(found, dict):
        return "Error", result
    return str(found.get("errorType") or "Error"), str(found.get("errorMessage") or "")
