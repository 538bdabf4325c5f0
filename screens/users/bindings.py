"""The keys of the users pane, and what they need."""

from __future__ import annotations

from textual.binding import BindingType

from screens.widgets.keys import key

SCREEN_BINDINGS: list[BindingType] = [
    key("users.create", "n", "create", "New", "Create a user"),
    key("users.search", "slash", "search", "Search",
        "Search: a text, name=Ann exactly, name^An the beginning"),
    key("users.details", "enter", "details", "Details", "Go to the user's details"),
    key("users.edit", "e", "edit", "Edit", "Change the user's attributes"),
    key("users.password", "p", "password", "Password", "Set a password, or generate one"),
    key("users.groups", "m", "groups", "Groups", "Add to a group, or remove from it"),
    key("users.switch", "t", "switch", "Enable/disable", "Enable or disable the user"),
    key("users.more", "x", "more", "More",
        "Confirm, verify, reset, sign out, MFA, devices, passkeys"),
    key("users.delete", "D", "delete", "Delete", "Delete for good; asks first"),
    key("users.sign_in", "o", "sign_in", "Sign in as",
        "Sign in as the user; shows and saves the tokens"),
    key("users.sign_up", "O", "sign_up", "Sign up",
        "Sign up as a new user, as an application does", show=False),
    key("users.query", "u", "query", "Query as", "Run playground queries as this user"),
    key("users.inbox", "i", "sent_messages", "Messages",
        "Messages that Cognito would have sent: codes, invitations"),
    key(
        "users.settings", "v", "settings", "Pool", "The pool's settings and the code that sets them"
    ),
    key("users.triggers", "l", "triggers", "Triggers", "Trigger functions and their last runs",
        show=False),
    key("users.manage_groups", "M", "manage_groups", "All groups",
        "Create, change and delete groups", show=False),
    key("users.pool", "P", "pool", "Other pool", "Choose another user pool", show=False),
    key("users.export", "E", "export", "Export", "Write the users found to a CSV or JSON file",
        show=False),
    key("users.import", "I", "import", "Import", "Create the users of a CSV or JSON file",
        show=False),
    key("users.seed", "S", "seed", "Seed", "Create test users", show=False),
    key("users.mark", "space", "mark", "Mark", "Mark for an action on several users"),
    key("users.mark_all", "ctrl+a", "mark_all", "Mark all", "Mark all loaded users", show=False),
    key("users.sort", "s", "sort", "Sort", "Sort what is loaded by the next column", show=False),
    key("users.columns", "c", "columns", "Columns", "Show, hide and move columns", show=False),
    key("users.reload", "r", "reload", "Refresh", "Load the users again"),
    key("users.back", "escape", "back", "Back",
        "Back to the table; then unmark, end the search, leave the pane"),
]  # fmt: skip

OF_A_USER = (
    "edit",
    "password",
    "groups",
    "switch",
    "more",
    "delete",
    "query",
    "mark",
    "sign_in",
    "details",
)
"""Actions that need a user under the cursor."""

OF_A_POOL = (
    "create",
    "sign_up",
    "sent_messages",
    "settings",
    "manage_groups",
    "triggers",
    "pool",
    "export",
    "import",
    "seed",
)
"""Actions that need a pool."""

WHILE_NOT_TYPING = (
    *OF_A_USER, *OF_A_POOL, "sort", "columns", "reload", "search", "mark_all",
)  # fmt: skip
"""Actions whose keys are letters in a text."""
