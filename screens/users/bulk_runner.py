"""Actions on users: in threads, some at a time, with progress, results, and another try."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from screens.users.report_screen import ReportScreen, report_title
from workbench.users.bulk import BulkReport, run_bulk
from workbench.users.user_pools import User, UserPool
from workbench.wording import plural

if TYPE_CHECKING:
    from screens.users.table_screen import UserTableScreen

_TELL = 0.2
"""Seconds between two looks at how far an action is."""


class Acting:
    """Runs one action at a time; ``words`` is its progress, "" while nothing runs.

    ``share`` is how much of it is done, from 0 to 1; None where that is not known.
    """

    def __init__(self, screen: UserTableScreen) -> None:
        self._screen = screen
        self.words = ""
        self.share: float | None = None
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
        """Do it with every user, then show them as they are; True where it worked with all.

        Where the action returns a User, that is how they are then; else Cognito is asked.
        """
        screen = self._screen
        if self.is_busy:
            screen.shell.say("Another action runs still", "warning")
            return False
        names = [user.username for user in users]
        labels = {user.username: user.label for user in users}
        done = 0
        while True:
            report = await self._once(words, pool, names, action, removes=removes)
            done += len(report.done)
            if not report.failed:
                if report.skipped:
                    begun = f"{words}: {done} of {plural(len(users), 'user')}"
                    screen.shell.say(f"{begun}, stopped before the others", "warning")
                elif done:
                    one = len(report.done) == 1 and done == 1
                    whom = labels[report.done[0]] if one else plural(done, "user")
                    screen.shell.say(f"{words}: {whom}")
                return not report.skipped
            if len(users) == 1:
                failure = report.failed[0]
                screen.shell.say(f"{failure.why} {failure.next_step}", "error")
                return False
            title = report_title(words, done, len(report.failed), len(report.skipped))
            again = await screen.app.push_screen_wait(ReportScreen(title, report.failed, labels))
            if not again:
                return False
            names = list(again)

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

        def tell() -> None:
            count = len(arrived)
            self.tell(f"{words} · {count:,} of {len(names):,} · Esc stops", count / len(names))

        def do(username: str) -> None:
            user = action(username)
            if isinstance(user, User):
                fresh.append(user)
            elif not removes:
                fresh.append(pool.user(username).user)

        tell()
        # Looked at, not told: a call into the screen for each user would hold the threads up.
        telling = screen.set_interval(_TELL, tell)
        try:
            report = await asyncio.to_thread(
                run_bulk,
                names,
                do,
                on_result=arrived.append,
                is_cancelled=lambda: self._is_cancelled,
            )
        finally:
            telling.stop()
            self.tell("")
        for user in fresh:
            screen.roster.put(user)
        for username in report.done if removes else ():
            screen.roster.remove(username)
        screen.show_roster()
        return report

    def tell(self, words: str, share: float | None = None) -> None:
        """Say how far it is; "" where nothing runs any more."""
        self.words, self.share = words, share
        self._screen.show_bar()
