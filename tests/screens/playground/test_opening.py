"""The playground is opened: with a caller, again after a failure, and its schema read again."""

from __future__ import annotations

from tests.screens.playground.held_api import SCHEMA_REQUEST
from tests.screens.playground.held_playground import HeldPlayground
from tests.screens.settling import until


async def test_a_caller_of_another_pane_is_taken_at_the_first_opening_and_later(
    held: HeldPlayground,
) -> None:
    async with held.app() as (pilot, _):
        screen = await held.show_ready("user:ann")
        assert screen.workspace.tabs.active.run_as == "user:ann"
        await pilot.press("ctrl+t")
        await held.show("user:bob")
        await until(
            pilot, lambda: screen.workspace.tabs.active.run_as == "user:bob", "the other caller"
        )
        assert [each.run_as for each in screen.workspace.tabs.all] == ["user:ann", "user:bob"]


async def test_the_schema_is_read_again_by_its_key(held: HeldPlayground) -> None:
    async with held.app() as (pilot, _):
        await held.show_ready()
        assert held.api.arrived == [SCHEMA_REQUEST]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: held.api.arrived == [SCHEMA_REQUEST] * 2, "the second reading")
