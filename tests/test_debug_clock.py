from __future__ import annotations

import asyncio

import pytest

from workbench import debug_clock


async def test_a_time_limit_counts_no_time_in_which_a_debugger_may_hold_a_function() -> None:
    with pytest.raises(TimeoutError):
        async with debug_clock.limited(0.01):
            await asyncio.Event().wait()
    with debug_clock.held():
        before = debug_clock.now()
        with debug_clock.held():
            async with debug_clock.limited(0.01):
                await asyncio.sleep(0.02)
        assert debug_clock.now() == before
    assert debug_clock.now() < before + 60
