"""Answers to right and wrong operations have AppSync's shape and words."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import get_introspection_query

from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.records import AuthMode

PASS = "$util.toJson($ctx.result)"
SCHEMA = """
enum Kind { A B }
input In { name: String! inner: Inner when: AWSDateTime json: AWSJSON kind: Kind n: Int }
input Inner { phone: AWSPhone need: ID! }
type Query { get(id: ID!): Obj  list: [Obj!]  any: Named  secret: Obj  echo(input: In): AWSJSON }
type Mutation { put(input: In!): Obj  other: Obj }
type Subscription { onPut: Obj @aws_subscribe(mutations: ["put"]) }
interface Named { name: String }
type Obj implements Named @aws_api_key @aws_iam {
  id: ID! name: String next: Obj must: String! meta: AWSJSON day: AWSDate kind: Kind n: Int list:
  [Int!] hidden: String @aws_iam
}
"""


def none(payload: str) -> str:
    return '{"version": "2018-05-29", "payload": ' + payload + "}"


@pytest.fixture
def api(bench: Any) -> Any:
    bench.schema = SCHEMA
    bench.unit("Query.get", none('{"id": "$ctx.args.id", "name": 5, "must": "m"}'))
    bench.unit("Query.echo", none("$util.toJson($ctx.args.input)"))
    bench.unit("Mutation.put", none('{"id": 1, "must": "m", "name": "n", "meta": {"a": [1]}}'))
    return bench


async def messages(api: Any, query: str, variables: Any = None, **more: Any) -> list[str]:
    """The messages of a refused operation, whose errors have no path."""
    answer = await api.run(query, variables, **more)
    assert answer["data"] is None
    assert all(error["path"] is None for error in answer["errors"])
    return [error["message"] for error in answer["errors"]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ nope }", "FieldUndefined: Field 'nope' in type 'Query' is undefined @ 'nope'"),
        ("{ get }", "MissingFieldArgument: Missing field argument id @ 'get'"),
        (
            "{ get(id: 1) { next { x } } }",
            "FieldUndefined: Field 'x' in type 'Obj' is undefined @ 'get/next/x'",
        ),
        (
            "{ get(id: 1, no: 2) { id } }",
            "UnknownArgument: Unknown field argument no @ 'get'",
        ),
        (
            "{ get(id: 1) }",
            "SubSelectionRequired: Sub selection required for type Obj of field get @ 'get'",
        ),
        (
            "{ get(id: 1) { id { x } } }",
            "SubSelectionNotAllowed: Sub selection not allowed on leaf type ID! of field id"
            " @ 'get/id'",
        ),
        (
            "{ get(id: $x) { id } }",
            "UndefinedVariable: Undefined variable x @ 'get'",
        ),
        (
            "query($id: String) { get(id: $id) { id } }",
            "VariableTypeMismatch: Variable type 'String' doesn't match expected type 'ID!' @ 'get'",  # noqa: E501
        ),
        (
            "{ echo(input: {name: 3}) }",
            "WrongType: argument 'input.name' with value 'IntValue{value=3}' is not a valid"
            " 'String' @ 'echo'",
        ),
        (
            "{ echo(input: {n: 1}) }",
            "WrongType: argument 'input' with value 'ObjectValue{objectFields=[ObjectField{name='n',"  # noqa: E501
            " value=IntValue{value=1}}]}' is missing required fields '[name]' @ 'echo'",
        ),
        (
            '{ echo(input: {name: "x", zz: 1}) }',
            "WrongType: argument 'input' with value 'ObjectValue{objectFields=[ObjectField{"
            "name='name', value=StringValue{value='x'}}, ObjectField{name='zz', value=IntValue{"
            "value=1}}]}' contains a field not in 'In': 'zz' @ 'echo'",
        ),
        (
            '{ echo(input: {name: "x", when: "soon"}) }',
            "WrongType: argument 'input.when' with value 'StringValue{value='soon'}' is not a valid"
            " 'AWSDateTime' @ 'echo'",
        ),
        (
            '{ echo(input: {name: "x", json: {a: 1}}) }',
            "WrongType: argument 'input.json' with value 'ObjectValue{objectFields=[ObjectField{"
            "name='a', value=IntValue{value=1}}]}' is not a valid 'AWSJSON' @ 'echo'",
        ),
        ("{ ...F }", "UndefinedFragment: Undefined fragment F"),
        ("{ __typename } fragment F on Obj { id }", "UnusedFragment: Unused fragment F @ 'F'"),
    ],
)
async def test_validation_speaks_as_appsync_does(api: Any, query: str, message: str) -> None:
    found = await messages(api, query)
    assert f"Validation error of type {message}" in found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Variable 'input' has coerced Null value for NonNull type 'In!'"),
        ({"input": {}}, "Variable 'input' has coerced Null value for NonNull type 'String!'"),
        (
            {"input": {"name": "x", "inner": {}}},
            "Variable 'input' has coerced Null value for NonNull type 'ID!'",
        ),
        (
            {"input": {"name": "x", "zz": 1}},
            "The variables input contains a field name 'zz' that is not defined for input object "
            "type 'In' ",
        ),
        (
            {"input": {"name": "x", "inner": {"need": 1, "phone": "1110004444x"}}},
            "Variable 'phone' has an invalid value. Unable to parse `1110004444x` as a valid phone "
            "number.",
        ),
        (
            {"input": {"name": "x", "n": "many"}},
            "Variable 'n' has an invalid value. Expected type 'Int' but was 'String'.",
        ),
        (
            {"input": {"name": "x", "kind": "C"}},
            "Variable 'kind' has an invalid value. Invalid input for Enum 'Kind'. "
            "No value found for name 'C'",
        ),
    ],
)
async def test_wrong_variables(api: Any, given: Any, message: str) -> None:
    query = "mutation($input: In!) { put(input: $input) { id } }"
    assert await messages(api, query, given) == [message]


async def test_awsjson_is_parsed_for_templates_and_written_for_clients(api: Any) -> None:
    query = "query($i: In) { echo(input: $i) }"
    given = {"i": {"name": "x", "json": '{"a": [1, {"b": null}]}'}}
    answer = await api.run(query, given)
    assert answer["data"]["echo"] == '{"name":"x","json":{"a":[1,{"b":null}]}}'


async def test_numbers_become_text_where_the_schema_says_so(api: Any) -> None:
    assert (await api.run("{ get(id: 7) { id name } }"))["data"] == {
        "get": {"id": "7", "name": "5"}
    }


async def test_null_where_none_is_allowed_goes_up(api: Any) -> None:
    api.unit("Query.list", none('[{"id": 1, "must": "m"}, {"id": 2}]'))
    answer = await api.run("{ list { id must } __typename }")
    assert answer["data"] == {"list": None, "__typename": "Query"}
    assert answer["errors"] == [
        {
            "path": ["list", 1, "must"],
            "locations": None,
            "message": "Cannot return null for non-nullable type: 'String' within parent 'Obj' "
            "(/list[1]/must)",
        }
    ]


async def test_a_value_that_is_none_of_its_scalar(api: Any) -> None:
    api.unit(
        "Query.get", none('{"id": 1, "day": "yesterday", "kind": "C", "n": "1x", "list": [1]}')
    )
    answer = await api.run("{ get(id: 1) { day kind n list } }")
    assert answer["data"]["get"] == {"day": None, "kind": None, "n": None, "list": [1]}
    assert {error["path"][1]: error["message"] for error in answer["errors"]} == {
        "day": "Can't serialize value (/get/day) : Unable to serialize `yesterday` as a valid Date"
        " Object.",
        "kind": "Can't serialize value (/get/kind) : Invalid input for Enum 'Kind'. No value found "
        "for name 'C'",
        "n": "Can't serialize value (/get/n) : Expected type 'Int' but was 'String'.",
    }


async def test_an_interface_needs_a_typename(api: Any) -> None:
    api.unit("Query.any", none('{"__typename": "Obj", "id": 3, "name": "n"}'))
    query = "{ any { name ... on Obj { id } } }"
    assert (await api.run(query))["data"] == {"any": {"name": "n", "id": "3"}}


async def test_a_field_that_the_mode_may_not_see(api: Any) -> None:
    answer = await api.run("{ get(id: 1) { id hidden } }")
    assert answer["data"]["get"] == {"id": "1", "hidden": None}
    assert answer["errors"][0]["message"] == "Not Authorized to access hidden on type Obj"
    assert answer["errors"][0]["errorType"] == "Unauthorized"


async def test_fields_that_a_lambda_authorizer_denies(api: Any) -> None:
    caller = Caller(AuthMode.API_KEY, denied_fields=frozenset({"Obj.name"}))
    answer = await api.run("{ get(id: 1) { id name } }", caller=caller)
    assert answer["data"]["get"] == {"id": "1", "name": None}
    # Another caller of the same mode is not taken for this one.
    assert (await api.run("{ get(id: 1) { id name } }"))["data"]["get"]["name"] == "5"


async def test_mutations_run_one_after_the_other_and_tell_what_changed(api: Any) -> None:
    execution = await api.execution(
        'mutation { a: put(input: {name: "x"}) { key: id meta ...F } other { id } }'
        " fragment F on Obj { name }"
    )
    assert execution.changes == [("put", {"id": "1", "meta": '{"a":[1]}', "name": "n"})]


async def test_the_operation_is_chosen_by_name(api: Any) -> None:
    both = "query A { __typename } query B { b: __typename }"
    assert (await api.run(both, operation_name="B"))["data"] == {"b": "Query"}
    assert await messages(api, both) == [
        "Must provide operation name if query contains multiple operations."
    ]
    assert await messages(api, both, operation_name="C") == ["Unknown operation named 'C'."]


async def test_syntax_errors_tell_the_place(api: Any) -> None:
    answer = await api.run("{\n get(id: 1 { id }")
    error = answer["errors"][0]
    assert error["errorType"] == "InvalidSyntaxError"
    assert error["locations"] == [{"line": 2, "column": 12, "sourceName": None}]


async def test_introspection_shows_types_but_not_appsyncs_directives(api: Any) -> None:
    answer = await api.run(get_introspection_query())
    assert "errors" not in answer
    schema = answer["data"]["__schema"]
    assert {kind["name"] for kind in schema["types"]} >= {"Obj", "In", "AWSJSON", "Kind"}
    assert [name for d in schema["directives"] if (name := d["name"]).startswith("aws_")] == []


async def test_introspection_can_be_off(api: Any) -> None:
    api.members["introspection"] = False
    assert await messages(api, "{ __schema { queryType { name } } }") == [
        "Validation error of type FieldUndefined: Field '__schema' in type 'Query' is undefined "
        "@ '__schema'"
    ]
    query = '{ ...F } fragment F on Query { __type(name: "Obj") { name } }'
    assert "'__type' in type 'Query'" in (await messages(api, query))[0]
    assert (await api.run("{ __typename }"))["data"] == {"__typename": "Query"}


async def test_an_apis_depth_limit(api: Any) -> None:
    api.members["query_depth_limit"] = 2
    assert (await api.run("{ get(id: 1) { id } }"))["data"] == {"get": {"id": "1"}}
    answer = await api.run("{ get(id: 1) { ...F } } fragment F on Obj { next { id } }")
    assert answer["errors"][0]["errorType"] == "QueryDepthLimitReached"
    assert "errors" not in await api.run(get_introspection_query())


def nested(depth: int) -> str:
    return "{ get(id: 1) " + "{ next " * depth + "{ id }" + " }" * depth + " }"


def doubling(levels: int) -> str:
    fragments = [
        f"fragment F{i} on Obj {{ a: next {{ ...F{i + 1} }} b: next {{ ...F{i + 1} }} }}"
        for i in range(levels)
    ]
    return (
        "{ get(id: 1) { ...F0 } } " + " ".join(fragments) + f" fragment F{levels} on Obj {{ id }}"
    )


@pytest.mark.parametrize(
    "query",
    [
        nested(200),
        nested(5000),
        "{" * 14_000,
        "[" * 100_000,
        "{ " + "__typename " * 20_000 + "}",
        "{ " + " ".join(f"a{i}: get(id: {i}) {{ id }}" for i in range(3_000)) + " }",
        "{ " + "get(id: 1) { id } " * 1_500 + "}",
        doubling(40),
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "{ get(id: 1) { ...A } } fragment A on Obj { next { ...B } } fragment B on Obj { ...A }",
        'query($v: In = {inner: {inner: "' + "x" * 100_000 + '"}}) { echo(input: $v) }',
    ],
    ids=[
        "deep",
        "deeper",
        "braces",
        "brackets",
        "tokens",
        "aliases",
        "same",
        "fragments",
        "introspection",
        "cycle",
        "literal",
    ],
)
async def test_hostile_queries_are_answered_soon(api: Any, query: str) -> None:
    began = time.monotonic()
    answer = await api.run(query)
    assert time.monotonic() - began < 10
    assert answer["data"] is None
    assert answer["errors"][0]["message"]
    assert "Traceback" not in str(answer)
