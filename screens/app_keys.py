"""The keys that work on every screen, those of the panes from their registries."""

from __future__ import annotations

from typing import Final

from textual.binding import BindingType

from screens.panes import PANES
from screens.sandbox.pane_tabs import PANES as SANDBOX_PANES
from screens.widgets.keys import key
from screens.widgets.question_banner import QUESTION_KEY

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
