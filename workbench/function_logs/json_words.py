"""A JSON log line as one reads it: its message, its other members, its stack trace in lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from workbench.function_logs.records import LogRecord

_TOLD: Final = {"timestamp", "level", "requestId", "AWSRequestId", "message"}
"""Members that are shown otherwise, or are the same for all of an invocation."""


def shown_text(record: LogRecord) -> str:
    """What a line says, in one line or several."""
    return record.text if record.data is None else json_words(record.text, record.data)


def json_words(message: str, data: Mapping[str, Any]) -> str:
    """The message, then the other members."""
    rest = {name: value for name, value in data.items() if name not in _TOLD}
    shown = message if "message" in data else ""
    trace = rest.pop("stackTrace", None) or rest.pop("stack", None)
    words = [shown] if shown else []
    words += [f"{name}={_value(value)}" for name, value in rest.items()]
    text = "  ".join(words)
    if isinstance(trace, list):
        text += "".join(f"\n{str(each).rstrip()}" for each in trace)
    elif trace:
        text += f"\n{trace}"
    return text


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
