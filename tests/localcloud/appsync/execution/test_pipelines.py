"""Pipelines, units and direct functions give what AppSync's documentation says they give."""

from __future__ import annotations

from typing import Any

from workbench.localcloud.appsync.records import Code

PASS = "$util.toJson($ctx.result)"
SCHEMA = "type Query { a(x: String): String  o: Obj  list: [Obj] } type Obj { id: ID  b: String }"


def none(payload: str) -> str:
    return '{"version": "2018-05-29", "payload": ' + payload + "}"


async def test_prev_result_and_stash_go_through_a_pipeline(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.pipeline(
        "Query.a",
        '$util.qr($ctx.stash.put("s", "stash"))"before"',
        '$util.toJson("$ctx.prev.result $ctx.result")',
        Code(none('"${ctx.prev.result}-1"'), PASS),
        Code(none('"${ctx.prev.result}-2-$ctx.stash.s"'), PASS),
    )
    answer = await bench.run("{ a }")
    assert answer == {"data": {"a": "before-1-2-stash before-1-2-stash"}}
    steps = bench.trace.resolvers[0].steps
    assert [step.kind for step in steps] == ["before", "function", "function", "after"]


async def test_return_in_a_function_leaves_out_its_response(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.pipeline(
        "Query.a",
        "{}",
        PASS,
        Code('#return("early")', '$util.error("not evaluated")'),
        Code(none('"$ctx.prev.result, then"'), PASS),
    )
    assert await bench.run("{ a }") == {"data": {"a": "early, then"}}


async def test_return_in_a_resolver_ends_it(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.pipeline(
        "Query.a", '#return("early")', '$util.error("no")', Code('$util.error("no")', PASS)
    )
    assert await bench.run("{ a }") == {"data": {"a": "early"}}


async def test_early_return_to_the_end_in_javascript(bench: Any) -> None:
    bench.schema = SCHEMA
    last = "export const request = () => ({ payload: 'late' });"
    bench.pipeline_js(
        "Query.a",
        "export const request = () => ({});export const response = (ctx) => ctx.prev.result + '!';",
        Code(
            code="export const request = () => runtime.earlyReturn('end', { skipTo: 'END' });"
            "export const response = () => 'no';"
        ),
        Code(code=last + "export const response = (ctx) => ctx.result;"),
    )
    assert await bench.run("{ a }") == {"data": {"a": "end!"}}


async def test_vtl_and_javascript_mix(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.pipeline(
        "Query.a",
        '$util.qr($ctx.stash.put("list", [1, {"deep": "x"}])){}',
        PASS,
        Code(
            code="export const request = (ctx) => { ctx.stash.list.push(ctx.args.x);"
            " return { payload: ctx.stash.list }; };"
            "export const response = (ctx) => ctx.result;"
        ),
        Code(none('"$ctx.stash.list[1].deep $ctx.stash.list[2] $ctx.prev.result.size()"'), PASS),
    )
    assert await bench.run('{ a(x: "y") }') == {"data": {"a": "x y 3"}}


async def test_an_error_is_at_the_top_level_with_data_limited_to_the_selection(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.o", '$util.error("bad", "Kind", {"id": 1, "secret": 2}, {"why": 3})')
    answer = await bench.run("{\n  o { id }\n}")
    assert answer == {
        "data": {"o": None},
        "errors": [
            {
                "path": ["o"],
                "data": {"id": 1},
                "errorType": "Kind",
                "errorInfo": {"why": 3},
                "locations": [{"line": 2, "column": 3, "sourceName": None}],
                "message": "bad",
            }
        ],
    }


async def test_append_error_keeps_the_value(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.a", none('"kept"'), '$util.appendError("also", "Kind")' + PASS)
    answer = await bench.run("{ a }")
    assert answer["data"] == {"a": "kept"}
    assert [(e["message"], e["errorType"], e["path"]) for e in answer["errors"]] == [
        ("also", "Kind", ["a"])
    ]


async def test_unauthorized_names_field_and_type(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.a", "$util.unauthorized()")
    error = (await bench.run("{ a }"))["errors"][0]
    assert error["errorType"] == "Unauthorized"
    assert error["message"] == "Not Authorized to access a on type Query"


async def test_a_broken_template_denies(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.a", "$util.nothing.like(this)")
    answer = await bench.run("{ a }")
    assert answer["data"] == {"a": None}
    assert answer["errors"][0]["errorType"] == "MappingTemplate"


def failing(event: Any) -> Any:
    raise ValueError(f"no {event}")


async def test_a_failed_data_source_is_the_response_templates_to_judge(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.lambdas["f"] = failing
    request = '{"version": "2018-05-29", "operation": "Invoke", "payload": 1}'
    bench.unit("Query.a", request, '$util.toJson("saved: $ctx.error.message")', data_source="f")
    assert await bench.run("{ a }") == {"data": {"a": "saved: no 1"}}


async def test_without_a_response_template_the_failure_stands(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.lambdas["f"] = failing
    request = '{"version": "2018-05-29", "operation": "Invoke", "payload": 1}'
    bench.unit("Query.a", request, None, data_source="f")
    answer = await bench.run("{ a }")
    assert answer["errors"][0]["errorType"] == "Lambda:Unhandled"


async def test_the_old_version_does_not_reach_the_response_template(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.lambdas["f"] = failing
    request = '{"version": "2017-02-28", "operation": "Invoke", "payload": 1}'
    bench.unit("Query.a", request, '"saved"', data_source="f")
    assert (await bench.run("{ a }"))["data"] == {"a": None}


async def test_a_direct_function_gets_the_whole_context(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.lambdas["f"] = lambda event: f"{event['arguments']['x']} {event['info']['fieldName']}"
    bench.unit("Query.a", None, None, data_source="f")
    assert await bench.run('{ a(x: "hi") }') == {"data": {"a": "hi a"}}
    event = bench.services.events[0]
    assert set(event) == {"arguments", "identity", "source", "request", "prev", "info", "stash"}
    assert event["request"]["headers"] == {"x-test": "1"}


async def test_a_lists_direct_functions_are_called_at_once(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.list", none('[{"id": 1}, {"id": 2}, {"id": 3}]'))
    bench.lambdas["f"] = lambda events: [
        {"data": f"b{event['source']['id']}"}
        if event["source"]["id"] != 2
        else {"data": None, "errorMessage": "two", "errorType": "Two"}
        for event in events
    ]
    bench.unit("Obj.b", None, None, data_source="f", max_batch_size=10)
    answer = await bench.run("{ list { id b } }")
    assert [item["b"] for item in answer["data"]["list"]] == ["b1", None, "b3"]
    assert [(e["path"], e["errorType"]) for e in answer["errors"]] == [(["list", 1, "b"], "Two")]
    assert len(bench.services.events) == 1


async def test_a_batch_is_no_larger_than_it_may_be(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.list", none("[{}, {}, {}, {}, {}]"))
    bench.lambdas["f"] = lambda payloads: [f"p{payload}" for payload in payloads]
    request = '{"version": "2018-05-29", "operation": "BatchInvoke", "payload": 7}'
    bench.unit("Obj.b", request, data_source="f", max_batch_size=2)
    answer = await bench.run("{ list { b } }")
    assert answer == {"data": {"list": [{"b": "p7"}] * 5}}
    assert sorted(map(len, bench.services.events)) == [1, 2, 2]


async def test_info_tells_the_selection(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.o", none('{"id": $util.toJson($ctx.info.selectionSetList.toString())}'))
    query = "query($n: Boolean!) { o { id b @skip(if: $n) ...F } } fragment F on Obj { again: b }"
    answer = await bench.run(query, {"n": True})
    assert answer["data"]["o"]["id"] == "[id, again]"
    answer = await bench.run(query, {"n": False})
    assert answer["data"]["o"]["id"] == "[id, b, again]"


async def test_unknown_keys_of_the_source_reach_child_resolvers(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.unit("Query.o", none('{"id": 1, "__operation": "Mutation"}'))
    bench.unit("Obj.b", none('$util.toJson($ctx.source.get("__operation"))'))
    assert (await bench.run("{ o { b } }"))["data"] == {"o": {"b": "Mutation"}}


async def test_a_limit_of_resolvers(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.members["resolver_count_limit"] = 3
    bench.unit("Query.list", none("[{}, {}, {}]"))
    bench.unit("Obj.b", none('"b"'))
    answer = await bench.run("{ list { b } }")
    assert answer["data"]["list"] == [{"b": "b"}, {"b": "b"}, {"b": None}]
    assert answer["errors"][0]["errorType"] == "ResolverCountLimitReached"


async def test_environment_variables(bench: Any) -> None:
    bench.schema = SCHEMA
    bench.members["environment"] = {"STAGE": "local"}
    bench.unit("Query.a", none('"$ctx.env.STAGE"'))
    assert await bench.run("{ a }") == {"data": {"a": "local"}}
