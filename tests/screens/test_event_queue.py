"""The way of events from the engine's threads to the screen's loop."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Sequence

from screens.event_queue import Feed
from workbench.model.events import AnyEvent, LogLine, LoopState, StateChanged

_PLACE: contextvars.ContextVar[str] = contextvars.ContextVar("place")


def test_events_from_a_thread_are_received_in_the_openers_context() -> None:
    """Textual finds its app in a context variable; a thread's own context has none."""
    places: list[str] = []

    async def run() -> None:
        received = asyncio.Event()

        def receive(events: Sequence[AnyEvent], _: Sequence[LogLine], __: int) -> None:
            places.extend(_PLACE.get("nowhere") for _event in events)
            received.set()

        _PLACE.set("the app's loop")
        feed = Feed(receive)
        feed.open()
        # The second comes within the first one's frame, so it takes the delayed way.
        for _ in range(2):
            received.clear()
            event = StateChanged(at=time.time(), state=LoopState.WATCHING)
            thread = threading.Thread(target=feed.emit, args=(event,))
            thread.start()
            thread.join()
            await asyncio.wait_for(received.wait(), 5)
        feed.close()

    asyncio.run(run())
    assert places == ["the app's loop", "the app's loop"]
