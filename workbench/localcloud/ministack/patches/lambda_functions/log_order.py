"""Writes a function's log where the log is read: on the server's event loop.

Mends: ministack adds a log stream from the thread in which the function ran, while a request may be
walking over the group's streams. The lines are there before the function's answer is: both are
handed to the loop in this order.
"""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any


def install() -> None:
    """Take the place of the function that writes the lines of an invocation."""
    import ministack.app
    from ministack.services import lambda_svc

    emit = lambda_svc._emit_lambda_logs

    def emit_on_the_loop(*args: Any, **kwargs: Any) -> None:
        loop = ministack.app._MAIN_LOOP
        if loop is None or loop.is_closed() or _runs_here(loop):
            emit(*args, **kwargs)
            return
        loop.call_soon_threadsafe(lambda: emit(*args, **kwargs), context=contextvars.copy_context())

    lambda_svc._emit_lambda_logs = emit_on_the_loop


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
