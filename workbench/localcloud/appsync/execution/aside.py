"""Runs what takes long in a thread: pure Python, which gives the event loop its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from workbench.localcloud.interpreter_switching import sharing

_P = ParamSpec("_P")
_T = TypeVar("_T")

LARGE = 8 * 1024
"""Characters of a query or a request that take longer than a few milliseconds."""

# Few, for each takes its share of the interpreter from the loop.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="graphql")


async def aside(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What the function gives, or raises."""
    loop = asyncio.get_running_loop()
    with sharing():
        return await loop.run_in_executor(_threads, lambda: function(*args, **kwargs))
