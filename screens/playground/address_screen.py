"""Dialogs for another API's address with its headers, and for a Lambda authorizer's token."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Static, TextArea

from screens.widgets.key_bar import KeyBar
from screens.widgets.tick import Tick
from workbench.model.user_problem import UserProblem
from workbench.playground.addresses import Address, read_address

_CLOSE = Binding("escape", "cancel", "Close", id="typed.close", tooltip="Close without connecting")
_FOCUS: list[BindingType] = [
    Binding("tab", "app.focus_next", "Next", id="typed.next", tooltip="Go to the next field"),
    Binding(
        "shift+tab",
        "app.focus_previous",
        "Previous",
        False,
        id="typed.previous",
        tooltip="Go to the previous field",
    ),
]


class AddressScreen(ModalScreen[Address | None]):
    """Asks for an address; dismissed with it, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f5,ctrl+enter,ctrl+j",
            "connect",
            "Connect",
            id="typed.connect",
            tooltip="Connect to the address",
        ),
        *_FOCUS,
        _CLOSE,
    ]

    def __init__(self, address: Address | None = None) -> None:
        super().__init__(id="address")
        self._given = address

    def compose(self) -> ComposeResult:
        """Address, headers, whether to save their values."""
        given = self._given
        lines = [] if given is None else [f"{name}: " for name in given.lacks if name != "?"]
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Another address"
            yield Static("GraphQL endpoint", classes="caption")
            yield Input(
                given.url if given else "", placeholder="https://…/graphql", id="address-url"
            )
            yield Static("Headers, one Name: value per line (such as x-api-key)", classes="caption")
            yield TextArea(
                "\n".join(lines), id="address-headers", tab_behavior="focus", theme="css"
            )
            yield Tick(
                "Save the header values on this machine (plain text, git-ignored)",
                given.keeps_values if given else False,
                id="address-keep",
            )
            yield Static("", id="address-problem", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Focus what is missing."""
        headers = self.query_one("#address-headers", TextArea)
        if self._given is not None and headers.text:
            headers.focus()
            headers.move_cursor((0, len(headers.document.get_line(0))))

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.query_one("#address-headers").focus()

    def action_connect(self) -> None:
        """Connect, or say what is wrong with the address."""
        try:
            address = read_address(
                self.query_one("#address-url", Input).value,
                self.query_one("#address-headers", TextArea).text,
                keeps_values=self.query_one("#address-keep", Checkbox).value,
            )
        except UserProblem as problem:
            self.query_one("#address-problem", Static).update(f"✗ {problem}")
            return
        self.dismiss(address)

    def action_cancel(self) -> None:
        """Close without connecting."""
        self.dismiss(None)


class TokenScreen(ModalScreen[str]):
    """Asks for a token, which is neither shown nor written to disk; dismissed with it or ""."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE]

    def __init__(self) -> None:
        super().__init__(id="token")

    def compose(self) -> ComposeResult:
        """One line, shown as dots."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Token for the Lambda authorizer"
            yield Input(password=True, placeholder="the token", id="token-input")
            yield Static("Kept in memory until this tab runs as another caller.", classes="caption")
        yield KeyBar()

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Close without a token."""
        self.dismiss("")
