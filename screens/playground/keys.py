"""The keys of the playground's screen, and which of them work now."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import BindingType

from screens.widgets.keys import key

SCREEN_BINDINGS: list[BindingType] = [
    key("play.run", "f5,ctrl+enter,ctrl+j", "run", "Run", "Run the operation at the cursor"),
    key("play.stop", "f9", "stop", "Stop", "End the stream, or stop waiting for the request"),
    key("play.caller", "f2", "caller", "Run as", "Choose who runs the operation"),
    key("play.schema", "f3", "schema", "Schema", "Search the schema and write an operation"),
    # With priority: before the editor, which has a use of its own for the key.
    key(
        "play.compare",
        "f7",
        "compare",
        "Compare",
        "Run as two callers, side by side",
        priority=True,
    ),
    key("play.history", "f4", "history", "History", "Search the earlier runs"),
    key(
        "play.other", "f6", "other", "Next part", "Go to the next part of the screen", priority=True
    ),
    key(
        "play.leave_text",
        "escape",
        "leave_text",
        "Result",
        "Go from the text to the result; again: leave the playground",
    ),
    key("play.back", "escape", "back", "Sandbox", "Go back to the sandbox; streams go on"),
    key("play.prettify", "f8", "format", "Format", "Format the operation"),
    key(
        "play.editor",
        "ctrl+e",
        "edit_outside",
        "Editor",
        "Edit this text in your own editor ($VISUAL, $EDITOR)",
        priority=True,
    ),
    key("play.new_tab", "ctrl+t", "new_tab", "New tab", "Open another tab"),
    key(
        "play.close_tab",
        "ctrl+w",
        "close_tab",
        "Close tab",
        "Close this tab",
        show=False,
        priority=True,
    ),
    key("play.next_tab", "ctrl+n", "step_tab(1)", "Next tab", "Go to the next tab"),
    key(
        "play.previous_tab",
        "ctrl+b",
        "step_tab(-1)",
        "Previous tab",
        "Go to the previous tab",
        show=False,
    ),
    key("play.open", "ctrl+o", "open", "Open", "Open a saved operation"),
    key("play.save", "ctrl+s", "save", "Save", "Save the operation in graphql/"),
    key(
        "play.place", "f10", "address", "Address", "Connect to another API, or back to the sandbox"
    ),
    key("play.reload", "ctrl+r", "reload", "Reload schema", "Read the schema again"),
]


@dataclass(frozen=True, slots=True)
class KeyState:
    """What decides which keys work."""

    in_text: bool
    can_edit: bool
    is_connected: bool
    has_schema: bool
    is_running: bool
    has_text: bool
    tabs: int

    def allows(self, action: str) -> bool | None:
        """Whether an action's key works now; None if it always does."""
        match action:
            case "leave_text":
                return self.in_text
            case "back":
                return not self.in_text
            case "edit_outside":
                return self.can_edit
            case "stop":
                return self.is_running
            case "schema":
                return self.has_schema
            case "caller" | "compare":
                return self.is_connected
            case "format" | "save":
                return self.has_text
            case "step_tab":
                return self.tabs > 1
            case _:
                return None
