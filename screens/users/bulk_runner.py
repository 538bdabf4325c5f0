"""Runs an action on users: some at a time, with progress and another try for those that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.message import Message

from screens.users.actions import UserAction
from screens.users.report_screen import ReportScreen, report_title
from screens.users.user_list import UserList
from workbench.users.bulk import BulkReport, run_bulk
from workbench.users.user_pools import User, UserPool, UserPoolProblem
from workbench.wording import plural

_EVERY = 0.2
"""Seconds between two updates of the progress: one for each user would hold the threads up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action on users came to; ``done`` are usernames."""

    done: tuple[str, ...]
    failed: int = 0
    skipped: int = 0


class BulkRunner:
    """Runs one action at a time, and puts the users' new state into a UserList."""

    class Progress(Message, bubble=False):
        """The action has started, made progress, or ended."""

    class Changed(Message, bubble=False):
        """Users of the list are changed or removed."""

    def __init__(self, users: UserList, post: Callable[[Message], object]) -> None:
        self._users = users
        self._post = post
        self._is_cancelled = False
        self.text = ""
        """The progress; "" while nothing runs."""
        self.share = 0.0
        """How much is done, from 0 to 1."""

    @property
    def is_running(self) -> bool:
        """Whether an action is running."""
        return bool(self.text)

    def cancel(self) -> None:
        """Start with no further user."""
        self._is_cancelled = True

    async def run(
        self,
        action: UserAction,
        pool: UserPool,
        users: Sequence[User],
        ask: Callable[[ReportScreen], Awaitable[tuple[str, ...] | None]],
    ) -> Outcome:
        """Run the action; ``ask`` shows who failed, and says with whom to try again.

        Raises UserPoolProblem where the only user failed.
        """
        names = tuple(user.username for user in users)
        by_name = {user.username: user for user in users}
        labels = {name: user.label for name, user in by_name.items()}
        done: tuple[str, ...] = ()
        while True:
            report = await self._once(action, pool, by_name, names)
            done += report.done
            if not report.failed:
                return Outcome(done, 0, len(report.skipped))
            if len(users) == 1:
                (failure,) = report.failed
                raise UserPoolProblem(failure.why, failure.next_step, failure.code)
            title = report_title(action, len(done), len(report.failed), len(report.skipped))
            again = await ask(ReportScreen(title, report.failed, labels))
            if not again:
                return Outcome(done, len(report.failed), len(report.skipped))
            names = again

    async def _once(
        self,
        action: UserAction,
        pool: UserPool,
        by_name: Mapping[str, User],
        names: Sequence[str],
    ) -> BulkReport:
        arrived: list[str] = []
        changed: list[User] = []
        self._is_cancelled = False

        def do(username: str) -> None:
            user = action.do(pool, username)
            if user is None and action.after is not None:
                user = action.after(by_name[username])
            elif user is None and not action.removes:
                user = pool.get_if_allowed(username)
            if user is not None:
                changed.append(user)

        running = asyncio.ensure_future(
            asyncio.to_thread(
                run_bulk,
                names,
                do,
                on_result=arrived.append,
                is_cancelled=lambda: self._is_cancelled,
            )
        )
        try:
            while not running.done():
                count = f"{len(arrived):,} of {plural(len(names), 'user')}"
                self.text = f"{action.words(count)} · Esc stops"
                self.share = len(arrived) / len(names)
                self._post(self.Progress())
                await asyncio.wait({running}, timeout=_EVERY)
            report = running.result()
        finally:
            self.text = ""
            self._post(self.Progress())
        for user in changed:
            self._users.put(user)
        for username in report.done if action.removes else ():
            self._users.remove(username)
        self._post(self.Changed())
        return report


def outcome_text(action: UserAction, users: Sequence[User], outcome: Outcome) -> str:
    """What to say of an outcome, "" where nothing was done."""
    count = len(outcome.done)
    if outcome.skipped:
        part = f"{count:,} of {plural(len(users), 'user')}"
        return f"{action.words(part)}, then stopped"
    if not count or outcome.failed:
        return ""
    one = next((user.label for user in users if (user.username,) == outcome.done), "")
    return action.words(one or plural(count, "user"))
