"""Dialog of an SSO sign-in: the page to open, the code to confirm there, and the wait for it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, ClassVar, Protocol

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.titles import as_title
from workbench.model.clock import clock
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import safe_line

if TYPE_CHECKING:
    from workbench.aws.sso_login import Authorization, Pause


class Login(Protocol):
    """What the dialog needs of ``workbench.aws.sso_login.SsoLogin``; both calls block."""

    def begin(self) -> Authorization:
        """Ask for a code; raises UserProblem."""

    def wait(self, pause: Pause) -> bool:
        """Wait until it is confirmed; False if cancelled. Raises UserProblem."""


class SsoScreen(UsesShell, ModalScreen[bool]):
    """Dismissed with True once the user has confirmed the code in a browser, else with False."""

    LEFT_BY_NUMBERS = False  # the code would be lost
    BINDINGS: ClassVar[list[BindingType]] = [
        key("sso.open", "enter,o", "open", "Open", "Open the page in the browser"),
        key("sso.copy", "y", "copy_address", "Copy address", "Copy the page's address"),
        key("sso.copy_code", "c", "copy_code", "Copy code", "Copy the code"),
        key("sso.again", "r", "again", "New code", "Ask for another code"),
        key("sso.cancel", "escape", "cancel", "Cancel", "Cancel; nobody is signed in"),
    ]

    def __init__(self, login: Login, profile: str) -> None:
        super().__init__(id="sso")
        self._login = login
        self._profile = profile
        self._shown: Authorization | None = None
        self._is_waiting = False
        self._cancelled = threading.Event()

    def compose(self) -> ComposeResult:
        """The address, the code, and how it stands."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"Sign in to AWS · {self._profile}")
            yield Static("Open this page in any browser, on any machine:", markup=False)
            yield Static("", id="sso-address", markup=False)
            yield Static("Confirm there that it shows this code:", markup=False)
            yield Static("", id="sso-code", markup=False)
            yield Static("", id="sso-state", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the first code."""
        self._sign_in()

    def on_unmount(self) -> None:
        """The wait ends with the dialog, whoever closes it."""
        self._cancelled.set()

    @work(group="sso", exclusive=True)
    async def _sign_in(self) -> None:
        self._is_waiting = True
        self._show(None, "Asking for a code …")
        try:
            shown = await asyncio.to_thread(self._login.begin)
            self._show(
                shown, f"Waiting for you to confirm it; the code ends at {clock(shown.ends)}."
            )
            confirmed = await asyncio.to_thread(self._login.wait, self._cancelled.wait)
        except UserProblem as problem:
            self._is_waiting = False
            self._show(None, safe_line(str(problem)), failed=True)
        else:
            self.dismiss(confirmed)

    def _show(self, shown: Authorization | None, words: str, *, failed: bool = False) -> None:
        if not self.is_mounted:
            return
        self._shown = shown
        address = safe_line(shown.url_with_code) if shown is not None else ""
        link = Style(link=address) if address.startswith("https://") else Style()
        self.query_one("#sso-address", Static).update(Text(address, style=link))
        code = safe_line(shown.code) if shown is not None else ""
        self.query_one("#sso-code", Static).update(code)
        state = self.query_one("#sso-state", Static)
        state.update(f"✗ {words}" if failed else f"◌ {words}")
        state.set_class(failed, "-failed")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action in ("open", "copy_address", "copy_code"):
            return self._shown is not None
        if action == "again":
            return not self._is_waiting
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Open the page."""
        if self._shown is not None:
            self.shell.open_in_browser(self._shown.url_with_code)

    def action_copy_address(self) -> None:
        """Copy the page's address."""
        if self._shown is not None:
            self.shell.copy(self._shown.url_with_code, "the address")

    def action_copy_code(self) -> None:
        """Copy the code."""
        if self._shown is not None:
            self.shell.copy(self._shown.code, "the code")

    def action_again(self) -> None:
        """Ask for another code."""
        self._sign_in()

    def action_cancel(self) -> None:
        """Close; nobody is signed in."""
        self.dismiss(False)
