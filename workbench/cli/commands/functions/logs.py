"""``amplify-tui functions logs``: what functions have logged, and what they log from now on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from workbench.cli.colours import Paint
from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.output import err, out, out_json_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.cli.parser import Actions
    from workbench.function_logs.log_feed import FunctionLine
    from workbench.functions.backend_functions import BackendFunction
    from workbench.functions.open_functions import OpenedFunctions

_LEVELS: Final = ("debug", "info", "warning", "error")
_SINCE: Final = "15m"
_FOLLOWED_SINCE: Final = "0s"


def register(actions: Actions) -> None:
    """Add the sub-command."""
    logs = add_functions_action(actions, "logs", "what the functions log", _run)
    logs.add_argument("names", nargs="*", metavar="NAME", help="these alone (default: all)")
    logs.add_argument(
        "--follow", "-f", action="store_true", help="go on with what is logged, until Ctrl-C"
    )
    logs.add_argument(
        "--since",
        metavar="TIME",
        help=f"begin so long ago: 90s, 5m, 2h, 1d (default: {_SINCE}; with --follow: now)",
    )
    logs.add_argument("--level", choices=_LEVELS, default="debug", help="the lowest level shown")
    logs.add_argument("--grep", default="", metavar="TEXT", help="only lines with this text")
    logs.add_argument(
        "--all", action="store_true", help="also functions that serve custom resources"
    )


def _run(arguments: argparse.Namespace) -> int:
    import time

    from workbench.function_logs.since import seconds_back
    from workbench.functions.open_functions import named

    since = arguments.since or (_FOLLOWED_SINCE if arguments.follow else _SINCE)
    start = int((time.time() - seconds_back(since)) * 1000)
    opened = opened_functions(arguments)
    functions = opened.functions()
    if arguments.names:
        chosen = [named(functions, name) for name in arguments.names]
    else:
        chosen = [each for each in functions if arguments.all or not each.is_internal]
    printer = _Printer(arguments, max((len(each.name) for each in chosen), default=0))
    if arguments.follow:
        return _follow(opened, chosen, start, printer)
    printer.show(_read(opened, chosen, start))
    return 0


def _read(
    opened: OpenedFunctions, chosen: Sequence[BackendFunction], start: int
) -> list[FunctionLine]:
    """Everything since then, in the order of time."""
    from workbench.function_logs.log_feed import FunctionLine
    from workbench.function_logs.records import record_of
    from workbench.function_logs.tail import Tail
    from workbench.functions.open_functions import ask

    found = []
    for function in chosen:
        tail = Tail(function.log_group, start)
        events = ask(lambda tail=tail: tail.read(opened.clients.logs), "CloudWatch")  # type: ignore[misc]
        while tail.is_behind:
            events += ask(lambda tail=tail: tail.read(opened.clients.logs), "CloudWatch")  # type: ignore[misc]
        found += [FunctionLine(function.name, record_of(each)) for each in events]
    return sorted(found, key=lambda each: each.record.at)


def _follow(
    opened: OpenedFunctions, chosen: Sequence[BackendFunction], start: int, printer: _Printer
) -> int:
    import queue

    from workbench.function_logs.log_feed import FollowedLog, LogFeed
    from workbench.functions.open_functions import problem_of

    arrived: queue.Queue[Sequence[FunctionLine] | str] = queue.Queue()

    def problem(error: Exception | None) -> None:
        if error is not None:
            arrived.put(f"The logs are not read now: {problem_of(error, 'CloudWatch').what}")

    def polls(error: Exception) -> None:
        why = problem_of(error, "Live Tail").what
        arrived.put(f"Lines come some seconds late: {why}")

    feed = LogFeed(
        opened.clients.logs,
        arrived.put,
        problem,
        start=start,
        is_local=opened.clients.is_local,
        on_polling=polls,
        live=lambda: opened.clients.impatient("logs", 1),
    )
    feed.follow([FollowedLog(each.name, each.log_group, each.log_group_arn) for each in chosen])
    try:
        while True:
            came = arrived.get()
            if isinstance(came, str):
                err(Paint.of(sys.stderr).warn(came))
            else:
                printer.show(came)
    finally:
        feed.close()


class _Printer:
    """Prints lines of the wanted level and text, as people or programs read them."""

    def __init__(self, arguments: argparse.Namespace, width: int) -> None:
        self._json = bool(arguments.json)
        self._lowest = _LEVELS.index(arguments.level)
        self._text = str(arguments.grep).casefold()
        self._width = width
        self._paint = Paint.of(sys.stdout)
        self._requests: dict[str, str] = {}
        """By log stream: what a line without a request id belongs to."""

    def show(self, lines: Sequence[FunctionLine]) -> None:
        import json

        from workbench.function_logs.records import RecordKind

        for line in lines:
            record = line.record
            if record.request:
                self._requests[record.stream] = record.request
            is_own = record.kind is RecordKind.LINE
            if is_own and _LEVELS.index(record.level.value) < self._lowest:
                continue
            if not is_own and (self._lowest > 0 or record.report is None):
                continue
            if self._text and self._text not in record.text.casefold():
                continue
            if self._json:
                request = record.request or self._requests.get(record.stream, "")
                out_json_text(json.dumps(_document(line, request)), flush=True)
            else:
                self._print(line)

    def _print(self, line: FunctionLine) -> None:
        from datetime import datetime

        from workbench.function_logs.json_words import shown_text
        from workbench.function_logs.log_book import report_text
        from workbench.model.events import Level

        record, paint = line.record, self._paint
        clock = f"{datetime.fromtimestamp(record.at / 1000):%H:%M:%S.%f}"[:-3]
        head = f"{paint.faint(clock)} {line.function:<{self._width}} "
        if record.report is not None:
            words = paint.faint(f"{record.request[:8]}  {report_text(record.report)}")
            out(f"{head} {words}", flush=True)
            return
        tone = {Level.ERROR: paint.bad, Level.WARNING: paint.warn}.get(record.level, str)
        first, *rest = shown_text(record).split("\n")
        out(f"{head} {tone(first)}", *(f"    {tone(each)}" for each in rest), flush=True)


def _document(line: FunctionLine, request: str) -> dict[str, Any]:
    from dataclasses import asdict
    from datetime import UTC, datetime

    record = line.record
    at = datetime.fromtimestamp(record.at / 1000, UTC).isoformat(timespec="milliseconds")
    found: dict[str, Any] = {
        "at": at.replace("+00:00", "Z"),
        "function": line.function,
        "kind": record.kind.value,
        "level": record.level.value,
        "request": request,
        "text": record.text,
    }
    if record.data is not None:
        found["data"] = record.data
    if record.report is not None:
        found["report"] = asdict(record.report)
    return found
