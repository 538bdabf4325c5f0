"""The keys that work on every screen, and what they do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from screens.ending import Ending
from screens.key_router import KeyRouter
from screens.message_list import MessageList
from screens.messages import OpenPane
from screens.navigation import Navigation
from screens.panes import PANES
from screens.sandbox.open_question import OpenQuestion
from screens.sandbox.pane_tabs import PANES as SANDBOX_PANES
from screens.shell import AppShell
from screens.widgets.keys import key
from screens.widgets.question_banner import QUESTION_KEY

if TYPE_CHECKING:
    from screens.sandbox.screen import SandboxScreen

# fmt: off
APP_KEYS: Final[list[BindingType]] = [
    key("app.help", "question_mark", "help", "Keys", "Show all keys", display="?"),
    key("app.palette", "ctrl+p", "command_palette", "Commands", "Search all commands"),
    key("app.help_typing", "f1", "help", "Keys", "Show all keys (also while typing)",
        show=False, priority=True),
    key("app.commands", "colon", "command_palette", "Commands", "Search all commands",
        show=False),
    key("app.answer", QUESTION_KEY, "answer", "Decide",
        "Open the question that waits for you (also while typing)", priority=True),
    key("app.decide", "a", "answer", "Decide", "Open the waiting question", show=False),
    key("app.messages", "ctrl+g", "messages", "Messages",
        "Show the messages that appeared at the edge of the screen",
        show=False, priority=True),
    key("app.sign_in", "ctrl+l", "sign_in", "Sign in", "Sign in to AWS, again before its end too",
        show=False, priority=True),
    key("app.suspend", "ctrl+z", "suspend_process", "Suspend",
        "Suspend to the shell; fg resumes", show=False),
    key("app.next", "tab", "app.focus_next", "Next pane", "Next pane", show=False),
    key("app.previous", "shift+tab", "app.focus_previous", "Previous pane", "Previous pane",
        show=False),
    key("app.quit_now", "ctrl+c,ctrl+q", "leave_now", "Quit now", "Quit without asking",
        show=False, priority=True),
    *(
        key(f"pane.{name}", str(number), f"pane('{name}')", title, f"Go to {title}", show=False)
        for number, (name, title) in enumerate(SANDBOX_PANES, 1)
    ),
    key("pane.problems", "6", "pane('problems')", "Problems", "Go to the problems", show=False),
    *(
        key(f"pane.{pane.id}", pane.key, f"open_pane('{pane.id}')", pane.title, pane.tooltip)
        for pane in PANES
    ),
    key("pane.own", "0", "own", "Own sandbox", "Switch back to your own sandbox"),
    key("app.back", "q", "back", "Back", "Back to the sandbox"),
    key("app.quit", "q", "leave", "Quit",
        "Quit, from the first screen (asks while synthesizing and deploying)"),
]
# fmt: on


class KeyedApp(App[None]):
    """The app as its keys need it; ``screens.app`` makes the parts."""

    BINDINGS: ClassVar[list[BindingType]] = APP_KEYS

    navigation: Navigation
    shell: AppShell
    question: OpenQuestion
    keys: KeyRouter
    ending: Ending
    messages: MessageList

    @property
    def sandbox(self) -> SandboxScreen | None:
        """The sandbox's screen, once it is there."""
        return self.navigation.sandbox

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        match action:
            case "answer":
                return self.question.is_open
            case "back":
                return not self.navigation.is_home
            case "leave":
                return self.navigation.is_home
            case "sign_in":
                return self._can_sign_in
            case "own":
                return self.shell.environment is not None
            case "pane" if parameters == ("problems",):
                return self.sandbox is not None and self.sandbox.has_problems
            case "pane" | "open_pane":
                return self.sandbox is not None
            case _:
                return super().check_action(action, parameters)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Two bindings on one key, from the user's settings."""
        self.keys.warn_of_clash(clashed_bindings)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that works now, for the palette."""
        from screens.commands import commands

        return commands(self, screen)

    def action_answer(self) -> None:
        """Open the question that waits for the user."""
        self.question.ask()

    def action_help(self) -> None:
        """Show all keys of the current screen."""
        from screens.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen, self.keys.keymap))

    def action_messages(self) -> None:
        """Show the messages that appeared, the newest first."""
        from screens.dialogs.rows_screen import RowsScreen

        if self.screen.id != "messages":
            self.push_screen(RowsScreen("Messages", self.messages.rows(), id="messages"))

    @property
    def _can_sign_in(self) -> bool:
        """On AWS, and not in a dialog, unless it shows why one should."""
        from screens.dialogs.problem_screen import ProblemScreen

        if self.sandbox is None or self.sandbox.opened.info.aws is None:
            return False
        return not isinstance(self.screen, ModalScreen) or isinstance(self.screen, ProblemScreen)

    def action_sign_in(self) -> None:
        """Sign in to AWS, from anywhere."""
        if self.sandbox is not None:
            self.sandbox.sign_in()

    def action_pane(self, pane: str) -> None:
        """Go to one of the sandbox's panes, from anywhere."""
        if self.navigation.close_to_sandbox() and self.sandbox is not None:
            self.sandbox.show_pane(pane)

    def action_open_pane(self, name: str) -> None:
        """Go to a pane, from anywhere."""
        self.navigation.open(OpenPane(name))

    def action_own(self) -> None:
        """Switch back to the user's own sandbox."""
        self.navigation.close_to_sandbox()
        self.navigation.select(None)

    async def action_back(self) -> None:
        """Leave what is in front: one level up."""
        self.navigation.back()

    def action_leave(self) -> None:
        """Quit; ask first while a deployment is prepared or runs."""
        state = self.ending.under_way
        if state is None:
            self.ending.leave()
            return
        from screens.sandbox.questions import leave_question

        self.push_screen(
            leave_question(state), lambda leave: self.ending.leave() if leave else None
        )

    def action_leave_now(self) -> None:
        """Quit without asking."""
        self.ending.leave()
