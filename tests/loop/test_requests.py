"""What is asked of the loop becomes one deployment, and wakes whoever waits for it."""

from __future__ import annotations

import asyncio

from workbench.loop.requests import Requests, cancel, merge
from workbench.model.events import Trigger


def test_triggers_merge_into_the_weightier_one() -> None:
    merged = merge(Trigger("branch", ("a", "b")), Trigger("save", ("b", "c")))
    assert merged == Trigger("branch", ("a", "b", "c"))
    recreate = merge(Trigger("recreate"), Trigger("save", ("a",)))
    assert recreate == Trigger("recreate", ("a",))


async def test_many_requests_are_one() -> None:
    asked = Requests()
    assert asked.take() is None
    asked.put(Trigger("save", ("a",)))
    asked.put(Trigger("manual"))
    assert asked.take() == Trigger("save", ("a",))
    assert asked.take() is None


async def test_a_cancelled_deployment_is_asked_for_again_before_what_cancelled_it() -> None:
    asked = Requests()
    asked.put(Trigger("save", ("b",)))
    asked.put_back(Trigger("start", ("a",)))
    assert asked.take() == Trigger("save", ("a", "b"))


async def test_only_changes_supersede() -> None:
    asked = Requests()
    asked.put(Trigger("manual"))
    asked.ask_to_recreate()
    assert not asked.supersedes
    asked.put(Trigger("save", ("a",)))
    assert asked.supersedes


async def test_every_waiter_wakes_when_its_condition_holds() -> None:
    asked = Requests()
    stopped = asyncio.create_task(asked.until(lambda: asked.stopping))
    saved = asyncio.create_task(asked.until(lambda: asked.waiting is not None))
    await asyncio.sleep(0)
    asked.put(Trigger("save"))
    await asyncio.wait_for(saved, 10)
    assert not stopped.done()
    asked.stop()
    await asyncio.wait_for(stopped, 10)


async def test_a_finished_task_ends_the_wait_and_is_not_cancelled() -> None:
    asked = Requests()

    async def work() -> int:
        return 3

    task = asyncio.create_task(work())
    await asyncio.wait_for(asked.until(lambda: asked.stopping, task), 10)
    await cancel(task, None)
    assert task.result() == 3


async def test_all_is_served_when_the_loop_rests_with_nothing_asked_for() -> None:
    asked = Requests()
    served = asyncio.create_task(asked.served())
    asked.put(Trigger("save"))
    asked.rest()
    await asyncio.sleep(0)
    assert not served.done()
    asked.take()
    asked.rest()
    await asyncio.wait_for(served, 10)
