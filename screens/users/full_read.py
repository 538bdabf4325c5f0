"""The question before all users of a large pool on AWS are read."""

from __future__ import annotations

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, TEXT
from workbench.users.user_pools import PAGE, PoolDescription, UserPool
from workbench.wording import plural

_UNASKED = 1_000
"""Users that are read without a question: 17 requests."""


def full_read_cost(pool: UserPool, about: PoolDescription) -> str:
    """What reading all users costs, in words; empty where that is next to nothing."""
    if pool.is_local or (about.is_known and about.estimated_users <= _UNASKED):
        return ""
    if not about.is_known:
        return f"How many users there are is not known; each {PAGE} are a request to Cognito."
    requests = plural(-(-about.estimated_users // PAGE), "request")
    return f"About {about.estimated_users:,} users: {requests} to Cognito, one after the other."


def full_read_question(cost: str, why: str) -> ConfirmScreen:
    """Ask whether to read all users; Esc ends the reading later, too."""
    rows = [Row(((why, TEXT),)), Row(((cost, TEXT),)), Row((("Esc stops it.", MUTED),))]
    return ConfirmScreen("Read all users of this pool?", rows, "Read all", "Cancel")
