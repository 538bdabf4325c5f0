"""Waiting for what a test needs to see, never for a time that should be enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.sandbox.screen import SandboxScreen
from tests.screens.scripted import ScriptedStarter
from workbench.model.events import AnyEvent


async def until(pilot: Pilot[None], holds: Callable[[], object], what: str = "") -> None:
    """Wait until something holds; at most 10 s, on any machine."""
    for _ in range(500):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.02)
    raise AssertionError(f"never came: {what or holds}")


async def sandbox_screen(
    pilot: Pilot[None], starter: ScriptedStarter, events: Iterable[AnyEvent] = ()
) -> SandboxScreen:
    """Wait for the sandbox screen, feed the events, wait until they are shown."""
    app = pilot.app
    assert isinstance(app, WorkbenchApp)
    await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox screen")
    screen = app.screen
    assert isinstance(screen, SandboxScreen)
    await until(pilot, lambda: app.sandbox is screen, "the hand-over of events")
    given = list(events)
    for event in given:
        app.feed.emit(event)
    await until(pilot, lambda: app.feed.is_drained, "the feed")
    await pilot.pause()
    return screen
