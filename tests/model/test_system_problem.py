"""Errors of the operating system as problems that say what to do."""

from __future__ import annotations

import errno

import pytest

from workbench.model.system_problem import os_errors_as_problems
from workbench.model.user_problem import UserProblem


@pytest.mark.parametrize(
    ("error", "what", "where"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/p/x"), "The disk is full.", "/p/x"),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
            "Connection refused.",
            "",
        ),
        (ConnectionError("no valid answer"), "no valid answer.", ""),
    ],
)
def test_an_error_of_the_system_is_a_problem(error: OSError, what: str, where: str) -> None:
    @os_errors_as_problems()
    def fail() -> None:
        raise error

    with pytest.raises(UserProblem) as caught:
        fail()
    assert caught.value.what.startswith(what)
    assert caught.value.where == where
    assert caught.value.next_step
    assert caught.value.__cause__ is error


def test_other_errors_stay_what_they_are() -> None:
    problem = UserProblem("Nothing is deployed.", "Deploy it.")
    with pytest.raises(UserProblem) as caught, os_errors_as_problems():
        raise problem
    assert caught.value is problem
    with pytest.raises(KeyError), os_errors_as_problems():
        raise KeyError("x")
