"""Details of one user, loaded when the cursor rests on them."""

from __future__ import annotations

import asyncio

from rich.cells import cell_len
from textual import work
from textual.timer import Timer

from screens.users.user_rows import denied_rows, detail_rows, security_rows
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, Spans
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.users.open_pool import OpenedPool
from workbench.users.user_pools import User, UserDetails, UserPoolProblem
from workbench.users.user_security import read_security

_DELAY = 0.12
"""Seconds that the cursor must rest before a user is asked for: a held key asks for none."""


class DetailPane(WrappedRows):
    """Attributes, groups and MFA, wrapped where they are long.

    The copy key takes a line's value.
    """

    def __init__(self) -> None:
        super().__init__(
            empty=((("Details of the user under the cursor.", MUTED),),),
            id="users-detail",
            classes="pane",
            filters=False,
        )
        self.border_title = "User"
        self._resting: Timer | None = None

    def rest_on(self, user: User | None, opened: OpenedPool | None) -> None:
        """Show this user soon, if no other one comes before."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_DELAY, lambda: self._show(user, opened))

    @work(group="detail", exclusive=True)
    async def _show(self, user: User | None, opened: OpenedPool | None) -> None:
        if user is None or opened is None:
            self.border_title = "User"
            self.show_wrapped([])
            return
        denied: list[str] = []
        try:
            details = await asyncio.to_thread(opened.pool.user, user.username)
            denied += [details.no_groups] if details.no_groups else []
            rows = [_row(value, spans) for value, spans in detail_rows(details)]
        except UserPoolProblem as problem:
            rows = problem_rows(problem)
            if problem.is_denied:
                known = UserDetails(user, no_groups=problem.what, mfa=("not known",))
                rows += [Row(()), *(_row(value, spans) for value, spans in detail_rows(known))]
        self.border_title = as_title(user.label)
        self.show_wrapped(rows)
        try:
            more = await asyncio.to_thread(read_security, opened, user)
        except UserPoolProblem as problem:
            rows += problem_rows(problem)
        else:
            denied += more.denied
            rows += [Row(spans, copy=value) for value, spans in security_rows(user, more)]
        rows += [Row(spans, copy=value, indent=2) for value, spans in denied_rows(denied)]
        self.show_wrapped(rows)


def _row(value: str, spans: Spans) -> Row:
    """A fact; what does not fit continues below its value."""
    indent = cell_len(spans[0][0]) if spans else None
    return Row(spans, copy=value, indent=indent)
