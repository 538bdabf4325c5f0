"""Writes a function's log events to CloudWatch Logs: the one place where that happens.

A process has a stream of its own, as an execution environment has on AWS. Writes happen on the
event loop: from another thread, a request that walks over the group's streams fails. The events
are there before the function's answer is: both are passed to the loop in this order.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workbench.function_process.log_pipe import LogEvent


def new_stream(config: Mapping[str, Any]) -> str:
    """The name for the stream of a process that begins now."""
    from ministack.core.responses import new_uuid

    version = str(config.get("Version") or "$LATEST")
    return f"{datetime.now(UTC):%Y/%m/%d}/[{version}]{new_uuid().replace('-', '')}"


def group_of(config: Mapping[str, Any]) -> str:
    """The log group that the function writes to."""
    named = (config.get("LoggingConfig") or {}).get("LogGroup")
    return str(named or f"/aws/lambda/{config.get('FunctionName')}")


def append(config: Mapping[str, Any], stream: str, events: Sequence[LogEvent]) -> None:
    """Add the events to the function's group; both are made if missing. Safe from any thread."""
    if events:
        on_the_loop(lambda: _append(group_of(config), stream, events))


def on_the_loop(write: Callable[[], None]) -> None:
    """Run ``write`` on the event loop, with this thread's account and region."""
    import ministack.app

    loop = ministack.app._MAIN_LOOP
    if loop is None or loop.is_closed() or _runs_here(loop):
        write()
        return
    loop.call_soon_threadsafe(write, context=contextvars.copy_context())


def _append(group_name: str, stream_name: str, events: Sequence[LogEvent]) -> None:
    from ministack.services import cloudwatch_logs as logs

    now = int(time.time() * 1000)
    group = logs._log_groups.get(group_name)
    if group is None:
        group = logs._log_groups[group_name] = {
            "arn": logs._make_group_arn(group_name), "creationTime": now, "retentionInDays": None,
            "tags": {}, "subscriptionFilters": {}, "streams": {},
        }  # fmt: skip
    stream = group["streams"].setdefault(
        stream_name,
        {
            "events": [], "uploadSequenceToken": "1", "creationTime": now,
            "firstEventTimestamp": None, "lastEventTimestamp": None, "lastIngestionTime": None,
        },
    )  # fmt: skip
    stored = [{"timestamp": each.at, "message": each.text, "ingestionTime": now} for each in events]
    logs._append_log_events(stream, stored)
    logs._fanout_to_subscription_filters(group_name, stream_name, stored)
    logs._fanout_to_live_tail_sessions(group_name, stream_name, stored)


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
