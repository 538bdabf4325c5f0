"""A run of a trigger is one from its START, whether it logged anything or not."""

from __future__ import annotations

from workbench.users.trigger_logs import _split


def test_runs_with_and_without_lines() -> None:
    messages = (
        "START RequestId: 1 Version: $LATEST",
        "END RequestId: 1",
        "REPORT RequestId: 1 Duration: 2 ms",
        "START RequestId: 2 Version: $LATEST",
        "hello ann@example.com",
        "END RequestId: 2",
    )
    events = [{"message": text, "timestamp": 1_000 + at} for at, text in enumerate(messages)]
    runs = _split(events, ("ann@example.com",))
    assert [each.lines for each in runs] == [(), ("hello ann@example.com",)]
    assert [each.is_of_user for each in runs] == [False, True]
    assert _split([], ()) == []
