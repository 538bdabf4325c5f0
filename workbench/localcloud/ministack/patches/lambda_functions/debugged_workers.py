"""Workers under a debugger: ministack starts a process at the next invocation, a debugger waits.

When the code or the settings change, the new process is there at once, on the same port. A deleted
function's debugger is forgotten.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench import debug_clock
from workbench.function_process.answers import end
from workbench.localcloud.ministack.functions import debugging, process
from workbench.localcloud.ministack.patches.lambda_functions.named import arn_of, function_named

_logger = logging.getLogger("lambda_runtime")


class NotDebuggedError(Exception):
    """The function cannot be put under a debugger."""


def install() -> None:
    """Take part where workers are thrown away."""
    from ministack.services import lambda_svc

    invalidate = lambda_svc.invalidate_worker

    def invalidate_worker(
        func_name: str, qualifier: str | None = None, *place: Any, **more: Any
    ) -> None:
        arn = arn_of(func_name)
        if qualifier is None:
            debugging.remove(arn)
        invalidate(func_name, qualifier, *place, **more)
        if qualifier == "$LATEST" and any(each.arn == arn for each in debugging.every()):
            context = contextvars.copy_context()
            threading.Thread(
                target=lambda: context.run(_start, func_name), name="debugged", daemon=True
            ).start()

    lambda_svc.invalidate_worker = invalidate_worker


def turn_on(arn: str, root: Path, debugpy: str) -> dict[str, Any]:
    """Restart the function under a debugger; its address, and what kept it from loading, if so.

    Blocks. Raises NotDebuggedError.
    """
    with _place(arn) as name:
        runtime = str((function_named(name).get("config") or {}).get("Runtime") or "")
        if not function_named(name):
            raise NotDebuggedError(f"Function not found: {arn}")
        if not runtime.startswith(("nodejs", "python")):
            raise NotDebuggedError(f"There is no debugger for {runtime or 'container images'}.")
        if runtime.startswith("python") and not debugpy:
            raise NotDebuggedError("debugpy is not installed.")
        debugged = debugging.add(debugging.Debugged(arn, runtime, root, debugpy))
        _forget_workers(name)
        problem = _start(name)
    return {**debugged.address(), "problem": problem}


def turn_off(arn: str) -> bool:
    """Restart the function without a debugger; whether it had one. Blocks."""
    with _place(arn) as name:
        was_on = debugging.remove(arn)
        if was_on:
            _forget_workers(name)
    return was_on


@contextlib.contextmanager
def _place(arn: str) -> Iterator[str]:
    """The account and region of an ARN as those of this thread; the function's name."""
    from ministack.core.responses import request_scope

    parts = arn.split(":")
    if len(parts) != 7:
        raise NotDebuggedError(f"{arn} is not the ARN of a function.")
    with request_scope(parts[4], parts[3]):
        yield parts[6]


def _forget_workers(name: str) -> None:
    from ministack.core import lambda_runtime
    from ministack.core.responses import get_account_id, get_region

    lambda_runtime.invalidate_worker(name, "$LATEST", get_account_id(), get_region())


def _start(name: str) -> str:
    """Start the function's process now; what kept it from loading, "" if nothing did."""
    from ministack.core import lambda_runtime

    record = function_named(name)
    config = record.get("config") or {}
    debugged = debugging.of(config)
    if debugged is None or not record.get("code_zip"):
        return ""
    with debug_clock.held(), debugged.turn:
        worker, _ = lambda_runtime.acquire_worker(name, config, record["code_zip"])
        try:
            with worker._lock:
                if worker._proc is None or worker._proc.poll() is not None:
                    process.start(worker)
        except (process.FunctionFailedError, OSError, RuntimeError, ValueError) as error:
            _logger.warning("%s could not be loaded under a debugger: %s", name, error)
            end(worker)
            return str(error)
        finally:
            lambda_runtime.release_worker(worker)
    return ""
