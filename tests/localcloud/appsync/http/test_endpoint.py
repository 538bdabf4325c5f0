"""The GraphQL address answers HTTP as AppSync's does."""

from __future__ import annotations

import concurrent.futures
import time
from typing import Any

import httpx
import pytest

from tests.local_keys import get_own

pytestmark = pytest.mark.cloud

ALLOWED = "access-control-allow-origin"


def test_an_answer(shared_api: Any) -> None:
    answer = shared_api.post(
        "query($n: String) { hello(name: $n) }", {"n": "x"}, origin="http://a.localhost"
    )
    assert answer.status_code == 200
    assert answer.json() == {"data": {"hello": "hello x"}}
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.headers[ALLOWED] == "http://a.localhost"
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert "x-amzn-requestid" in exposed


def test_a_browser_asks_first(shared_api: Any) -> None:
    asked = {
        "origin": "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key,x-amz-user-agent",
    }
    answer = httpx.options(shared_api.url, headers=asked)
    assert answer.status_code == 200
    assert answer.headers[ALLOWED] == "http://localhost:5173"
    assert answer.headers["access-control-allow-headers"] == "x-api-key,x-amz-user-agent"
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "da2-wrong"}, {"authorization": "nonsense"}])
def test_bad_credentials(shared_api: Any, headers: dict[str, str]) -> None:
    of_page = {**headers, "origin": "http://localhost:5173"}
    answer = httpx.post(shared_api.url, json={"query": "{ hello }"}, headers=of_page)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["errorType"] == "UnauthorizedException"
    assert answer.headers["x-amzn-errortype"] == "UnauthorizedException"
    assert answer.headers[ALLOWED] == "http://localhost:5173"
    assert "x-amzn-errortype" in answer.headers["access-control-expose-headers"]


def test_a_deleted_key(own_api: Any) -> None:
    assert own_api.post("{ hello }").status_code == 200
    own_api.client.delete_api_key(apiId=own_api.id, id=own_api.key)
    assert own_api.post("{ hello }").status_code == 401


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Request body is empty."),
        (b"meow", "Unable to parse GraphQL query."),
        (b"{}", "Unable to parse GraphQL query."),
        (b"[]", "Unable to parse GraphQL query."),
        (b'{"query": 5}', "Unable to parse GraphQL query."),
        (b'{"query": "{ hello }", "variables": [1]}', "Unable to parse GraphQL query."),
        (b"[" * 100_000, "Unable to parse GraphQL query."),
        (b'{"query": "\xff"}', "Unable to parse GraphQL query."),
    ],
)
def test_bodies_that_hold_no_operation(shared_api: Any, body: bytes, message: str) -> None:
    answer = httpx.post(shared_api.url, content=body, headers={"x-api-key": shared_api.key})
    assert answer.status_code == 400
    assert answer.json() == {
        "errors": [{"errorType": "MalformedHttpRequestException", "message": message}]
    }


def test_a_body_that_is_too_large(shared_api: Any) -> None:
    answer = shared_api.post("{ hello }" + " " * 1_100_000)
    assert answer.status_code == 413
    assert shared_api.post("{ hello }").status_code == 200


def test_a_query_in_the_address(shared_api: Any) -> None:
    given = {"query": "query($n: String) { hello(name: $n) }", "variables": '{"n": "y"}'}
    answer = httpx.get(shared_api.url, params=given, headers={"x-api-key": shared_api.key})
    assert answer.json() == {"data": {"hello": "hello y"}}


def test_another_method_and_another_api(shared_api: Any) -> None:
    assert httpx.put(shared_api.url, content=b"{}").status_code == 405
    missing = shared_api.url.replace(shared_api.id, "a" * 26)
    answer = httpx.post(missing, json={"query": "{ hello }"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["errorType"] == "NotFoundException"


def test_a_trace_tells_what_each_resolver_did(shared_api: Any) -> None:
    answer = shared_api.post('{ hello(name: "trace") nope: open }')
    base = f"/_amplify_tui/appsync/{shared_api.id}/traces"
    request_id = answer.headers["x-amzn-requestid"]
    trace = get_own(shared_api.target, f"{base}/{request_id}").json()
    (resolver,) = trace["resolvers"]
    (step,) = resolver["steps"]
    assert (resolver["parentType"], resolver["fieldName"], resolver["kind"]) == (
        "Query",
        "hello",
        "UNIT",
    )
    assert step["dataSourceType"] == "NONE"
    assert step["request"] == {"version": "2018-05-29", "payload": "hello trace"}
    assert step["response"] == "hello trace"
    assert trace["deniedFields"] == ["Query.open"]
    assert trace["mode"] == "API_KEY"
    assert shared_api.key not in str(trace)
    listed = get_own(shared_api.target, base).json()["traces"]
    assert listed[0]["requestId"] == request_id
    assert get_own(shared_api.target, f"{base}/unknown").status_code == 404


def test_the_log_group_of_the_api(shared_api: Any) -> None:
    from workbench.aws.clients import Clients

    answer = shared_api.post('{ hello(name: "logged") }')
    request_id = answer.headers["x-amzn-requestid"]
    logs = Clients(shared_api.target).client("logs")
    group = f"/aws/appsync/apis/{shared_api.id}"
    deadline = time.monotonic() + 10
    lines: list[str] = []
    while not lines and time.monotonic() < deadline:
        time.sleep(0.1)
        if logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            found = logs.filter_log_events(logGroupName=group)["events"]
            lines = [event["message"] for event in found if request_id in event["message"]]
    assert any("hello(name" in line for line in lines)
    assert any(line.endswith("End Request") for line in lines)


def test_changes_hold_from_the_next_request_on(own_api: Any) -> None:
    assert own_api.post("{ hello }").json()["data"] == {"hello": "hello "}
    own_api.set_hello("changed")
    assert own_api.post("{ hello }").json()["data"] == {"hello": "changed"}
    schema = "type Query { hello: Int  more: String }"
    own_api.client.start_schema_creation(apiId=own_api.id, definition=schema.encode())
    answer = own_api.post("{ hello more }").json()
    assert answer["data"] == {"hello": None, "more": None}
    assert "Can't serialize value (/hello)" in answer["errors"][0]["message"]


def test_a_refused_schema_leaves_the_one_before(own_api: Any) -> None:
    own_api.client.start_schema_creation(apiId=own_api.id, definition=b"type Query { a: Nowhere }")
    status = own_api.client.get_schema_creation_status(apiId=own_api.id)
    assert status["status"] == "FAILED"
    assert own_api.post("{ hello }").json()["data"] == {"hello": "hello "}


def test_requests_while_the_api_changes_see_one_api(own_api: Any) -> None:
    def ask(_: int) -> tuple[int, str]:
        answer = own_api.post("{ a: hello b: hello }")
        data = answer.json()["data"]
        assert data["a"] == data["b"]
        return answer.status_code, data["a"]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = pool.map(ask, range(60))
        for number in range(10):
            own_api.set_hello(f"v{number}")
        found = list(answers)
    assert {status for status, _ in found} == {200}
    assert own_api.post("{ hello }").json()["data"] == {"hello": "v9"}


def test_hostile_queries_leave_the_server_up(shared_api: Any) -> None:
    hostile = [
        "{" * 50_000,
        "{ " + "hello " * 20_000 + "}",
        "\u0000",
        '{ hello(name: "' + "\\u" * 9,
    ]
    for query in hostile:
        answer = shared_api.post(query)
        assert answer.status_code == 200
        assert answer.json()["errors"][0]["message"]
    assert shared_api.post("{ hello }").json()["data"] == {"hello": "hello "}
