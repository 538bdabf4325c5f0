"""Running operations, without a screen: results, what is stopped, and what comes too late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screens.playground.operation_runner import NotRunnableError, Operation, OperationRunner
from screens.playground.streams import Streams
from screens.playground.tab_state import TabState
from tests.screens.playground.held_api import QUERY, STREAM, HeldApi, held_api
from tests.screens.playground.parts import Callbacks, until
from workbench.playground.documents import operation_at
from workbench.playground.history import History
from workbench.playground.open_api import open_url_api
from workbench.playground.run_as import As, RunAs

PLAIN = RunAs(As.PLAIN)
TEXT = """
query One($name: String) { ...F }
subscription Live { onList { id } }
fragment F on Query { list(name: $name) { id } }
"""


class Bench:
    """A runner, its tab, and the API that it asks."""

    def __init__(self, api: HeldApi, folder: Path) -> None:
        self.held = api
        self.given = Callbacks()
        self.history = History(folder)
        self.api = open_url_api(api.url, {})
        self.tab = TabState(1, TEXT, '{"name": "a", "other": 1}')
        streams = Streams(self.given.start, self.given.post)
        self.runner = OperationRunner(self.history, streams, self.given.start, self.given.post)

    def operation(self, name: str) -> Operation:
        definition = operation_at(TEXT, TEXT.index(name))
        assert definition is not None
        return Operation(self.api, definition)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    with held_api() as api:
        bench = Bench(api, tmp_path)
        yield bench
        api.release()
        await bench.given.settled()
        await bench.api.close()


async def test_a_result_its_trace_and_the_history_come_to_the_tab(bench: Bench) -> None:
    bench.runner.run(bench.tab, bench.operation("One"), [PLAIN, PLAIN])
    assert bench.tab.is_running
    await bench.given.settled()
    assert [each.result.succeeded for each in bench.tab.outcomes if each.result] == [True, True]
    assert [each.trace for each in bench.tab.outcomes] == [{}, {}]
    assert bench.given.kinds() == ["OperationRunner.Changed"] * 4
    (first, _) = bench.tab.outcomes
    assert first.request.variables == {"name": "a"}
    assert "fragment F" in first.request.query
    assert "Live" not in first.request.query
    assert [run.title for run in bench.history.find()] == ["One", "One"]


async def test_a_stopped_request_says_so_and_its_answer_changes_nothing(bench: Bench) -> None:
    bench.held.held = frozenset({QUERY})
    bench.runner.run(bench.tab, bench.operation("One"), [PLAIN])
    await until(lambda: QUERY in bench.held.arrived)
    bench.runner.stop(bench.tab)
    assert not bench.tab.is_running
    bench.held.release()
    await bench.given.settled()
    (outcome,) = bench.tab.outcomes
    assert outcome.result is None
    assert "may still have run it" in outcome.problem
    assert bench.given.messages == []
    assert bench.history.find() == ()


async def test_a_subscription_takes_the_place_of_a_result_and_ends_with_the_next_run(
    bench: Bench,
) -> None:
    bench.runner.run(bench.tab, bench.operation("Live"), [PLAIN])
    stream = bench.tab.stream
    assert stream is not None
    await until(lambda: stream.started)
    assert bench.tab.is_live
    with pytest.raises(NotRunnableError, match="Variables"):
        bench.tab.variables = "{oops"
        bench.runner.run(bench.tab, bench.operation("One"), [PLAIN])
    assert bench.tab.is_live  # what cannot be run ends nothing
    bench.tab.variables = ""
    bench.runner.run(bench.tab, bench.operation("One"), [PLAIN])
    assert stream.end == "ended"
    assert bench.tab.stream is None
    await bench.given.settled()
    assert bench.held.arrived == [STREAM, QUERY]
    await bench.api.close()
    await until(lambda: not bench.held.connections)
