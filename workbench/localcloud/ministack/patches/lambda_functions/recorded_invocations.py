"""Invocations: ministack forgets them; here each is told with its event and result."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.functions.invocation_records import InvocationRecord

_told: list[Callable[[InvocationRecord], None]] = []


def install() -> None:
    """Look at each invocation where all kinds of runtimes have it in common."""
    from ministack.services import lambda_svc

    dispatch = lambda_svc._execute_function_dispatch

    def dispatch_and_tell(
        func: dict[str, Any], config: dict[str, Any], event: Any, request_id: str, started: float
    ) -> Any:
        result = dispatch(func, config, event, request_id, started)
        if _told:
            found = result if isinstance(result, dict) else {}
            record = InvocationRecord(
                function=str(config.get("FunctionName")),
                region=lambda_svc.get_region(),
                request=request_id,
                at=started,
                seconds=time.time() - started,
                event=event,
                result=found.get("body"),
                failed=bool(found.get("error")),
            )
            for tell in _told:
                tell(record)
        return result

    lambda_svc._execute_function_dispatch = dispatch_and_tell


def report_to(tell: Callable[[InvocationRecord], None]) -> None:
    """Tell of each invocation from now on; ``tell`` is called from the function's thread."""
    _told[:] = [tell]
