"""The Textual app: themes, keys, the feed of events, and what all screens can ask for."""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from time import strftime, time
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.reactive import var
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget

from screens.editor import at_place, editor_of
from screens.event_queue import Feed
from screens.input_gate import UNASKED_SECONDS, InputGate
from screens.messages import (
    AnswerQuestion,
    ChooseTarget,
    LeavePane,
    OpenPane,
    SandboxOpened,
    SelectEnvironment,
    ShowProblem,
    SignInsChanged,
)
from screens.navigation import EnvironmentPanes
from screens.safe_output import guard_output
from screens.sandbox.asking import Asking
from screens.sandbox.pane_tabs import PANES
from screens.themes import STYLE_SHEETS, ThemeFile
from screens.unforeseen import Unforeseen, guard_messages, problem_of, watch_loop
from screens.widgets.question_banner import QUESTION_KEY
from screens.widgets.row_list import RowList
from workbench.crash_log import crash_folder
from workbench.model.events import AnyEvent, LogLine, LoopState
from workbench.project.settings import Settings
from workbench.terminal_text import safe_line, safe_text

if TYPE_CHECKING:
    from screens.ports import OpenedSandbox, Severity, Shell, Starter
    from screens.sandbox.screen import SandboxScreen
    from workbench.aws.target import Target
    from workbench.branches.selected_environment import Workplace
    from workbench.model.user_problem import UserProblem

STOP_SECONDS = 3.0
SHOWN_SECONDS: Mapping[str, float] = {"information": 3.0, "warning": 5.0, "error": 8.0}
"""How long a message stays, besides the time to read it."""
READ_LETTERS = 20.0
"""Letters read in a second."""
MESSAGES_KEPT = 200


_WORKING = (LoopState.SYNTHESIZING, LoopState.CHECKING, LoopState.DEPLOYING)
_IN_DIALOGS = {
    "app.help": "help",
    "app.back": "back",
    "app.commands": "command_palette",
}
"""The app's keys that a dialog leaves alone, and what they do there."""


def takes_text(widget: object) -> bool:
    """Whether printable keys are text there; by name, for importing an editor costs a first paint."""
    kinds = {kind.__name__ for kind in type(widget).__mro__}
    return bool(kinds & {"Input", "TextArea"}) or bool(getattr(widget, "takes_text", False))


class KeySettled(Message):
    """Sent behind a key, to know when that key has been dealt with."""

    def __init__(self, target: Widget, *, is_first: bool = True) -> None:
        super().__init__()
        self.target = target
        self.is_first = is_first


class WorkbenchApp(App[None]):
    """Opens the start screen, then the sandbox; owns nothing of what they show."""

    TITLE = "amplify-tui"
    CSS_PATH = list(STYLE_SHEETS)  # noqa: RUF012 - Textual declares it so
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    place: var[Workplace | None] = var(None)
    """The environment that the workbench is turned to; None is one's own sandbox."""

    raises_unforeseen = True
    """In a test, an error that nobody foresaw fails the test, too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark", "help", "Keys", id="app.help", key_display="?", tooltip="All keys"
        ),
        Binding(
            "ctrl+p", "command_palette", "Commands", id="app.palette", tooltip="Search all commands"
        ),
        Binding(
            "f1",
            "help",
            "Keys",
            False,
            id="app.help_typing",
            priority=True,
            tooltip="All keys (also while typing)",
        ),
        Binding(
            "colon",
            "command_palette",
            "Commands",
            False,
            id="app.commands",
            tooltip="Search all commands",
        ),
        Binding(
            QUESTION_KEY,
            "answer",
            "Decide",
            id="app.answer",
            priority=True,
            tooltip="Open the question that waits for you (also while typing)",
        ),
        Binding(
            "a", "answer", "Decide", False, id="app.decide", tooltip="Open the waiting question"
        ),
        Binding(
            "ctrl+g",
            "messages",
            "Messages",
            False,
            id="app.messages",
            priority=True,
            tooltip="What was said at the edge of the screen",
        ),
        Binding(
            "ctrl+z",
            "suspend_process",
            "Suspend",
            False,
            id="app.suspend",
            tooltip="To the shell; fg comes back",
        ),
        Binding("tab", "app.focus_next", "Next pane", False, id="app.next", tooltip="Next pane"),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "Previous pane",
            False,
            id="app.previous",
            tooltip="Previous pane",
        ),
        Binding(
            "ctrl+c,ctrl+q",
            "leave_now",
            "Quit now",
            False,
            id="app.quit_now",
            priority=True,
            tooltip="Quit without asking",
        ),
        *(
            Binding(
                str(number),
                f"pane('{pane}')",
                title,
                False,
                id=f"pane.{pane}",
                tooltip=f"Go to the pane {title}",
            )
            for number, (pane, title) in enumerate(PANES, 1)
        ),
        Binding(
            "6", "pane('problems')", "Problems", False, id="pane.problems", tooltip="What is wrong"
        ),
        Binding(
            "7",
            "open_pane('playground')",
            "Playground",
            id="pane.playground",
            tooltip="Query the GraphQL API",
        ),
        Binding(
            "8", "open_pane('users')", "Users", id="pane.users", tooltip="The user pool's users"
        ),
        Binding(
            "9",
            "open_pane('branches')",
            "Branches",
            id="pane.branches",
            tooltip="Branch environments",
        ),
        Binding(
            "0",
            "own",
            "Own sandbox",
            id="pane.own",
            tooltip="Back from another environment to your own sandbox",
        ),
        Binding("q", "back", "Back", id="app.back", tooltip="Back to the sandbox's panes"),
        Binding(
            "q",
            "leave",
            "Quit",
            id="app.quit",
            tooltip="Quit, from the first screen (asks while synthesizing and deploying)",
        ),
    ]

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
        guard_output()
        guard_messages()
        self.feed = Feed(self._receive)
        self.keymap: Mapping[str, str] = (settings or Settings()).keys
        self._starter = starter
        self._clock = clock
        self._warnings = warnings
        self._remember = remember_theme
        self.sandbox: SandboxScreen | None = None
        self.unforeseen = Unforeseen(self, self._crash_folder)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.own_context = contextvars.copy_context()
        self.panes = EnvironmentPanes(self)
        self.asking = Asking(self)
        self.gate = InputGate(self._hand_on, self._ignored, unasked_seconds=unasked_seconds)
        self._is_shown = False
        self._left_undone = ""
        self._next_pump: Timer | None = None
        self._told_clashes: set[str] = set()
        self._messages: deque[tuple[float, str, str]] = deque(maxlen=MESSAGES_KEPT)
        self._early: list[tuple[Sequence[AnyEvent], Sequence[LogLine]]] = []
        for file in themes.values():
            self.register_theme(file.as_textual())
        self.theme = theme if theme in themes else "dark"

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
        all_themes = super().available_themes
        ours = {name: theme for name, theme in all_themes.items() if "cursor" in theme.variables}
        return ours or all_themes  # Textual's constructor asks before ours are registered

    def on_mount(self) -> None:
        """Show the start screen; read nothing here that could block."""
        from screens.start.screen import StartScreen

        self._is_shown = True
        self.loop, self.own_context = asyncio.get_running_loop(), contextvars.copy_context()
        watch_loop(self.loop, self.unforeseen)
        self.set_keymap(dict(self.keymap))
        self.feed.open()
        self.push_screen(StartScreen(self._starter))
        for warning in self._warnings:
            self.notify(warning, severity="warning", timeout=10, markup=False)

    def watch_theme(self, name: str) -> None:
        """Mark the ansi theme for the style sheets; remember a theme that the user chose."""
        self.set_class(self.current_theme.ansi, "ansi-theme")
        if self._remember is not None and self._is_shown:
            self._save_theme(name)

    @work(thread=True, group="theme")
    def _save_theme(self, name: str) -> None:
        assert self._remember is not None
        try:
            self._remember(name)
        except (OSError, ValueError) as error:
            self.call_from_thread(self.say, f"The theme is not remembered: {error}", "warning")

    # -- the sandbox ------------------------------------------------------------------------------

    def show_sandbox(self, opened: OpenedSandbox) -> None:
        """Go from the start screen to the sandbox, with the events that came meanwhile."""
        from screens.sandbox.screen import SandboxScreen

        screen = SandboxScreen(opened, self._clock)
        self.switch_screen(screen)
        self.call_after_refresh(self._hand_over, screen)

    @work(exclusive=True, group="target")
    async def choose_target_anew(self) -> None:
        """Ask where the project shall run; only another choice than today's ends the loop."""
        from screens.start.target_screen import TargetScreen

        sandbox = self.sandbox
        if sandbox is None:
            return
        info = sandbox.opened.info
        self.gate.begin_opening("target")
        try:
            profiles = await asyncio.to_thread(self._starter.profiles)
        finally:
            self.opened("target")
        target = await self.push_screen_wait(TargetScreen(info.project, profiles, info.target))
        if target is None or self.sandbox is not sandbox:
            return
        if target.label == info.target:
            self.say(f"It stays on {info.target}")
            if sandbox.story.failure is not None:
                sandbox.opened.controls.redeploy()
            return
        controls = sandbox.opened.controls
        controls.stop()
        if await asyncio.to_thread(controls.join, STOP_SECONDS):
            self._start_on(target)
        else:
            self.say("The loop does not end; quit and start again", "error")

    def _start_on(self, target: Target) -> None:
        from screens.start.screen import StartScreen

        self.sandbox = None
        self.asking.changed()
        self.panes.forget()
        self.switch_screen(StartScreen(self._starter, target=target))

    def _hand_over(self, screen: SandboxScreen) -> None:
        if not screen.is_mounted:
            self.call_later(self._hand_over, screen)
            return
        self.sandbox = screen
        for told, lines in self._early:
            screen.receive(told, lines)
        self._early.clear()

    def _receive(self, told: Sequence[AnyEvent], lines: Sequence[LogLine], dropped: int) -> None:
        if self.sandbox is None:
            self._early.append((told, lines))
        else:
            self.sandbox.receive(told, lines, dropped)
        self.panes.deployed(told)

    # -- what screens ask for ---------------------------------------------------------------------

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """A short message at the edge of the screen, of any widget's; never parsed as markup.

        It stays for as long as it takes to read, and in the list of messages.
        """
        words = safe_text(message)
        self._messages.append((self._clock(), severity, words))
        needed = SHOWN_SECONDS[severity] + len(words) / READ_LETTERS
        super().notify(
            words,
            title=safe_line(title),
            severity=severity,
            timeout=max(timeout or 0.0, needed),
            markup=False,
        )

    @property
    def shell(self) -> Shell:
        """The app, as the screens see it."""
        return self

    @property
    def environment(self) -> Workplace | None:
        """The selected environment; None for the user's own sandbox."""
        return self.place

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message at the edge of the screen; kept for the list of messages."""
        self.notify(text, severity=severity)

    def show_problem(self, problem: UserProblem) -> None:
        """Show a problem in a dialog whose text can be copied."""
        from screens.dialogs.problem_screen import ProblemScreen

        front = self.screen
        if not (isinstance(front, ProblemScreen) and str(front.problem) == str(problem)):
            self.push_screen(ProblemScreen(problem))

    def hold_keys(self, opening: Hashable) -> None:
        """Hold keys from now on: they are for what opens."""
        self.gate.begin_opening(opening)

    def release_keys(self, opening: Hashable) -> None:
        """Hand on the held keys: what ``opening`` names is there, or will not come."""
        self.opened(opening)

    # -- what screens ask for by messages ---------------------------------------------------------

    @on(SandboxOpened)
    def _sandbox_opened(self, event: SandboxOpened) -> None:
        self.show_sandbox(event.opened)

    @on(ChooseTarget)
    def _choose_target(self) -> None:
        self.choose_target_anew()

    @on(OpenPane)
    def _open_pane(self, event: OpenPane) -> None:
        self.panes.open(event)

    @on(LeavePane)
    def _leave_pane(self) -> None:
        self.panes.leave()

    @on(SelectEnvironment)
    def _select_environment(self, event: SelectEnvironment) -> None:
        self.panes.turn_to(event.environment, event.branches)

    @on(SignInsChanged)
    def _sign_ins_changed(self) -> None:
        self.panes.forget_callers()

    @on(ShowProblem)
    def _show_problem(self, event: ShowProblem) -> None:
        self.show_problem(event.problem)

    @on(AnswerQuestion)
    def _answer_question(self) -> None:
        self.asking.ask()

    def action_messages(self) -> None:
        """Show what was said at the edge of the screen, the newest first."""
        from screens.dialogs.rows_screen import RowsScreen
        from screens.message_rows import message_rows

        if self.screen.id != "messages":
            self.push_screen(RowsScreen("Messages", message_rows(self._messages), id="messages"))

    @on(RowList.CopyAsked)
    def _copy_asked(self, event: RowList.CopyAsked) -> None:
        self.copy(event.text, event.what)

    @work(thread=True, group="copy")
    def copy(self, text: str, what: str) -> None:
        """Copy to the user's clipboard: OSC 52, through tmux where that lies between."""
        from screens.clipboard import copy

        driver = self._driver
        if driver is not None:
            copy(text, driver.write, os.environ)
        self.call_from_thread(self._copied, text, what)

    def _copied(self, text: str, what: str) -> None:
        self._clipboard = text
        self.say(f"Copied {what}")

    @work(thread=True, group="browser")
    def open_in_browser(self, url: str) -> None:
        """Open a page; over SSH, where no browser is, copy its address."""
        import webbrowser

        here = "SSH_CONNECTION" not in os.environ
        if not here or not webbrowser.open(url):
            self.call_from_thread(self.copy, url, "the address: no browser here")

    @property
    def can_edit(self) -> bool:
        """Whether the terminal can be lent to an editor."""
        driver = self._driver
        return driver is not None and driver.can_suspend

    def edit(self, file: Path, line: int = 0, column: int = 0) -> None:
        """Lend the terminal to the user's editor; the engine goes on meanwhile."""
        from screens.suspended_command import run_lent

        editor = editor_of(os.environ)
        if not editor:
            self.say("No editor: set EDITOR, or install vi or nano", "error")
            return
        command = at_place(editor, file, line, column)
        try:
            with self.suspend():
                run_lent(command)
        except OSError as error:
            self.say(f"{command[0]} does not start: {error.strerror}", "error")
        self.refresh(layout=True)

    def sign_in(self, command: Sequence[str]) -> bool:
        """Lend the terminal to the AWS CLI; True where it has signed in.

        Where that can't be done, the command is copied and said, to be run in another terminal.
        """
        import shutil

        from screens.suspended_command import run_told

        words = " ".join(command)
        driver = self._driver
        if shutil.which(command[0]) is None:
            self.copy(words, f"{words}: install the AWS CLI, run it, then deploy again")
            return False
        if driver is None or not driver.can_suspend:
            self.copy(words, f"{words}: run it in another terminal, then deploy again")
            return False
        try:
            with self.suspend():
                code = run_told(command)
        except OSError as error:
            self.say(f"{command[0]} does not start: {error.strerror}", "error")
            return False
        finally:
            self.refresh(layout=True)
        if code:
            self.say(f"{words} ended with exit code {code}", "error")
        return code == 0

    @work(thread=True, group="save")
    def save_log(self, folder: Path, text: str) -> None:
        """Save the log's lines in the sandbox's own folder, which git ignores."""
        from workbench.private_files import private_folder, write_private

        path = folder / strftime("log-%Y%m%d-%H%M%S.txt")
        try:
            private_folder(folder)
            write_private(path, text)
        except OSError as error:
            self.call_from_thread(self.say, f"Not saved: {error.strerror} ({path})", "error")
        else:
            self.call_from_thread(self.say, f"Saved {path}")

    @work(thread=True, group="install")
    def install_packages(self, root: Path) -> None:
        """Install the npm packages; the log pane shows the progress."""
        from workbench.model.events import Level
        from workbench.model.user_problem import UserProblem

        def say(line: str) -> None:
            self.feed.emit(LogLine(at=time(), level=Level.INFO, source="npm", text=line))

        self.call_from_thread(self.say, "Installing the packages; the log shows how it goes")
        try:
            self._starter.install(root, say)
        except (UserProblem, OSError) as problem:
            self.call_from_thread(self.say, f"Not installed: {problem}", "error")
        else:
            self.call_from_thread(self.say, "The packages are installed")

    # -- which screen a key is for ----------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes go through the gate; all else as ever."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if isinstance(event, events.Key) and event.key in self._keys_of("app.quit_now"):
                await super().on_event(event)  # never held, never ignored
                return
            self.gate.take(event)
            await self._pump()
        else:
            await super().on_event(event)

    async def _hand_on(self, event: events.Key | events.Paste) -> bool:
        """Give the screen a key; True where what it does has to be waited for.

        Pasted text goes where text can be typed, and nowhere else.
        """
        if isinstance(event, events.Paste):
            from screens.pasting import fit_paste

            if not fit_paste(event, self.focused):
                self.say("Pasted text ignored: nothing here takes text", "warning")
                return False
        target: Widget = self.focused or self.screen
        is_text = isinstance(event, events.Paste) or (event.is_printable and takes_text(target))
        self.asking.key_pressed()
        if not is_text:
            self.gate.commanded()
        await super().on_event(event)
        if is_text:
            return False
        # Follows the key through every queue that the key goes through, up to the app.
        return target.post_message(KeySettled(target))

    @on(KeySettled)
    async def _key_settled(self, event: KeySettled) -> None:
        # Once more, behind the messages that the key's action has sent: they may move the focus.
        if event.is_first and event.target.post_message(KeySettled(event.target, is_first=False)):
            return
        self.gate.settled()
        await self._pump()

    async def _pump(self) -> None:
        await self.gate.pump()
        seconds = self.gate.wait_seconds
        if seconds is not None and self._next_pump is None:
            self._next_pump = self.set_timer(seconds, self._pump_late, name="keys")

    async def _pump_late(self) -> None:
        self._next_pump = None
        await self._pump()

    def opened(self, what: Hashable) -> None:
        """What ``gate.begin_opening`` named is there: its keys may come."""
        self.gate.end_opening(what)
        self.call_later(self._pump)

    def _ignored(self) -> None:
        self.say("Ignored: this came up by itself. Read it, then press a key.", "warning")

    def _keys_of(self, name: str) -> Collection[str]:
        """The keys of one of the app's bindings, as remapped."""
        remapped = self.keymap.get(name)
        if remapped:
            return [key.strip() for key in remapped.split(",")]
        return [key for key, found in self._bindings.key_to_bindings.items() if found[0].id == name]

    def push_screen(self, *given: Any, **named: Any) -> Any:
        """Open a screen; keys wait until it is there, or are ignored where nobody asked for it."""
        awaited = super().push_screen(*given, **named)
        self._await_screen(self.screen)
        return awaited

    def switch_screen(self, screen: Screen[Any] | str) -> AwaitComplete:
        """Go to a screen in place of this one; keys wait until it is there."""
        awaited = super().switch_screen(screen)
        self._await_screen(self.screen)
        return awaited

    def _await_screen(self, screen: Screen[object]) -> None:
        if isinstance(screen, ModalScreen):
            self.gate.appeared()
        self.gate.begin_opening(screen)
        # Behind the mounting of the screen and its widgets, and behind their taking the focus.
        screen.call_after_refresh(self._screen_is_there, screen)

    def _screen_is_there(self, screen: Screen[object]) -> None:
        self.asking.show_on(screen)
        self.opened(screen)

    # -- keys -------------------------------------------------------------------------------------

    def action_answer(self) -> None:
        """Open the question that waits for the user."""
        self.asking.ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The question's key only where there is one."""
        if action == "answer":
            return self.asking.is_open
        if action == "back":
            return not self.is_home
        if action == "leave":
            return self.is_home
        if action == "own":
            return self.place is not None
        if action in ("pane", "open_pane"):
            if parameters == ("problems",):
                return self.sandbox is not None and self.sandbox.has_problems
            return self.sandbox is not None
        return super().check_action(action, parameters)

    def action_help(self) -> None:
        """Show all keys of the current screen."""
        from screens.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen, self.keymap))

    async def on_key(self, event: events.Key) -> None:
        """A dialog keeps the app's keys from working; those that work everywhere work there, too."""
        screen = self.screen
        if not isinstance(screen, ModalScreen) or event.key in screen.active_bindings:
            return
        for name, action in _IN_DIALOGS.items():
            if event.key in self._keys_of(name):
                await self.run_action(action)
                return
        if not getattr(screen, "LEFT_BY_NUMBERS", True):
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if binding.id is not None and binding.id.startswith("pane."):
                await self.run_action(binding.action)

    @property
    def is_home(self) -> bool:
        """Whether the first screen is in front: the sandbox's panes, or the start."""
        return self.screen is self.sandbox or self.sandbox is None

    def close_to_sandbox(self) -> bool:
        """Close whatever is over the sandbox's panes; False where there is no sandbox yet."""
        if self.sandbox is None or self.sandbox not in self.screen_stack:
            return False
        while self.screen is not self.sandbox:
            if isinstance(self.screen, ModalScreen):
                self.screen.dismiss(None)
            else:
                self.pop_screen()
        return True

    def action_pane(self, pane: str) -> None:
        """Go to one of the sandbox's panes, from anywhere."""
        if self.close_to_sandbox() and self.sandbox is not None:
            self.sandbox.show_pane(pane)

    def action_open_pane(self, name: str) -> None:
        """Go to the playground, the users or the branches, from anywhere."""
        self.panes.open(OpenPane(name))

    def action_own(self) -> None:
        """Back to one's own sandbox, where the workbench was turned to another environment."""
        self.close_to_sandbox()
        self.panes.turn_to(None)

    async def action_back(self) -> None:
        """Leave what is in front: one level up."""
        if isinstance(self.screen, ModalScreen):
            self.simulate_key("escape")
        elif not self.is_home:
            self.pop_screen()

    def action_leave(self) -> None:
        """Quit; ask first while a deployment is prepared or runs."""
        state = self.sandbox.story.state if self.sandbox is not None else None
        if state not in _WORKING or self.sandbox is None or self.sandbox.story.is_attached:
            self.action_leave_now()
            return
        from screens.sandbox.questions import leave_question

        def answered(leave: bool | None) -> None:
            if leave:
                self.action_leave_now()

        self.push_screen(leave_question(state), answered)

    @work(group="leave")
    async def action_leave_now(self) -> None:
        """End the engine and the app; what CloudFormation does goes on without us."""
        from screens.start.screen import StartScreen

        self.feed.close()
        if self.sandbox is not None:
            self.sandbox.opened.controls.stop()
        for screen in self.screen_stack:
            if isinstance(screen, StartScreen):
                self._left_undone = screen.leave()
        self.exit()

    def end_soon(self) -> None:
        """End as ``action_leave_now`` does; may be called at any time, from any thread."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._end, context=self.own_context)

    def _end(self) -> None:
        self.feed.close()
        if self.sandbox is not None:
            self.sandbox.opened.controls.stop()
        self.exit()

    @property
    def holds_terminal(self) -> bool:
        """Whether the terminal shows the app, not the shell or a program that it was lent to."""
        return bool(getattr(self._driver, "holds_terminal", True))

    def _handle_exception(self, error: Exception) -> None:
        """Whatever nobody foresaw, in whichever part of the app."""
        is_bug = problem_of(error) is None
        if self.is_headless and self.raises_unforeseen and is_bug and self._exception is None:
            self._exception = error  # a test's end raises it
            self._exception_event.set()
        self.unforeseen.take(error)

    def _crash_folder(self) -> Path:
        if self.sandbox is not None:
            return self.sandbox.opened.info.sandbox_dir.parent
        return crash_folder(Path.cwd())

    @property
    def farewell(self) -> str:
        """What to say in the shell afterwards: what goes on without the app."""
        if self._left_undone:
            return self._left_undone
        cloud = self.sandbox.story.local_cloud if self.sandbox is not None else None
        if cloud is None or cloud.status != "running":
            return ""
        return f"The local cloud runs on at {cloud.endpoint}; amplify-tui local stop ends it."

    def wait_for_engine(self) -> bool:
        """After the app: wait for the engine's end; False where it takes too long."""
        if self.sandbox is None:
            return True
        return self.sandbox.opened.controls.join(STOP_SECONDS)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Two bindings on one key, from the user's settings: say so once for each."""
        names = ", ".join(sorted(binding.id or binding.action for binding in clashed_bindings))
        words = f"Keys in the settings file clash: {names}"
        if words not in self._told_clashes:
            self._told_clashes.add(words)
            self.say(words, "warning")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that works now, for the palette: the keys' actions and the themes."""
        seen: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if not active.enabled or not binding.description or binding.action in seen:
                continue
            if binding.id is None or binding.id == "app.palette":
                continue
            seen.add(binding.action)
            words = f"{binding.tooltip or binding.description}  ({self.get_key_display(binding)})"

            def run(action: str = binding.action, node: DOMNode = active.node) -> None:
                self.run_worker(self.run_action(action, node), exclusive=False)

            yield SystemCommand(binding.description, words, run)
        for name in self.available_themes:
            if name != self.theme:

                def use(theme: str = name) -> None:
                    self.theme = theme

                yield SystemCommand(f"Theme: {name}", "Use this theme, and remember it", use)
        yield SystemCommand("Screenshot", "Save the screen as SVG", self.deliver_screenshot)
