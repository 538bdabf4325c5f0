"""One action on many users: each has a result of their own."""

from __future__ import annotations

import threading

from workbench.users.bulk import run_bulk
from workbench.users.user_pools import UserPoolProblem


def test_a_refusal_is_one_users_result() -> None:
    def act(name: str) -> None:
        if name == "b":
            raise UserPoolProblem("No b.", "Take another.", "UserNotFoundException")

    seen: list[str] = []
    report = run_bulk(["a", "b", "c"], act, on_result=seen.append)
    assert report.done == ("a", "c")
    (failed,) = report.failed
    assert (failed.username, failed.why, failed.next_step) == ("b", "No b.", "Take another.")
    assert sorted(seen) == ["a", "b", "c"]


def test_no_more_run_at_once_than_asked() -> None:
    running, most = 0, 0
    lock, together = threading.Lock(), threading.Barrier(2)

    def act(_name: str) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(10)
        with lock:
            running -= 1

    run_bulk([str(n) for n in range(8)], act, workers=2)
    assert most == 2


def test_what_was_not_begun_is_told_after_a_stop() -> None:
    done: list[str] = []
    report = run_bulk(["a", "b", "c"], done.append, workers=1, is_cancelled=lambda: len(done) == 1)
    assert (report.done, report.skipped) == (("a",), ("b", "c"))
