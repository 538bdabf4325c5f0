"""A request of many fields or rows is answered whole, and the event loop goes round meanwhile."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from workbench.localcloud.appsync.records import Code, Resolver

if TYPE_CHECKING:
    from tests.localcloud.appsync.execution.conftest import Bench

SCHEMA = """
type Query { hello: String  rows: [Row!]  must: [[Row!]!]! }
type Row { id: ID!  rows: [Row!]  owner: String }
"""
JS = """
export function request(ctx) { return { operation: 'BatchInvoke', payload: ctx.source.id } }
export function response(ctx) { return ctx.result }
"""


async def _rounds_while(bench: Bench, query: str) -> tuple[Any, int]:
    """The answer, and how often the loop went round."""
    rounds = 0

    async def count() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    answer = await bench.run(query)
    counting.cancel()
    return answer, rounds


def _answers(bench: Bench, place: str, value: Any) -> None:
    """A field that a function answers: a template can't be that long."""
    bench.lambdas["arn:rows"] = lambda payload: value
    invoke = '{"version": "2018-05-29", "operation": "Invoke", "payload": 1}'
    bench.unit(place, invoke, data_source="arn:rows")


async def test_a_thousand_fields_are_answered_in_their_order(bench: Bench) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.hello", '{"version": "2018-05-29", "payload": "hi"}')
    names = [f"a{number}" for number in range(1000)]
    answer, rounds = await _rounds_while(
        bench, "{" + " ".join(f"{name}: hello" for name in names) + "}"
    )
    assert list(answer["data"]) == names
    assert set(answer["data"].values()) == {"hi"}
    assert rounds > 10


async def test_long_lists_in_lists_are_completed_in_slices(bench: Bench) -> None:
    bench.schema = SCHEMA
    rows = [{"id": number, "rows": [{"id": inner} for inner in range(20)]} for number in range(900)]
    _answers(bench, "Query.rows", rows)
    answer, rounds = await _rounds_while(bench, "{ rows { id rows { id } } }")
    found = [(row["id"], len(row["rows"])) for row in answer["data"]["rows"]]
    assert found == [(str(number), 20) for number in range(900)]
    assert rounds > 3


async def test_a_null_late_in_a_long_list_makes_the_list_null(bench: Bench) -> None:
    bench.schema = SCHEMA
    rows: list[Any] = [[{"id": number}] for number in range(5000)]
    rows[4990] = [{"id": None}]
    _answers(bench, "Query.must", rows)
    answer = await bench.run("{ must { id } }")
    assert answer["data"] is None
    assert answer["errors"][0]["path"] == ["must", 4990, 0, "id"]


async def test_handlers_evaluated_elsewhere_still_meet_in_a_batch(bench: Bench) -> None:
    bench.schema = SCHEMA
    rows = [{"id": number} for number in range(100)]
    bench.unit("Query.rows", json.dumps({"version": "2018-05-29", "payload": rows}))
    bench.lambdas["arn:owner"] = lambda payloads: [f"owner of {each}" for each in payloads]
    bench.resolvers["Row", "owner"] = Resolver(
        "Row", "owner", Code(code=JS), data_source="arn:owner", max_batch_size=50
    )
    answer = await bench.run("{ rows { id owner } }")
    assert answer["data"]["rows"][99]["owner"] == "owner of 99"
    assert [len(event) for event in bench.services.events] == [50, 50]
