"""The playground's tabs: which are open, which one is in front, and their file on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from screens.playground.callbacks import StartWorker
from screens.playground.tab_state import WELCOME, TabState
from workbench.playground.saved_tabs import SavedTab, SavedTabs, load_tabs, save_tabs

SAVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TabContent:
    """What to open in a tab; ``run_as`` is None if the tab's caller stays."""

    text: str
    variables: str = ""
    file: str = ""
    run_as: str | None = None


class Tabs:
    """The open tabs, at least one; one of them is in front. No I/O."""

    def __init__(self) -> None:
        self.all: list[TabState] = [TabState(1, WELCOME)]
        self.active = self.all[0]

    def restore(self, saved: SavedTabs) -> None:
        """Open the saved tabs, if there are any."""
        if not saved.tabs:
            return
        self.all = [
            TabState(each.id, each.text, each.variables, each.run_as, each.file, each.cursor)
            for each in saved.tabs
        ]
        self.active = next((each for each in self.all if each.id == saved.active), self.all[0])

    def as_saved(self) -> SavedTabs:
        """The tabs as they are written to disk."""
        tabs = tuple(
            SavedTab(
                id=each.id,
                text=each.text,
                variables=each.variables,
                run_as=each.run_as,
                file=each.file,
                cursor=each.cursor,
            )
            for each in self.all
        )
        return SavedTabs(tabs=tabs, active=self.active.id)

    def add(self) -> None:
        """Open an empty tab behind the one in front, with the same caller."""
        used = {each.id for each in self.all}
        tab = TabState(min(set(range(1, len(used) + 2)) - used), run_as=self.active.run_as)
        self.all.insert(self.all.index(self.active) + 1, tab)
        self.active = tab

    def open(self, content: TabContent) -> None:
        """Open it in a tab of its own, or in the one in front if nothing is written there."""
        if self.active.text.strip() and not self.active.is_untouched:
            self.add()
        tab = self.active
        tab.text, tab.variables = content.text, content.variables
        tab.file, tab.cursor = content.file, 0
        if content.run_as is not None:
            tab.run_as = content.run_as

    def close(self) -> None:
        """Close the tab in front."""
        at = self.all.index(self.active)
        self.all.remove(self.active)
        if not self.all:
            self.all.append(TabState(1, WELCOME))
        self.active = self.all[min(at, len(self.all) - 1)]

    def step(self, step: int) -> None:
        """Bring a neighbour to the front, around the ends."""
        self.active = self.all[(self.all.index(self.active) + step) % len(self.all)]

    def go_to(self, tab: int) -> None:
        """Bring a tab to the front."""
        self.active = next((each for each in self.all if each.id == tab), self.active)


class TabStorage:
    """Reads the tabs of a folder, and writes them within a second after a change."""

    def __init__(
        self, folder: Path, tabs: Tabs, start: StartWorker, warn: Callable[[str], object]
    ) -> None:
        self._folder = folder
        self._tabs = tabs
        self._start = start
        self._warn = warn
        self._is_due = False

    async def load(self) -> None:
        """Open the tabs of the last time."""
        saved, warning = await asyncio.to_thread(load_tabs, self._folder)
        if warning:
            self._warn(warning)
        self._tabs.restore(saved)

    def save_soon(self) -> None:
        """Write all tabs within a second, however long the typing goes on."""
        if not self._is_due:
            self._is_due = True
            self._start(self._save_later(), group="save")

    async def _save_later(self) -> None:
        await asyncio.sleep(SAVE_SECONDS)
        self._is_due = False
        try:
            await asyncio.to_thread(save_tabs, self._folder, self._tabs.as_saved())
        except OSError as error:
            self._not_saved(error)

    def save_now(self) -> None:
        """Write all tabs at once: some kilobytes, when the screen goes away."""
        try:
            save_tabs(self._folder, self._tabs.as_saved())
        except OSError as error:
            self._not_saved(error)

    def _not_saved(self, error: OSError) -> None:
        self._warn(f"Could not save the tabs: {error.strerror}")
