"""The keys of the users pane."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _key(
    keys: str, action: str, words: str, name: str, about: str, *, show: bool = True
) -> Binding:
    return Binding(keys, action, words, show, id=f"users.{name}", tooltip=about)


SCREEN_BINDINGS: list[BindingType] = [
    _key("n", "create", "New", "create", "Create a user"),
    _key(
        "slash",
        "search",
        "Search",
        "search",
        "Search: a text, name=Ann exactly, name^An by the beginning",
    ),
    _key("e", "edit", "Edit", "edit", "Change the user's attributes"),
    _key("p", "password", "Password", "password", "Set a password, or generate one"),
    _key("m", "groups", "Groups", "groups", "Put into groups, take out of them"),
    _key("t", "switch", "Enable/disable", "switch", "Let sign in, or keep from signing in"),
    _key("x", "more", "More", "more", "Confirm, verify, reset the password, sign out"),
    _key("D", "delete", "Delete", "delete", "Delete for good; asks first"),
    _key(
        "o", "sign_in", "Sign in as", "sign_in", "Sign in as the user; shows and keeps the tokens"
    ),
    _key("u", "query", "Query as", "query", "Run playground queries as this user"),
    _key("i", "inbox", "Inbox", "inbox", "What Cognito would have sent: codes, invitations"),
    _key("v", "settings", "Pool", "settings", "The pool's settings, and the lines that set them"),
    _key(
        "l", "triggers", "Triggers", "triggers", "Trigger functions and their last runs", show=False
    ),
    _key(
        "M",
        "manage_groups",
        "All groups",
        "manage_groups",
        "Make, change and delete groups",
        show=False,
    ),
    _key("P", "pool", "Other pool", "pool", "Choose another user pool", show=False),
    _key(
        "E", "export", "Export", "export", "Write the users found to a CSV or JSON file", show=False
    ),
    _key("I", "import", "Import", "import", "Make the users of a CSV or JSON file", show=False),
    _key("S", "seed", "Seed", "seed", "Make users to try the backend with", show=False),
    _key("space", "mark", "Mark", "mark", "Mark for an action on several users"),
    _key("ctrl+a", "mark_all", "Mark all", "mark_all", "Mark all loaded users", show=False),
    _key("s", "sort", "Sort", "sort", "Sort what is loaded by the next column", show=False),
    _key("c", "columns", "Columns", "columns", "Show, hide and move columns", show=False),
    _key("r", "reload", "Reload", "reload", "Read the users again"),
    _key("escape", "back", "Back", "back", "Unmark, end the search, then the sandbox"),
]
