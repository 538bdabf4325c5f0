"""A root field that may not be null and is: the whole data is null, and the answer is an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from workbench.localcloud.appsync.http.responses import encode
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.payload import Shaper
from workbench.localcloud.appsync.records import AuthMode, Code

if TYPE_CHECKING:
    from tests.localcloud.appsync.execution.conftest import Bench

SCHEMA = """
enum Mood { GOOD BAD }
type Item { name: String! next: Item! }
type Query {
  must: String!
  mustInt: Int!
  mustMood: Mood!
  mustWhen: AWSDateTime!
  mustList: [String!]!
  mustNested: [[Int!]!]!
  mustItem: Item!
  may: String
  js: String!
  plain: String!
}
type Mutation { must: String! may: String }
"""
NULL = "$util.toJson($util.parseJson('null'))"
JS = """
export function request(ctx) { return { payload: null } }
export function response(ctx) { return ctx.result }
"""


def _null(name: str, kind: str = "String", parent: str = "Query") -> str:
    return f"Cannot return null for non-nullable type: '{kind}' within parent '{parent}' (/{name})"


def _made(bench: Bench) -> Bench:
    bench.schema = SCHEMA
    payload = '{"version": "2018-05-29", "payload": %s}'
    bench.unit("Query.must", payload % "null", NULL)
    bench.unit("Query.mustInt", payload % '"no number"')
    bench.unit("Query.mustMood", payload % '"SAD"')
    bench.unit("Query.mustWhen", payload % '"yesterday"')
    bench.unit("Query.mustList", payload % '["a", null]')
    bench.unit("Query.mustNested", payload % "[[1], [null]]")
    bench.unit("Query.mustItem", payload % '{"name": "a", "next": {"name": null}}')
    bench.unit("Query.may", payload % '"here"')
    bench.unit("Mutation.must", payload % "null", NULL)
    bench.unit("Mutation.may", payload % '"done"')
    bench.pipeline_js("Query.js", JS, Code(code=JS))
    return bench


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ("{ must }", ["must"], _null("must")),
        ("{ other: must }", ["other"], _null("other")),
        ("query { may must }", ["must"], _null("must")),
        ("{ may ...F } fragment F on Query { must }", ["must"], _null("must")),
        ("{ ... on Query { must } may }", ["must"], _null("must")),
        ("{ js }", ["js"], _null("js")),
        ("{ plain }", ["plain"], _null("plain")),
        ("mutation { must }", ["must"], _null("must", parent="Mutation")),
        ("mutation { may must }", ["must"], _null("must", parent="Mutation")),
        ("{ mustList }", ["mustList", 1], None),
        ("{ mustNested }", ["mustNested", 1, 0], None),
        ("{ mustMood }", ["mustMood"], None),
        ("{ mustInt }", ["mustInt"], None),
        ("{ mustWhen }", ["mustWhen"], None),
        ("{ mustItem { next { name } } }", ["mustItem", "next", "name"], None),
    ],
)
async def test_data_is_null_and_the_error_is_told(
    bench: Bench, query: str, path: list[Any], message: str | None
) -> None:
    answer = json.loads(encode(await _made(bench).run(query)))
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["path"] == path
    if message is None:
        assert error["message"]
    else:
        assert error["message"] == message


async def test_several_null_roots_in_one_request(bench: Bench) -> None:
    answer = json.loads(encode(await _made(bench).run("{ must b: must mustList may }")))
    assert answer["data"] is None
    assert ["must"] in [error["path"] for error in answer["errors"]]


def test_a_subscriber_s_null_root_makes_its_data_null(bench: Bench) -> None:
    bench.schema = (
        "type Todo { id: ID! } type Query { a: Int } type Mutation { make: Todo } "
        "type Subscription { made: Todo! may: Todo }"
    )
    compiled = bench.compiled()
    (operation,) = parse("subscription { made { id } may { id } }").definitions
    assert isinstance(operation, OperationDefinitionNode)
    made, may = operation.selection_set.selections
    assert isinstance(made, FieldNode)
    assert isinstance(may, FieldNode)
    shaper = Shaper(compiled.schema, {}, {}, compiled.rules, Caller(AuthMode.API_KEY))
    assert compiled.schema.subscription_type is not None
    fields = compiled.schema.subscription_type.fields
    answer = shaper.shape(made, fields["made"].type, {"id": None})
    assert answer["data"] is None
    assert answer["errors"][0]["path"] == ["made", "id"]
    assert shaper.shape(may, fields["may"].type, {"id": None})["data"] == {"may": None}
