"""The lines of a function's log event, and how much each matters."""

from __future__ import annotations

import json
import re
from typing import Final

from workbench.model.events import Level

_LIFE_CYCLE: Final = re.compile(
    r"(?:INIT_START|START|END|EXTENSION|LOGS) (?:RequestId:|Runtime|Name)"
)
_ERROR: Final = re.compile(
    r"\tERROR\t|^\[ERROR\]|^\S+ \S+ Task timed out after |\tUncaught Exception|^Runtime\.\w+$"
    r"|\tUnhandled Promise Rejection|^RequestId: \S+ Error: "
)
_WARNING: Final = re.compile(r"\tWARN\t|^\[WARN(?:ING)?\]")
_JSON_LEVELS: Final = {
    "TRACE": Level.DEBUG,
    "DEBUG": Level.DEBUG,
    "WARN": Level.WARNING,
    "WARNING": Level.WARNING,
    "ERROR": Level.ERROR,
    "FATAL": Level.ERROR,
    "CRITICAL": Level.ERROR,
}


def level_of(message: str) -> Level:
    """Debug for what Lambda says of its own, else what the runtime's format says."""
    if message.startswith("{"):
        return _json_level(message)
    if _LIFE_CYCLE.match(message):
        return Level.DEBUG
    if _ERROR.search(message):
        return Level.ERROR
    return Level.WARNING if _WARNING.search(message) else Level.INFO


def _json_level(message: str) -> Level:
    try:
        content = json.loads(message)
    except ValueError:
        return Level.INFO
    if not isinstance(content, dict):
        return Level.INFO
    if str(content.get("type", "")).startswith("platform."):
        if content["type"] != "platform.report":
            return Level.DEBUG
        record = content.get("record")
        status = record.get("status", "success") if isinstance(record, dict) else "success"
        return Level.INFO if status == "success" else Level.ERROR
    # An error that ended a Python function has its level by another name.
    level = content.get("level") or content.get("log_level") or ""
    return _JSON_LEVELS.get(str(level).upper(), Level.INFO)
