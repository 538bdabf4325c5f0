"""Cognito waits five seconds for a function, three times; other requests do not wait with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.localcloud.ministack.cognito_triggers.conftest import TriggeredPool
from workbench.localcloud.ministack.patches.cognito.triggers.calls import TriggerRefusedError
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    ATTEMPTS,
    LIMIT_SECONDS,
    answered,
)


def slow(times: int, ends: threading.Event) -> tuple[Callable[[], Mapping[str, Any]], list[int]]:
    """An invocation that waits for the end the first ``times``, and its runs."""
    runs: list[int] = []

    def invoke() -> Mapping[str, Any]:
        runs.append(len(runs))
        if len(runs) <= times:
            ends.wait(60)
        return {"body": len(runs)}

    return invoke, runs


def test_a_function_that_answers_in_time_at_last_is_answered_by() -> None:
    ends = threading.Event()
    invoke, runs = slow(2, ends)
    assert answered("PreSignUp", invoke, limit=0.05) == {"body": 3}
    assert len(runs) == 3
    ends.set()


def test_after_three_attempts_the_call_is_refused() -> None:
    ends = threading.Event()
    invoke, runs = slow(99, ends)
    with pytest.raises(TriggerRefusedError) as refused:
        answered("PreSignUp", invoke, limit=0.05)
    assert (refused.value.code, str(refused.value)) == (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.",
    )
    assert (len(runs), ATTEMPTS) == (3, 3)
    ends.set()


def test_other_requests_go_on_while_a_function_takes_too_long(pool: TriggeredPool) -> None:
    pool.make("PreSignUp", "PostAuthentication")
    name = pool.made_user()
    pool.sign_in(name)  # the function's first process is there
    pool.forget()
    pool.behave("PreSignUp_SignUp", first_takes=LIMIT_SECONDS + 2)
    with ThreadPoolExecutor() as others:
        start = time.monotonic()
        waiting = others.submit(pool.sign_up, "slow")
        signed_in = 0
        while not waiting.done():
            pool.sign_in(name)
            signed_in += 1
        took = time.monotonic() - start
        assert waiting.result()["UserSub"]
    assert took >= LIMIT_SECONDS
    assert signed_in > 20
    assert pool.sources.count("PreSignUp_SignUp") == 2
