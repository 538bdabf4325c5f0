"""The lines above and below the table: which pool, how much is loaded, how far an action is."""

from __future__ import annotations

from textual.widgets import Static

from screens.users.user_list import UserList
from workbench.users.open_pool import OpenedPool
from workbench.users.search import ANYWHERE_HERE, parse_search
from workbench.wording import plural

_BAR = 16
"""Cells of the bar that shows how far an action is."""


def status_text(
    title: str, opened: OpenedPool | None, users: UserList, *, estimate: int | None, loading: bool
) -> str:
    """Say which pool it is, how much of it is loaded, the search, the order and the marks."""
    if opened is not None:
        title = f"▲ {opened.name}" if opened.name else title
        title += f" · {opened.pool.pool_id}"
    count = plural(len(users.shown), "user") + ("" if users.is_complete else " so far")
    if estimate is not None and not users.is_complete:
        count += f" of about {estimate:,}"
    if loading and not users.shown:
        count = "loading …"
    elif opened is None:
        count = "not loaded"
    parts = [title, count]
    if users.search:
        parts.append(f"search {users.search}{_where(opened, users.search)}")
        if users.is_filtered_here and opened is not None and not opened.pool.is_local:
            parts.append(f"Cognito cannot search this: {plural(users.read_count, 'user')} read")
    if users.order.column:
        parts.append(f"by {users.order.column}" + ("" if users.is_complete else " (of the loaded)"))
    if users.marked:
        parts.append(f"{len(users.marked)} marked")
    return " · ".join(parts)


def _where(opened: OpenedPool | None, text: str) -> str:
    """Says of a text that is found anywhere that AWS would not."""
    if opened is None or not opened.pool.is_local:
        return ""
    is_anywhere = parse_search(text, everywhere=True).where == ANYWHERE_HERE
    return " anywhere (local cloud only)" if is_anywhere else ""


def loading_text(users: UserList, estimate: int | None) -> tuple[str, float | None]:
    """The progress of loading all users, and how much is done where that is known."""
    whole = f" of about {estimate:,}" if estimate else ""
    share = users.read_count / estimate if estimate else None
    return f"Loading users · {users.read_count:,}{whole} · Esc stops", share


class ProgressLine(Static):
    """A text with a bar; hidden without a text."""

    def __init__(self) -> None:
        super().__init__("", id="users-progress", markup=False)

    def show(self, text: str, share: float | None = None) -> None:
        """Show how far it is; ``share`` from 0 to 1, None where that is not known."""
        bar = "" if share is None else f"{'█' * round(_BAR * min(1, share)):░<{_BAR}} "
        self.update(f"{bar}{text}")
        self.display = bool(text)
