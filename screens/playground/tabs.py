"""The tabs on the screen: which one is in front, what it shows, and that nothing written is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import TextArea

from screens.playground.tab_state import Sheet, Sheets
from screens.playground.tab_strip import TabName, TabStrip
from workbench.playground.run_as import As
from workbench.playground.saved_tabs import save_workspace

if TYPE_CHECKING:
    from screens.playground.screen import PlaygroundScreen

SAVE_SECONDS = 1.0


class Desk:
    """Owns the sheets of one screen."""

    def __init__(self, screen: PlaygroundScreen, folder: Path) -> None:
        self._screen = screen
        self.sheets = Sheets(folder)
        self._is_save_due = False

    @property
    def sheet(self) -> Sheet:
        """The tab in front."""
        return self.sheets.active

    # -- showing ----------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the tab in front: its texts, and its results or its stream."""
        screen, sheet = self._screen, self.sheet
        with screen.prevent(TextArea.Changed):
            screen.query_editor.load_text(sheet.text)
            screen.variables_editor.load_text(sheet.variables)
        query = screen.query_editor
        query.move_cursor(query.place_of(min(sheet.cursor, len(sheet.text))))
        query.mark([])
        self.show_outcome()
        screen.checking.check()

    def show_outcome(self) -> None:
        """Show what the last run of the tab in front brought."""
        screen, sheet = self._screen, self.sheet
        pane, other = screen.result_pane, screen.other_pane
        pane.search("")
        self.show_panes()
        if sheet.stream is not None:
            pane.show_stream(sheet.stream)
        elif sheet.outcomes:
            for outcome, place in zip(sheet.outcomes, (pane, other), strict=False):
                place.show_outcome(outcome)
        else:
            pane.show_nothing()
        if sheet.problem:
            pane.show_problem(sheet.problem, over=bool(sheet.stream or sheet.outcomes))
        self.show_names()

    def show_panes(self) -> None:
        """Show the second pane, and give the two more room, where two callers are compared."""
        screen = self._screen
        compares = len(self.sheet.outcomes) > 1
        screen.other_pane.display = compares
        screen.set_class(compares, "-comparing")

    def show_names(self) -> None:
        """Paint the strip of tabs anew."""
        screen = self._screen
        names = [TabName(each.id, each.title, _mark(each)) for each in self.sheets.all]
        connection = screen.connection
        caller = screen.running.caller()
        screen.query_one(TabStrip).show_tabs(
            names,
            self.sheet.id,
            f"as {caller.label}{' (no rules)' if caller.kind is As.ADMIN else ''} ",
            f"· {connection.words} · {connection.title} ",
        )
        screen.state_changed()

    # -- changing ---------------------------------------------------------------------------------

    def keep(self) -> None:
        """Take what the editors hold into the tab in front."""
        screen, sheet = self._screen, self.sheet
        query = screen.query_editor
        sheet.text, sheet.cursor = query.text, query.offset_at_cursor
        sheet.variables = screen.variables_editor.text

    def changed(self) -> None:
        """Show another tab, and write down that it is the one in front."""
        self.show()
        self.save_soon()

    def go_to(self, tab: int) -> None:
        """Bring a tab to the front."""
        self.keep()
        self.sheets.go_to(tab)
        self.changed()

    def step(self, step: int) -> None:
        """Go to a neighbouring tab."""
        self.keep()
        self.sheets.step(step)
        self.changed()

    def add(self) -> None:
        """Open an empty tab."""
        self.keep()
        self.sheets.add()
        self.changed()

    def close(self) -> None:
        """Close the tab in front."""
        self.sheets.close()
        self.changed()

    def open_text(self, text: str, variables: str = "", file: str = "") -> None:
        """Open a text in a tab of its own, or in the one in front where that is empty."""
        self.keep()
        if self.sheet.text.strip() and not self.sheet.is_untouched:
            self.sheets.add()
        sheet = self.sheet
        sheet.text, sheet.variables, sheet.file, sheet.cursor = text, variables, file, 0
        self.changed()
        self._screen.query_editor.focus()

    # -- keeping ----------------------------------------------------------------------------------

    def save_soon(self) -> None:
        """Write all tabs within a second, however long the typing goes on."""
        if not self._is_save_due:
            self._is_save_due = True
            self._screen.begin(self._save_later(), group="save")

    async def _save_later(self) -> None:
        await asyncio.sleep(SAVE_SECONDS)
        self._is_save_due = False
        try:
            await asyncio.to_thread(save_workspace, self.sheets.folder, self.sheets.kept())
        except OSError as error:
            self._told_unsaved(error)

    def save_now(self) -> None:
        """Write all tabs; some kilobytes, for the moments when the screen goes away."""
        try:
            self.sheets.save()
        except OSError as error:
            self._told_unsaved(error)

    def _told_unsaved(self, error: OSError) -> None:
        self._screen.shell.say(f"The tabs are not kept: {error.strerror}", "warning")


def _mark(sheet: Sheet) -> str:
    return ("! " if sheet.broken else "") + ("◉ " if sheet.is_live else "")
