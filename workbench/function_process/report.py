"""The events that Lambda itself writes to a function's log: START, END, REPORT and how it ended.

As text, or as JSON where the function's ``LoggingConfig`` says so.
Source: Lambda Developer Guide, "Configuring advanced logging controls for Lambda functions".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.function_process.log_pipe import LogEvent, now


@dataclass(frozen=True, slots=True)
class Run:
    """How an invocation went: its answer, and what it took, in seconds and megabytes."""

    answer: Mapping[str, Any]
    duration: float
    loading: float
    megabytes: int


ENDED = ("Runtime.ExitError", "Runtime.OutOfMemory", "Sandbox.Timedout")
"""Types of failures that end a process; their messages name the request."""

_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")


def is_json(config: Mapping[str, Any]) -> bool:
    """Whether the function's log is to be JSON."""
    return str((config.get("LoggingConfig") or {}).get("LogFormat")).upper() == "JSON"


def level(config: Mapping[str, Any], of: str) -> str:
    """The lowest level that ``ApplicationLogLevel`` or ``SystemLogLevel`` lets through."""
    return str((config.get("LoggingConfig") or {}).get(of) or "INFO").upper()


def start(config: Mapping[str, Any], request_id: str) -> list[LogEvent]:
    """What begins an invocation's log."""
    version = str(config.get("Version") or "$LATEST")
    if is_json(config):
        return _record(config, "INFO", "start", {"requestId": request_id, "version": version})
    return [LogEvent(now(), f"START RequestId: {request_id} Version: {version}")]


def end(config: Mapping[str, Any], request_id: str, run: Run) -> list[LogEvent]:
    """What ends an invocation's log."""
    milliseconds = run.duration * 1000
    error = run.answer["error"] if run.answer["status"] == "failed" else {}
    kind = str(error.get("errorType") or "")
    status = "timeout" if kind == "Sandbox.Timedout" else "error" if kind else "success"
    metrics: dict[str, Any] = {
        "durationMs": round(milliseconds, 3),
        "billedDurationMs": math.ceil(milliseconds),
        "memorySizeMB": int(config.get("MemorySize") or 128),
        "maxMemoryUsedMB": run.megabytes,
    }
    if run.loading:
        metrics["initDurationMs"] = round(run.loading * 1000, 3)
    if is_json(config):
        record = {"requestId": request_id, "metrics": metrics, "status": status}
        if kind and status == "error":
            record["errorType"] = kind
        done = {
            "requestId": request_id, "status": status,
            "metrics": {"durationMs": metrics["durationMs"]},
        }  # fmt: skip
        rank = "ERROR" if kind else ""
        return [
            *_record(config, rank or "DEBUG", "runtimeDone", done),
            *_record(config, rank or "INFO", "report", record),
        ]
    lines = [*_why_ended(kind, request_id, error), f"END RequestId: {request_id}"]
    report = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {metrics['billedDurationMs']} ms",
        f"Memory Size: {metrics['memorySizeMB']} MB",
        f"Max Memory Used: {metrics['maxMemoryUsedMB']} MB",
    ]
    if run.loading:
        report.append(f"Init Duration: {metrics['initDurationMs']:.2f} ms")
    if status != "success":
        report.append(f"Status: {status}")
    if status == "error":
        report.append(f"Error Type: {kind}")
    at = now()
    return [LogEvent(at, line) for line in (*lines, "\t".join(report))]


def _why_ended(kind: str, request_id: str, error: Mapping[str, Any]) -> list[str]:
    if kind not in ENDED:
        return []
    message = str(error["errorMessage"])
    if kind == "Sandbox.Timedout":
        why = message.partition(" Error: ")[2] or message
        return [f"{_stamp()} {request_id} {why}"]
    return [message, kind]


def _record(
    config: Mapping[str, Any], rank: str, kind: str, record: Mapping[str, Any]
) -> list[LogEvent]:
    if _LEVELS.index(rank) < _LEVELS.index(level(config, "SystemLogLevel")):
        return []
    told = {"time": _stamp(), "type": f"platform.{kind}", "record": record}
    return [LogEvent(now(), json.dumps(told))]


def _stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
