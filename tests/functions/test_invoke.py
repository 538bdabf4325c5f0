from __future__ import annotations

import pytest

from workbench.functions.invoke import ASYNC_BYTES, EventProblem, checked_event


def test_an_event_that_cannot_be_sent_says_where_it_is_wrong() -> None:
    with pytest.raises(EventProblem, match="line 2, column 8") as raised:
        checked_event('{\n  "a": }')
    assert (raised.value.line, raised.value.column) == (2, 8)
    assert checked_event("  ") == "{}"
    with pytest.raises(EventProblem, match="nested too deeply"):
        checked_event("[" * 100_000)
    large = f'"{"x" * ASYNC_BYTES}"'
    assert checked_event(large, "sync") == large
    with pytest.raises(EventProblem, match="Lambda takes 1 MB"):
        checked_event(large, "async")
