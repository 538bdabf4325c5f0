"""The lines that Lambda itself writes to a function's log: START, END, REPORT and how it ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_ENDED = ("Runtime.ExitError", "Sandbox.Timedout")


def lines(config: Mapping[str, Any], request_id: str, result: Mapping[str, Any], body: Any) -> str:
    """The whole log of an invocation: what the function printed, between Lambda's lines.

    ``body`` is what the caller is answered.
    """
    answer, milliseconds = result["answer"], result["duration"] * 1000
    kind = str(answer["error"].get("errorType")) if answer["status"] == "failed" else ""
    found = [f"START RequestId: {request_id} Version: {config.get('Version') or '$LATEST'}"]
    found += result["log"].splitlines()
    if kind in _ENDED and isinstance(body, Mapping):
        message = str(body["errorMessage"])
        if kind == "Sandbox.Timedout":
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            message = f"{stamp} {request_id} {message.partition(' Error: ')[2] or message}"
        found += [message, *([kind] if kind == "Runtime.ExitError" else [])]
    report = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(milliseconds)} ms",
        f"Memory Size: {config.get('MemorySize') or 128} MB",
        f"Max Memory Used: {result['megabytes']} MB",
    ]
    if result["loading"]:
        report.append(f"Init Duration: {result['loading'] * 1000:.2f} ms")
    if kind == "Sandbox.Timedout":
        report.append("Status: timeout")
    elif kind:
        report.append(f"Status: error\tError Type: {kind}")
    return "\n".join([*found, f"END RequestId: {request_id}", "\t".join(report)])
