"""The app ends while the playground is at work: nothing of it raises."""

from __future__ import annotations

import pytest

from tests.screens.playground.conftest import Open

pytestmark = pytest.mark.npm


@pytest.mark.parametrize("seconds", [0, 0.14, 0.15, 0.16, 0.17])
async def test_the_app_ends_during_a_check(playground: Open, seconds: float) -> None:
    async with playground() as play:
        await play.write("{ listKeyeds { items { text } } }")
        await play.pilot.pause(seconds)
        play.screen.checking.check()
        play.screen.connection.anew()
