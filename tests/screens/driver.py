"""Drives an app by its keys; the drivers of the panes' tests add what their pane needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from screens.app import WorkbenchApp
from screens.dialogs.picker_screen import PickerScreen
from tests.screens.settling import until


@dataclass
class Driver:
    """One app in a test; what it copies is kept in ``copied``."""

    pilot: Pilot[None]
    app: WorkbenchApp
    copied: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.app.shell.copy = lambda text, what: self.copied.append(text)  # type: ignore[method-assign]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        await until(self.pilot, holds, what)

    async def until_on(self, kind: type[Screen[Any]]) -> None:
        """Wait until a screen of this kind is in front."""
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)

    async def pick(self, text: str) -> None:
        """Search in the picker that opens, and take the first row."""
        await self.until_on(PickerScreen)
        dialog = self.app.screen
        dialog.query_one(Input).value = text
        await self.pilot.pause()
        await self.press("enter")
        await self.until(lambda: self.app.screen is not dialog, "its end")
