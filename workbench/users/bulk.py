"""Runs one action on many users, some at a time, with a result for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from workbench.users.user_pools import UserPoolProblem

WORKERS = 4
"""At once; Cognito's lowest quota of the actions is 5 requests a second for some of them."""


@dataclass(frozen=True, slots=True)
class BulkFailure:
    """A user that failed, Cognito's reason, and what to do next."""

    username: str
    why: str
    next_step: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class BulkReport:
    """Who is done and who failed; ``skipped`` were not tried, as it was cancelled."""

    done: tuple[str, ...]
    failed: tuple[BulkFailure, ...] = ()
    skipped: tuple[str, ...] = ()


def run_bulk(
    usernames: Sequence[str],
    action: Callable[[str], None],
    *,
    workers: int = WORKERS,
    on_result: Callable[[str], None] = lambda _username: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> BulkReport:
    """Run ``action`` for every user; blocks until all are done.

    A refusal of Cognito's (UserPoolProblem) is that user's result, not the end; throttling is
    waited for by the pool itself. ``on_result`` gets each username as it is done with, in the
    worker's thread. Another exception ends it and is raised.
    """

    def one(username: str) -> BulkFailure | bool:
        if is_cancelled():
            return False
        try:
            action(username)
        except UserPoolProblem as problem:
            return BulkFailure(username, problem.what, problem.next_step, problem.code)
        finally:
            on_result(username)
        return True

    with ThreadPoolExecutor(max_workers=workers) as pool:
        results = list(zip(usernames, pool.map(one, usernames), strict=True))
    return BulkReport(
        tuple(name for name, result in results if result is True),
        tuple(result for _, result in results if isinstance(result, BulkFailure)),
        tuple(name for name, result in results if result is False),
    )
