"""The keys of the playground's screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _key(
    keys: str,
    action: str,
    words: str,
    name: str,
    about: str,
    *,
    show: bool = False,
    first: bool = False,
) -> Binding:
    """``first``: before the editor, which has a use of its own for the key."""
    return Binding(keys, action, words, show, priority=first, id=f"play.{name}", tooltip=about)


SCREEN_BINDINGS: list[BindingType] = [
    _key("f5,ctrl+enter,ctrl+j", "run", "Run", "run", "Run the operation at the cursor", show=True),
    _key("f9", "stop", "Stop", "stop", "End the stream or the request", show=True),
    _key("f2", "caller", "Run as", "caller", "Choose who runs it", show=True),
    _key("f3", "schema", "Schema", "schema", "Search the schema, write operations", show=True),
    _key(
        "f7",
        "compare",
        "Compare",
        "compare",
        "Run as two callers, side by side",
        show=True,
        first=True,
    ),
    _key("f4", "history", "History", "history", "What was run before", show=True),
    _key(
        "f6",
        "other",
        "Next part",
        "other",
        "Go to the next part of the screen",
        show=True,
        first=True,
    ),
    _key(
        "escape",
        "leave_text",
        "Out of the text",
        "leave_text",
        "Out of the text, to the result; once more leaves the playground",
        show=True,
    ),
    _key("escape", "back", "Sandbox", "back", "Back to the sandbox; streams go on", show=True),
    _key("f8", "prettify", "Layout", "prettify", "Lay the operation out anew", show=True),
    _key(
        "ctrl+e",
        "edit_outside",
        "Editor",
        "editor",
        "Edit this text in your own editor ($VISUAL, $EDITOR)",
        show=True,
        first=True,
    ),
    _key("ctrl+t", "new_tab", "New tab", "new_tab", "Open another tab", show=True),
    _key("ctrl+w", "close_tab", "Close tab", "close_tab", "Close this tab", first=True),
    _key("ctrl+n", "step_tab(1)", "Next tab", "next_tab", "Go to the next tab", show=True),
    _key("ctrl+b", "step_tab(-1)", "Previous tab", "previous_tab", "Go to the previous tab"),
    _key("ctrl+o", "open", "Open", "open", "Open a saved operation", show=True),
    _key("ctrl+s", "save", "Save", "save", "Save it in graphql/", show=True),
    _key("f10", "place", "Address", "place", "Go to another API, or back", show=True),
    _key("ctrl+r", "reload", "Reload schema", "reload", "Read the schema again", show=True),
]
