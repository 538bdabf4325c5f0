"""The app's services for its screens: messages, problems, clipboard, browser, editor, held keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from screens.editor import at_place, editor_of
from screens.key_router import KeyRouter
from screens.ports import Severity

if TYPE_CHECKING:
    from workbench.branches.selected_environment import SelectedEnvironment
    from workbench.model.user_problem import UserProblem


class AppShell:
    """``screens.ports.Shell``, for Textual's app; call on the app's own thread."""

    def __init__(self, app: App[Any], keys: KeyRouter) -> None:
        self._app = app
        self._keys = keys
        self.environment: SelectedEnvironment | None = None
        """The selected environment; ``screens.navigation`` sets it."""

    # -- messages ---------------------------------------------------------------------------------

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message at the edge of the screen, and keep it in the list of messages."""
        self._app.notify(text, severity=severity)

    def show_problem(self, problem: UserProblem) -> None:
        """Show a problem in a dialog whose text can be copied, once while it is in front."""
        from screens.dialogs.problem_screen import ProblemScreen

        front = self._app.screen
        if not (isinstance(front, ProblemScreen) and str(front.problem) == str(problem)):
            self._app.push_screen(ProblemScreen(problem))

    # -- clipboard and browser --------------------------------------------------------------------

    def copy(self, text: str, what: str) -> None:
        """Copy to the user's clipboard; ``what`` names it in the message."""
        self._app.run_worker(partial(self._copy, text, what), group="copy", thread=True)

    def _copy(self, text: str, what: str) -> None:
        from screens.clipboard import copy

        driver = self._app._driver
        if driver is not None:
            copy(text, driver.write, os.environ)
        self._app.call_from_thread(self._copied, text, what)

    def _copied(self, text: str, what: str) -> None:
        self._app._clipboard = text
        self.say(f"Copied {what}")

    def open_in_browser(self, url: str) -> None:
        """Open a web page; over SSH, where there is no browser, copy its address."""
        self._app.run_worker(partial(self._open_page, url), group="browser", thread=True)

    def _open_page(self, url: str) -> None:
        import webbrowser

        if "SSH_CONNECTION" in os.environ or not webbrowser.open(url):
            self._app.call_from_thread(self.copy, url, "the address: no browser here")

    # -- the terminal -----------------------------------------------------------------------------

    @property
    def can_edit(self) -> bool:
        """Whether the terminal can be lent to an editor."""
        driver = self._app._driver
        return driver is not None and driver.can_suspend

    def edit(self, file: Path, line: int = 0, column: int = 0) -> None:
        """Lend the terminal to the user's editor; the engine goes on meanwhile."""
        from screens.suspended_command import run_lent

        editor = editor_of(os.environ)
        if not editor:
            self.say("No editor found: set EDITOR, or install vi or nano", "error")
            return
        command = at_place(editor, file, line, column)
        try:
            self._lend(run_lent, command)
        except OSError as error:
            self.say(f"{command[0]} does not start: {error.strerror}", "error")

    def run_in_terminal(self, command: Sequence[str]) -> int | None:
        """Lend the terminal to a command that prints lines; None if that is not possible."""
        from screens.suspended_command import run_told

        return self._lend(run_told, command) if self.can_edit else None

    def _lend(self, run: Callable[[Sequence[str]], int], command: Sequence[str]) -> int:
        """Run a command in the lent terminal; raises OSError after the app has it again.

        Textual does not take the terminal back if an error leaves its block.
        """
        with self._app.suspend():
            try:
                ended: int | OSError = run(command)
            except OSError as error:
                ended = error
        if isinstance(ended, OSError):
            raise ended
        return ended

    # -- keys -------------------------------------------------------------------------------------

    def hold_keys(self, opening: Hashable) -> None:
        """Hold keys from now on: they are for what opens."""
        self._keys.hold(opening)

    def release_keys(self, opening: Hashable) -> None:
        """Hand on the held keys: what ``opening`` names is there, or will not come."""
        self._keys.release(opening)
