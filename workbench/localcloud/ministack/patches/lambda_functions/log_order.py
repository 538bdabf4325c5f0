"""Function logs: ministack writes them from the function's thread; here the event loop does.

Those of our own processes are written already, line by line, when it is asked to.
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.ministack.functions.log_store import on_the_loop

WRITTEN = "written"
"""Says of an invocation's log that it is in the log group already."""


def install() -> None:
    """Take the place of the function that writes the lines of an invocation."""
    from ministack.services import lambda_svc

    emit = lambda_svc._emit_lambda_logs

    def emit_on_the_loop(*args: Any, **kwargs: Any) -> None:
        if kwargs.get("log_source") != WRITTEN:
            on_the_loop(lambda: emit(*args, **kwargs))

    lambda_svc._emit_lambda_logs = emit_on_the_loop
