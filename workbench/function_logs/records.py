"""What a function's log event is: a line of the function's own, or Lambda's word on a run.

Lambda writes START, END and REPORT (or ``platform.*`` records in JSON) around what the function
prints. Source: Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs" and
"Configuring advanced logging controls".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from workbench.function_logs.lines import level_of
from workbench.function_logs.log_events import LogEvent
from workbench.model.events import Level

_ID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NODE: Final = re.compile(rf"(\d{{4}}-\S+Z)\t({_ID}|undefined)\t([A-Z]+)\t")
_PYTHON: Final = re.compile(rf"\[([A-Z]+)\]\t(\d{{4}}-\S+Z)\t({_ID})?\t")
_LIFE_CYCLE: Final = re.compile(rf"(START|END|REPORT) RequestId: ({_ID})\s*")
_INIT: Final = re.compile(r"INIT_START |INIT_REPORT |EXTENSION\t|TELEMETRY\t|LOGS\t")
_THROWN: Final = re.compile(
    r"(Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\s+(\{.*\})\s*$", re.DOTALL
)
_LATE: Final = re.compile(rf"^\S+Z ({_ID}) (Task timed out after .*)", re.DOTALL)
_EXITED: Final = re.compile(rf"^RequestId: ({_ID}) Error: ")
_MEASURE: Final = re.compile(r"([A-Z][A-Za-z ]+): ([^\t\n]+)")
_COLD: Final = "Init Duration"


class RecordKind(StrEnum):
    """Whose record it is: a line is the function's own, the others are Lambda's."""

    LINE = "line"
    START = "start"
    END = "end"
    REPORT = "report"
    INIT = "init"


@dataclass(frozen=True, slots=True)
class Report:
    """What Lambda says of a finished run: milliseconds and MB; ``loading`` is 0 for a warm one.

    ``status`` is "" for success, else ``timeout`` or ``error``.
    """

    duration: float
    billed: int
    memory: int
    used: int
    loading: float = 0.0
    status: str = ""
    error_type: str = ""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A log event, understood; ``at`` in milliseconds, ``request`` "" where it does not say.

    ``text`` is without the time, id and level that stand before it; several lines where the
    function printed several. ``data`` is a JSON line's content.
    """

    at: int
    stream: str
    kind: RecordKind
    text: str
    level: Level = Level.INFO
    request: str = ""
    report: Report | None = None
    data: Mapping[str, Any] | None = None


def record_of(event: LogEvent) -> LogRecord:
    """Understand an event; never fails: what is like nothing known is a line."""
    message = event.message.rstrip("\n\r")
    if message.startswith("{") and (found := _of_json(event, message)) is not None:
        return found
    if life := _LIFE_CYCLE.match(message):
        kind, request = RecordKind(life[1].lower()), life[2]
        report = _report(message) if kind is RecordKind.REPORT else None
        text = message[life.end() :].strip()
        return LogRecord(event.at, event.stream, kind, text, Level.DEBUG, request, report)
    if _INIT.match(message):
        return LogRecord(event.at, event.stream, RecordKind.INIT, message, Level.DEBUG)
    request, text = "", message
    if node := _NODE.match(message):
        request, text = node[2], message[node.end() :]
    elif python := _PYTHON.match(message):
        request, text = python[3] or "", message[python.end() :]
    elif late := _LATE.match(message):
        request, text = late[1], late[2]
    elif ended := _EXITED.match(message):
        request, text = ended[1], message[ended.end() :]
    if request == "undefined":
        request = ""
    text = _with_stack(text)
    return LogRecord(event.at, event.stream, RecordKind.LINE, text, level_of(message), request)


def _with_stack(text: str) -> str:
    """Node's runtime logs what a handler threw as JSON: its stack as lines instead."""
    found = _THROWN.match(text)
    if found is None:
        return text
    try:
        stack = json.loads(found[2]).get("stack")
    except (ValueError, AttributeError):
        return text
    if not isinstance(stack, list) or not stack:
        return text
    return f"{found[1]}: " + "\n".join(str(line) for line in stack)


def is_failure(record: LogRecord) -> bool:
    """Whether a line is how Lambda's runtimes log what a handler threw.

    Lambda's report tells of a time-out or an end of the process, not of that.
    """
    if record.level is not Level.ERROR:
        return False
    text = record.text
    return (
        text.startswith(("Invoke Error", "Uncaught Exception", "Unhandled Promise Rejection"))
        or "Traceback (most recent call last)" in text
        or (record.data is not None and "errorType" in record.data)
    )


def _of_json(event: LogEvent, message: str) -> LogRecord | None:
    try:
        data = json.loads(message)
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    kind, record = str(data.get("type") or ""), data.get("record")
    if kind.startswith("platform.") and isinstance(record, dict):
        return _of_platform(event, kind.removeprefix("platform."), record, message)
    shown = data.get("message")
    text = shown if isinstance(shown, str) else message
    if isinstance(shown, dict | list):
        text = json.dumps(shown, ensure_ascii=False)
    request = str(data.get("requestId") or data.get("AWSRequestId") or "")
    return LogRecord(
        event.at, event.stream, RecordKind.LINE, text, level_of(message), request, data=data
    )


def _of_platform(event: LogEvent, kind: str, record: Mapping[str, Any], message: str) -> LogRecord:
    request = str(record.get("requestId") or "")
    match kind:
        case "start":
            shown = f"Version: {record.get('version') or '$LATEST'}"
            return LogRecord(event.at, event.stream, RecordKind.START, shown, Level.DEBUG, request)
        case "report":
            return LogRecord(
                event.at,
                event.stream,
                RecordKind.REPORT,
                "",
                Level.DEBUG,
                request,
                _platform_report(record),
            )
        case "runtimeDone":
            return LogRecord(event.at, event.stream, RecordKind.END, "", Level.DEBUG, request)
    return LogRecord(event.at, event.stream, RecordKind.INIT, message, Level.DEBUG, request)


def _report(message: str) -> Report:
    found = {name.strip(): value.strip() for name, value in _MEASURE.findall(message)}
    return Report(
        duration=_amount(found.get("Duration")),
        billed=int(_amount(found.get("Billed Duration"))),
        memory=int(_amount(found.get("Memory Size"))),
        used=int(_amount(found.get("Max Memory Used"))),
        loading=_amount(found.get(_COLD)),
        status=found.get("Status", ""),
        error_type=found.get("Error Type", ""),
    )


def _platform_report(record: Mapping[str, Any]) -> Report:
    metrics = record.get("metrics")
    found: Mapping[str, Any] = metrics if isinstance(metrics, dict) else {}
    status = str(record.get("status") or "")
    return Report(
        duration=_amount(found.get("durationMs")),
        billed=int(_amount(found.get("billedDurationMs"))),
        memory=int(_amount(found.get("memorySizeMB"))),
        used=int(_amount(found.get("maxMemoryUsedMB"))),
        loading=_amount(found.get("initDurationMs")),
        status="" if status == "success" else {"failure": "error"}.get(status, status),
        error_type=str(record.get("errorType") or ""),
    )


def _amount(value: Any) -> float:
    """The number that a measure begins with; 0 where there is none."""
    number = re.match(r"\d+(?:\.\d+)?", str(value if value is not None else ""))
    return float(number[0]) if number else 0.0
