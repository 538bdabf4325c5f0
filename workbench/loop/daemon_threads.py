"""Runs blocking calls beside the loop, in threads that never hold up the end of the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], name: str) -> T:
    """Return the call's result. If the caller is cancelled, the call runs on, its result is lost.

    ``asyncio.to_thread`` would do, but its threads are joined when Python ends: Ctrl-C during a
    CloudFormation deployment would hang until that is over.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001 - handed to the caller, whatever it is
            error = raised
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:  # the loop has closed: nobody waits any more
            return

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future


def run_beside(call: Callable[[], object], name: str) -> None:
    """Start a call that only makes a later one faster: whoever needs it meets its error, too."""

    def run() -> None:
        with suppress(Exception):
            call()

    threading.Thread(target=run, name=name, daemon=True).start()
