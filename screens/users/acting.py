"""Actions on users: in threads, some at a time, with progress, results, and another try."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from screens.users.dialogs import ask_retry
from workbench.aws.user_pools import User, UserPool
from workbench.users.bulk import BulkReport, run_bulk
from workbench.wording import plural

if TYPE_CHECKING:
    from screens.users.table_screen import UserTableScreen


class Acting:
    """Runs one action at a time; ``words`` is its progress, "" while nothing runs."""

    def __init__(self, screen: UserTableScreen) -> None:
        self._screen = screen
        self.words = ""
        self._is_cancelled = False

    @property
    def is_busy(self) -> bool:
        """Whether an action runs."""
        return bool(self.words)

    def cancel(self) -> None:
        """Begin with no further user."""
        self._is_cancelled = True

    async def act(
        self,
        words: str,
        pool: UserPool,
        users: Sequence[User],
        action: Callable[[str], object],
        *,
        removes: bool = False,
    ) -> bool:
        """Do it with every user, then show them as they are; True where it worked with all."""
        screen = self._screen
        if self.is_busy:
            screen.app.say("Another action runs still", "warning")
            return False
        names = [user.username for user in users]
        labels = {user.username: user.label for user in users}
        while True:
            report = await self._once(words, pool, names, action, removes=removes)
            if report.skipped:
                screen.app.say(f"{words}: stopped; not done with {len(report.skipped)}", "warning")
            if report.done and not report.failed:
                one = len(report.done) == 1
                whom = labels[report.done[0]] if one else plural(len(report.done), "user")
                screen.app.say(f"{words}: {whom}")
            if not report.failed:
                return not report.skipped
            if len(users) == 1:
                failure = report.failed[0]
                screen.app.say(f"{failure.why} {failure.next_step}", "error")
                return False
            if not await ask_retry(screen, words, report.failed, labels):
                return False
            names = [failure.username for failure in report.failed]

    async def _once(
        self,
        words: str,
        pool: UserPool,
        names: Sequence[str],
        action: Callable[[str], object],
        *,
        removes: bool,
    ) -> BulkReport:
        """Do it with each, telling how far it is; then show them as they are."""
        screen = self._screen
        arrived: list[str] = []
        fresh: list[User] = []
        self._is_cancelled = False
        self.tell(f"{words} · 0 of {len(names)}")

        def one_done(username: str) -> None:
            arrived.append(username)
            screen.app.call_from_thread(self.tell, f"{words} · {len(arrived)} of {len(names)}")

        def do(username: str) -> None:
            action(username)
            if not removes:
                fresh.append(pool.user(username).user)

        try:
            report = await asyncio.to_thread(
                run_bulk, names, do, on_result=one_done, is_cancelled=lambda: self._is_cancelled
            )
        finally:
            self.tell("")
        for user in fresh:
            screen.roster.put(user)
        for username in report.done if removes else ():
            screen.roster.remove(username)
        screen.show_roster()
        return report

    def tell(self, words: str) -> None:
        """Say how far it is; "" where nothing runs any more."""
        self.words = words
        self._screen.show_bar()
