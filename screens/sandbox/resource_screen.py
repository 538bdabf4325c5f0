"""All that is known of one resource; each value can be copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.ports import UsesShell
from screens.sandbox.view_state import SandboxState
from screens.widgets.format import short_path, status_mark
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, TEXT
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.model.deployment import LiveResource


class ResourceScreen(UsesShell, ModalScreen[None]):
    """A resource's names, ids and status; ``y`` copies the marked one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("page.back", "escape,left,h,enter", "dismiss", "Back", "To the tree"),
        key("resources.console", "o", "console", "AWS console", "Open in the browser"),
    ]

    def __init__(self, resource: LiveResource, state: SandboxState) -> None:
        super().__init__(id="resource-page")
        self._resource = resource
        self._state = state

    def compose(self) -> ComposeResult:
        """One list of values."""
        with Vertical(id="dialog"):
            yield WrappedRows(id="page")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the values."""
        dialog = self.query_one("#dialog", Vertical)
        name = short_path(self._resource.construct_path) or self._resource.logical_id
        dialog.border_title = as_title(name)
        rows = self.query_one(WrappedRows)
        rows.show_wrapped(self._rows())
        rows.focus()

    def _rows(self) -> list[Row]:
        one = self._resource
        mark, tone = status_mark(one.status)
        values = [
            ("type", one.type),
            ("physical id", one.physical_id or "none yet"),
            ("logical id", one.logical_id),
            ("construct", one.construct_path),
            ("stack", "/".join(one.stack) or self._state.stack_name or "root stack"),
        ]
        if one.console_url:
            values.append(("console", one.console_url))
        rows = [
            Row(
                ((f"{'status':<13}", MUTED), (f"{mark} {one.status}", tone)),
                key="status",
                copy=one.status,
            )
        ]
        rows += [
            Row(((f"{name:<13}", MUTED), (value, TEXT)), key=name, copy=value, indent=13)
            for name, value in values
        ]
        current = self._state.current
        begun = None if current is None else current.progress.get((one.stack, one.logical_id))
        if begun is not None and begun.reason:
            rows += [Row(()), Row(((begun.reason, FAIL),), key="reason", copy=begun.reason)]
        return rows

    def action_console(self) -> None:
        """Open the resource's page in the AWS console."""
        self.shell.open_in_browser(self._resource.console_url)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The console key only if there is a page."""
        if action == "console":
            return bool(self._resource.console_url)
        return super().check_action(action, parameters)
