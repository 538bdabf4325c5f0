"""The Textual app: puts the parts together, and says which key does what everywhere.

``navigation`` opens screens, ``shell`` serves them, ``key_router`` hands keys on, ``ending`` stops
all, ``unforeseen`` takes errors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import time
from typing import Any, ClassVar

from textual import events, on, work
from textual.driver import Driver
from textual.notifications import SeverityLevel
from textual.theme import Theme
from textual.widget import AwaitMount

from screens.app_keys import KeyedApp
from screens.app_loop import AppLoop
from screens.ending import Ending
from screens.event_queue import Feed
from screens.input_gate import UNASKED_SECONDS, InputGate
from screens.key_router import KeyRouter, KeySettled
from screens.message_list import MessageList, shown_seconds
from screens.messages import Request
from screens.navigation import Navigation
from screens.ports import Starter
from screens.safe_output import guard_output
from screens.sandbox.open_question import OpenQuestion
from screens.shell import AppShell
from screens.style_sheet import KeptStyleSheet
from screens.themes import STYLE_SHEETS, ThemeFile
from screens.unforeseen import Unforeseen, guard_messages, problem_of, watch_loop
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import TONE_CLASSES
from workbench.model.events import AnyEvent, Level, LogLine
from workbench.project.settings import Settings
from workbench.terminal_text import safe_line, safe_text


class WorkbenchApp(KeyedApp):
    """Opens the start screen, then the sandbox; owns nothing of what they show."""

    TITLE = "amplify-tui"
    CSS_PATH = list(STYLE_SHEETS)  # noqa: RUF012 - Textual declares it so
    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONE_CLASSES)
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    raises_unforeseen = True
    """In a test, an error that nobody foresaw fails the test, too."""

    _own_themes: dict[str, Theme] | None = None

    def __init__(
        self,
        starter: Starter,
        *,
        themes: Mapping[str, ThemeFile],
        theme: str,
        settings: Settings | None = None,
        warnings: Sequence[str] = (),
        clock: Callable[[], float] = time,
        remember_theme: Callable[[str], None] | None = None,
        unasked_seconds: float = UNASKED_SECONDS,
    ) -> None:
        """``unasked_seconds``: for so long a dialog that came up by itself ignores keys."""
        # Without colours, Textual would paint an ansi theme black on black; with this, none at all.
        if not os.environ.get("NO_COLOR"):
            # Textual takes an empty one for a wish, too; https://no-color.org does not.
            os.environ.pop("NO_COLOR", None)
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.stylesheet = KeptStyleSheet(variables=self.get_css_variables())
        guard_output()
        guard_messages()
        self._starter = starter
        self._clock = clock
        self._warnings = warnings
        self._remember = remember_theme
        self._is_shown = False
        self.messages = MessageList()
        self.own_loop = AppLoop()
        self.question = OpenQuestion(self, lambda: self.gate.appeared(by_itself=True))
        self.keys = KeyRouter(
            self,
            super().on_event,
            pressed=self.question.key_pressed,
            arrived=self.question.show_on,
            keymap=(settings or Settings()).keys,
            unasked_seconds=unasked_seconds,
        )
        self.feed = Feed(self._receive)
        self.shell = AppShell(self, self.keys)
        self.navigation = Navigation(
            self,
            self.shell,
            self.question,
            starter,
            emit=self.feed.emit,
            clock=clock,
            install_packages=self._install_packages,
        )
        self.ending = Ending(self.feed, self.navigation, self.exit)
        self.unforeseen = Unforeseen(
            self, self.own_loop, self.navigation, lambda: self.gate.appeared(by_itself=True)
        )
        for file in themes.values():
            self.register_theme(file.as_textual())
        self.theme = theme if theme in themes else "dark"

    @property
    def gate(self) -> InputGate:
        """What holds keys back while a screen opens."""
        return self.keys.gate

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver for this system; on Linux and macOS ours, which idles without waking."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from screens.input_driver import SleepingInputDriver

        return SleepingInputDriver

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours and the user's; Textual's own lack our colours."""
        # Textual asks for each widget that it styles.
        if self._own_themes is None:
            known = super().available_themes
            ours = {name: theme for name, theme in known.items() if "cursor" in theme.variables}
            if not ours:
                return known  # Textual's constructor asks before ours are registered
            self._own_themes = ours
        return self._own_themes

    def register_theme(self, theme: Theme) -> None:
        """Make a theme available."""
        super().register_theme(theme)
        self._own_themes = None

    def on_mount(self) -> None:
        """Show the start screen; read nothing here that could block."""
        # Without it the screen stays empty after fg.
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh(layout=True))
        self._is_shown = True
        watch_loop(self.own_loop.open(), self.unforeseen)
        self.set_keymap(dict(self.keys.keymap))
        self.feed.open()
        self.navigation.show_start()
        for warning in self._warnings:
            self.notify(warning, severity="warning", timeout=10)

    def _receive(self, told: Sequence[AnyEvent], lines: Sequence[LogLine], dropped: int) -> None:
        self.navigation.receive(told, lines, dropped)

    @on(Request)
    async def _requested(self, request: Request) -> None:
        await self.navigation.take(request)

    @on(RowList.CopyAsked)
    def _copy_asked(self, event: RowList.CopyAsked) -> None:
        self.shell.copy(event.text, event.what)

    # -- themes, messages, packages ---------------------------------------------------------------

    def watch_theme(self, name: str) -> None:
        """Mark the ansi theme for the style sheets; save a theme that the user chose."""
        self.set_class(self.current_theme.ansi, "ansi-theme")
        if self._remember is not None and self._is_shown:
            self._save_theme(name)

    @work(thread=True, group="theme")
    def _save_theme(self, name: str) -> None:
        assert self._remember is not None
        try:
            self._remember(name)
        except (OSError, ValueError) as error:
            self.call_from_thread(self.shell.say, f"The theme is not saved: {error}", "warning")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a message at the edge of the screen, never parsed as markup, and keep it."""
        text = safe_text(message)
        self.messages.add(self._clock(), severity, text)
        seconds = max(timeout or 0.0, shown_seconds(text, severity))
        super().notify(
            text, title=safe_line(title), severity=severity, timeout=seconds, markup=False
        )

    def _install_packages(self, root: Path) -> None:
        """Install a project's npm packages, with the lines in the log; blocks."""

        def say(line: str) -> None:
            self.feed.emit(LogLine(at=time(), level=Level.INFO, source="npm", text=line))

        self._starter.install(root, say)

    # -- keys and screens -------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Hand keys and pastes on one after the other; all else as Textual does."""
        if self.keys.is_gated(event):
            await self.keys.take(event)
        else:
            await super().on_event(event)

    @on(KeySettled)
    async def _key_settled(self, event: KeySettled) -> None:
        await self.keys.settled(event)

    def push_screen(self, *given: Any, **named: Any) -> Any:
        """Open a screen; keys wait until it is there, or are ignored where nobody asked for it."""
        awaited = super().push_screen(*given, **named)
        self.keys.hold_for_screen(self.screen)
        return awaited

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to another stack of screens; keys wait until it is there."""
        awaited = super().switch_mode(mode)
        self.keys.hold_for_screen(self.screen)
        return awaited

    async def on_key(self, event: events.Key) -> None:
        """Keys that a dialog has left alone."""
        await self.keys.take_in_dialog(event)

    def end_soon(self) -> None:
        """Quit; may be called at any time, from any thread."""
        self.own_loop.call(self.ending.leave)

    # -- errors -----------------------------------------------------------------------------------

    @property
    def holds_terminal(self) -> bool:
        """Whether the terminal shows the app, not the shell or a program that it was lent to."""
        return bool(getattr(self._driver, "holds_terminal", True))

    def _handle_exception(self, error: Exception) -> None:
        """Take whatever nobody foresaw, in whichever part of the app."""
        is_bug = problem_of(error) is None
        if self.is_headless and self.raises_unforeseen and is_bug and self._exception is None:
            self._exception = error  # a test's end raises it
            self._exception_event.set()
        self.unforeseen.take(error)
