"""The sandbox's panes in their columns: which one is shown, focused or zoomed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from screens.ports import UsesShell
from screens.sandbox.log_buffer import LogBuffer
from screens.sandbox.log_pane import LogPane, LogView
from screens.sandbox.pane_tabs import PANES
from screens.sandbox.panes import DeploymentPane, DiffPane, HistoryPane, ProblemsPane
from screens.sandbox.resources_pane import ResourcesPane

_PAGE_OF = {"diff": "deployment"}
"""The pane whose page a pane shares in the narrow layout, where it is not its own."""


class PaneColumns(UsesShell, Horizontal):
    """Two columns; in the narrow layout, one page of them at a time."""

    class Focused(Message):
        """A pane with a page of its own has the focus."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, log: LogBuffer, edited_file: str) -> None:
        super().__init__(id="columns", classes="page-deployment")
        self._log = log
        self._edited_file = edited_file
        self._zoomed = ""

    def compose(self) -> ComposeResult:
        """What is deployed on the left; what changes on the right."""
        with Vertical(id="left"):
            yield DeploymentPane()
            yield ResourcesPane()
            yield HistoryPane()
        with Vertical(id="right"):
            yield ProblemsPane()
            yield DiffPane(self._edited_file)
            yield LogPane(self._log)

    def on_descendant_focus(self) -> None:
        """The narrow layout shows the page of the focused pane."""
        pane = self.focused_pane()
        if pane is not None and pane != "problems":
            self._show_page(pane)
            self.post_message(self.Focused(pane))

    def focused_pane(self) -> str | None:
        """The id of the pane that has the focus."""
        widget: Widget | None = self.screen.focused
        while widget is not None and not widget.has_class("pane"):
            parent = widget.parent
            widget = parent if isinstance(parent, Widget) else None
        return None if widget is None else widget.id

    def focus_pane(self, pane: str) -> None:
        """Focus a pane; in the narrow layout this shows its page."""
        self.unzoom()
        if pane != "problems":
            self._show_page(pane)
        widget: Widget = self.query_one(LogView) if pane == "log" else self.query_one(f"#{pane}")
        # After the layout: a pane hidden until now cannot take the focus yet.
        self.shell.hold_keys(pane)

        def focus() -> None:
            widget.focus()
            self.app.call_later(self.shell.release_keys, pane)

        self.call_after_refresh(focus)

    def _show_page(self, pane: str) -> None:
        page = _PAGE_OF.get(pane, pane)
        for name, _ in PANES:
            self.set_class(name == page, f"page-{name}")

    # -- zoom -------------------------------------------------------------------------------------

    @property
    def is_zoomed(self) -> bool:
        """Whether one pane has all the room."""
        return bool(self._zoomed)

    def toggle_zoom(self) -> None:
        """Show only the focused pane between the header and the keys, or all again."""
        if self._zoomed:
            self.unzoom()
            return
        self._zoomed = self.focused_pane() or ""
        for pane in self.query(".pane"):
            pane.set_class(bool(self._zoomed) and pane.id != self._zoomed, "-beside")
            pane.set_class(pane.id == self._zoomed, "-alone")
        for column in self.query("#left, #right"):
            column.set_class(bool(self._zoomed) and not column.query(f"#{self._zoomed}"), "-beside")
        self.set_class(bool(self._zoomed), "-zoomed")
        self.screen.refresh_bindings()

    def unzoom(self) -> None:
        """Show all panes again."""
        self._zoomed = ""
        for widget in self.query(".-beside, .-alone"):
            widget.remove_class("-beside", "-alone")
        self.remove_class("-zoomed")
        self.screen.refresh_bindings()
