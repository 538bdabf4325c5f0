"""Variables that a request declares and does not send: null to resolvers, as AppSync has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from graphql import build_schema

from workbench.localcloud.appsync.authorization.directives import FieldRule, FieldRules
from workbench.localcloud.appsync.evaluation import Effects
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.subscription import Request, build_subscription
from workbench.localcloud.appsync.records import AuthMode

if TYPE_CHECKING:
    from tests.localcloud.appsync.execution.conftest import Bench

SCHEMA = """
input Inner { a: String b: String = "B" }
type Query {
  seen(x: String, y: Int = 7, input: Inner): String
}
"""
SEEN = '{"version": "2018-05-29", "payload": $util.toJson($util.toJson($ctx.args))}'
ASKED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "not sent": ("query ($x: String) { seen(x: $x) }", {}, {"x": None, "y": 7}),
    "null": ("query ($x: String) { seen(x: $x) }", {"x": None}, {"x": None, "y": 7}),
    "a value": ("query ($x: String) { seen(x: $x) }", {"x": "v"}, {"x": "v", "y": 7}),
    "not in the document": ("{ seen }", {}, {"y": 7}),
    "a default of the variable": (
        'query ($x: String = "d") { seen(x: $x) }',
        {},
        {"x": "d", "y": 7},
    ),
    "a default of the argument": ("query ($y: Int) { seen(y: $y) }", {}, {"y": 7}),
    "inside of an object": (
        "query ($a: String, $b: String) { seen(input: {a: $a, b: $b}) }",
        {},
        {"y": 7, "input": {"b": "B"}},
    ),
}


@pytest.mark.parametrize("asked", ASKED)
async def test_resolvers_see_null_for_what_was_not_sent(bench: Bench, asked: str) -> None:
    query, variables, seen = ASKED[asked]
    bench.schema = SCHEMA
    bench.unit("Query.seen", SEEN)
    answer = await bench.run(query, variables)
    assert json.loads(answer["data"]["seen"]) == seen


async def test_what_was_sent_alone_is_in_the_info(bench: Bench) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.seen", SEEN.replace("ctx.args", "ctx.info.variables"))
    query = "query ($x: String, $y: Int) { seen(x: $x, y: $y) }"
    answer = await bench.run(query, {"y": 1})
    assert json.loads(answer["data"]["seen"]) == {"y": 1}


@pytest.mark.parametrize(
    ("query", "variables", "hears"),
    [
        ("subscription ($r: String) { heard(room: $r) { room } }", {}, [None]),
        ("subscription ($r: String) { heard(room: $r) { room } }", {"r": "a"}, ["a"]),
        ("subscription { heard { room } }", {}, ["a", "b", None]),
    ],
)
def test_a_subscription_to_an_unsent_variable_hears_of_null(
    query: str, variables: dict[str, Any], hears: list[str | None]
) -> None:
    schema = build_schema(
        "type Event { room: String } type Query { a: Int }"
        " type Subscription { heard(room: String): Event }"
    )
    request = Request(query, variables, None, "heard")
    caller = Caller(AuthMode.API_KEY)
    rules = FieldRules({}, FieldRule({AuthMode.API_KEY: None}), "arn")
    subscription = build_subscription(schema, rules, request, caller, Effects())
    assert [room for room in ("a", "b", None) if subscription.wants({"room": room})] == hears
