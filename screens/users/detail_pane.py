"""One user's details, asked for when the cursor rests on them."""

from __future__ import annotations

import asyncio

from textual import work
from textual.timer import Timer

from screens.users.user_rows import detail_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.tones import FAIL, MUTED
from workbench.aws.user_pools import User, UserPool, UserPoolProblem

_DELAY = 0.12
"""Seconds that the cursor must rest before a user is asked for: a held key asks for none."""


class DetailPane(RowList):
    """Attributes, groups and MFA; the copy key takes a line's value."""

    def __init__(self) -> None:
        super().__init__(
            empty=((("One user's details stand here.", MUTED),),),
            id="users-detail",
            classes="pane",
        )
        self.border_title = "User"
        self._resting: Timer | None = None

    def rest_on(self, user: User | None, pool: UserPool | None) -> None:
        """Show this user soon, if no other one comes before."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_DELAY, lambda: self._show(user, pool))

    @work(group="detail", exclusive=True)
    async def _show(self, user: User | None, pool: UserPool | None) -> None:
        if user is None or pool is None:
            self.border_title = "User"
            self.show_rows([])
            return
        try:
            details = await asyncio.to_thread(pool.user, user.username)
        except UserPoolProblem as problem:
            rows = [Row((("✗ ", FAIL), (str(problem), MUTED)))]
        else:
            rows = [Row(spans, copy=value) for value, spans in detail_rows(details)]
        self.border_title = user.label
        self.show_rows(rows)
