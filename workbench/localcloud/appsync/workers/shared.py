"""The one evaluator of an event loop, for the data plane and for evaluation calls."""

from __future__ import annotations

import asyncio
import weakref

from workbench.localcloud.appsync.workers.evaluator import Evaluator

_evaluators: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Evaluator] = (
    weakref.WeakKeyDictionary()
)


def evaluator() -> Evaluator:
    """The running loop's evaluator, made on first use."""
    loop = asyncio.get_running_loop()
    found = _evaluators.get(loop)
    if found is None:
        found = _evaluators[loop] = Evaluator()
    return found


def close_evaluator() -> None:
    """End the running loop's workers, if it has any."""
    found = _evaluators.pop(asyncio.get_running_loop(), None)
    if found is not None:
        found.close()
