"""Dialog of a function under a debugger: where it waits, VS Code's file, the end of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, OK, TEXT
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.debug import DebugAddress, debug_off, debug_on, launch_configuration
from workbench.functions.launch_json import add_configuration
from workbench.functions.open_functions import OpenedFunctions
from workbench.model.user_problem import UserProblem


class DebugScreen(ModalScreen[None]):
    """Restarts the function with its debugger when it opens; it waits on after the dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("debug.launch", "v", "launch", "launch.json",
            "Add the function to .vscode/launch.json"),
        key("debug.off", "o", "off", "Off", "Restart the function without a debugger"),
        key("debug.close", "escape,enter", "close", "Close", "Close; the debugger's port stays"),
    ]  # fmt: skip

    def __init__(self, opened: OpenedFunctions, function: BackendFunction) -> None:
        super().__init__(classes="rows -few", id="function-debugger")
        self._opened = opened
        self._function = function
        self._address: DebugAddress | None = None

    def compose(self) -> ComposeResult:
        """The rows."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"Debug {self._function.name}")
            yield WrappedRows(id="debugger-rows", empty=((("Starting …", MUTED),),))
        yield KeyBar()

    def on_mount(self) -> None:
        """Turn it on."""
        self.query_one(WrappedRows).focus()
        self._start()

    @work(group="debugger")
    async def _start(self) -> None:
        work = partial(debug_on, self._opened, self._function)
        try:
            self._address = await asyncio.to_thread(work)
        except UserProblem as problem:
            self._show(problem_rows(problem))
            return
        self._show(_rows(self._address))

    @work(group="debugger")
    async def action_launch(self) -> None:
        """Add the configuration to VS Code's file."""
        address = self._address
        if address is not None:
            await self._do(partial(_launch, self._opened, self._function, address))

    @work(group="debugger")
    async def action_off(self) -> None:
        """Turn it off."""
        if self._address is not None:
            self._address = None
            await self._do(partial(_off, self._opened, self._function))

    async def _do(self, work: Callable[[], str]) -> None:
        try:
            said = await asyncio.to_thread(work)
        except UserProblem as problem:
            self._show(problem_rows(problem))
            return
        rows = _rows(self._address) if self._address is not None else []
        self._show([*rows, Row((("✓ ", OK), (said, TEXT)))])

    def _show(self, rows: list[Row]) -> None:
        if self.is_mounted:
            self.query_one(WrappedRows).show_wrapped(rows)
            self.refresh_bindings()

    def action_close(self) -> None:
        """Leave the dialog."""
        self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action in {"launch", "off"}:
            return self._address is not None
        return super().check_action(action, parameters)


def _launch(opened: OpenedFunctions, function: BackendFunction, address: DebugAddress) -> str:
    path = add_configuration(opened.root, launch_configuration(opened, function, address))
    return f"Added to {path.relative_to(opened.root)}"


def _off(opened: OpenedFunctions, function: BackendFunction) -> str:
    debug_off(opened, function)
    return f"{function.name} runs without a debugger"


def _rows(address: DebugAddress) -> list[Row]:
    kind = "Node.js inspector" if address.is_node else "debugpy"
    facts = [
        (kind, address.url or f"{address.host}:{address.port}"),
        ("Chrome", address.devtools),
        ("over SSH", address.forwarding),
    ]
    width = max(len(name) for name, value in facts if value)
    rows = [
        Row(((f"{name:<{width}}  ", MUTED), (value, TEXT)), name, value)
        for name, value in facts
        if value
    ]
    if address.problem:
        rows.append(Row(((f"✗ Its code could not be loaded: {address.problem}", FAIL),)))
    told = "Its invocations take turns, and no time limit counts, until it is off."
    return [*rows, Row(((told, MUTED),))]
