"""Function logs: ministack writes them from the function's thread; here the event loop does.

Otherwise a request that walks over the group's log streams fails. The lines are there before the
function's answer is, as on AWS: both are passed to the loop in this order.
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
