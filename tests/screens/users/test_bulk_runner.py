"""The bulk runner: one action on some users, without a screen."""

from __future__ import annotations

import threading

import pytest
from textual.message import Message

from screens.users.actions import DELETE, DISABLE, UserAction, add_to
from screens.users.bulk_runner import BulkRunner, Outcome, outcome_text
from screens.users.report_screen import ReportScreen, report_title
from screens.users.user_list import UserList
from tests.users.stubbed_pool import stubbed_pool
from workbench.users.search import Search
from workbench.users.user_pools import User, UserPool, UserPoolProblem

ANN, BOB, CY = (User(name, "CONFIRMED", enabled=True) for name in ("ann", "bob", "cy"))
ALL = (ANN, BOB, CY)
POOL = stubbed_pool().pool


class Bulk:
    """A runner with its list, and what was asked and posted."""

    def __init__(self, *retries: tuple[str, ...]) -> None:
        self.users = UserList()
        self.users.reset(Search())
        self.users.take(ALL, is_last=True)
        self.posted: list[Message] = []
        self.reports: list[ReportScreen] = []
        self._retries = iter(retries)
        self.runner = BulkRunner(self.users, self.posted.append)

    async def ask(self, report: ReportScreen) -> tuple[str, ...]:
        self.reports.append(report)
        return next(self._retries, ())

    async def run(self, action: UserAction, *users: User) -> Outcome:
        return await self.runner.run(action, POOL, users or ALL, self.ask)


def disabled(_pool: UserPool, name: str) -> User:
    return User(name, "CONFIRMED", enabled=False)


class FailsFor:
    """Disables users, but refuses each of these names once."""

    def __init__(self, *names: str) -> None:
        self._names = set(names)

    def __call__(self, pool: UserPool, name: str) -> User:
        if name in self._names:
            self._names.discard(name)
            raise UserPoolProblem(f"No {name}.", "Choose another.")
        return disabled(pool, name)


async def test_the_list_has_the_users_as_they_are_then() -> None:
    bulk = Bulk()
    outcome = await bulk.run(UserAction("Disabled", disabled))
    assert sorted(outcome.done) == ["ann", "bob", "cy"]
    assert not any(each.enabled for each in bulk.users.shown)
    assert [type(each) for each in bulk.posted[-2:]] == [BulkRunner.Progress, BulkRunner.Changed]
    assert not bulk.runner.is_running


async def test_deleted_users_leave_the_list() -> None:
    bulk = Bulk()
    outcome = await bulk.run(UserAction("Deleted", lambda _pool, _name: None, removes=True), BOB)
    assert outcome.done == ("bob",)
    assert [each.username for each in bulk.users.shown] == ["ann", "cy"]


async def test_who_failed_is_reported_and_retried() -> None:
    bulk = Bulk(("bob",))
    action = UserAction("Disabled", FailsFor("bob"))
    outcome = await bulk.run(action)
    assert sorted(outcome.done) == ["ann", "bob", "cy"]
    assert outcome.failed == 0
    assert len(bulk.reports) == 1


async def test_a_closed_report_leaves_the_failures() -> None:
    bulk = Bulk()
    outcome = await bulk.run(UserAction("Disabled", FailsFor("bob", "cy")))
    assert (outcome.done, outcome.failed) == (("ann",), 2)
    assert outcome_text(DISABLE, ALL, outcome) == ""  # the report has said it


async def test_the_only_users_refusal_is_raised() -> None:
    bulk = Bulk()
    with pytest.raises(UserPoolProblem, match="No bob") as refused:
        await bulk.run(UserAction("Disabled", FailsFor("bob")), BOB)
    assert refused.value.next_step == "Choose another."
    assert not bulk.reports
    assert not bulk.runner.is_running


async def test_a_cancelled_action_starts_with_no_further_user() -> None:
    bulk = Bulk()
    many = tuple(User(f"u{number}", "CONFIRMED", enabled=True) for number in range(50))
    started = threading.Event()

    def slow(pool: UserPool, name: str) -> User:
        bulk.runner.cancel()
        started.set()
        return disabled(pool, name)

    outcome = await bulk.run(UserAction("Disabled", slow), *many)
    assert started.is_set()
    assert 0 < len(outcome.done) < len(many)
    assert outcome.skipped == len(many) - len(outcome.done)


@pytest.mark.parametrize(
    ("action", "users", "outcome", "text"),
    [
        (DISABLE, (ANN,), Outcome(("ann",)), "Disabled ann"),
        (DELETE, ALL, Outcome(("ann", "bob", "cy")), "Deleted 3 users"),
        (add_to("Admins"), (ANN, BOB), Outcome(("ann", "bob")), "Added 2 users to Admins"),
        (
            add_to("Admins"),
            ALL,
            Outcome(("ann",), 0, 2),
            "Added 1 of 3 users to Admins, then stopped",
        ),
        (DISABLE, ALL, Outcome((), 3), ""),
    ],
)
def test_an_outcome_in_words(
    action: UserAction, users: tuple[User, ...], outcome: Outcome, text: str
) -> None:
    assert outcome_text(action, users, outcome) == text


def test_the_title_of_a_report() -> None:
    assert report_title(DISABLE, 498, 2) == "Disabled 498 of 500 users, 2 failed"
    title = report_title(add_to("Admins"), 1, 1, 1)
    assert title == "Added 1 of 3 users to Admins, 1 failed, 1 not started"
