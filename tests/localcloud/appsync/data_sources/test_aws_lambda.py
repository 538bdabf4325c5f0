from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from workbench.localcloud.appsync.data_sources import aws_lambda
from workbench.localcloud.appsync.data_sources.lambda_batches import LambdaBatches
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource

pytestmark = pytest.mark.npm

INVOKE = {"version": "2018-05-29", "operation": "Invoke"}


async def test_a_function_gets_the_payload_and_gives_the_result(cloud: Any) -> None:
    source = await cloud.function("return { got: event };")
    payload = {"field": "echo", "arguments": {"a": [1, None, "é"]}}
    assert await cloud.run(source, {**INVOKE, "payload": payload}) == {"got": payload}
    nothing = await cloud.function("return undefined;")
    assert await cloud.run(nothing, INVOKE) is None


async def test_a_failing_function_is_an_error_with_its_own_message(cloud: Any) -> None:
    source = await cloud.function("throw new TypeError('no such thing: ' + event.x);")
    with pytest.raises(FieldError) as caught:
        await cloud.run(source, {**INVOKE, "payload": {"x": 1}})
    assert caught.value.message == "no such thing: 1"
    assert caught.value.error_type == "Lambda:Unhandled"


async def test_a_function_that_takes_too_long_is_an_error(cloud: Any) -> None:
    source = await cloud.function("await new Promise(r => setTimeout(r, 60000));")
    with pytest.raises(FieldError, match="timed out") as caught:
        await cloud.run(source, INVOKE)
    assert caught.value.error_type == "Lambda:Unhandled"


async def test_appsync_does_not_wait_for_ever(
    cloud: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "came"
    source = await cloud.function(
        "const fs = await import('node:fs'); await new Promise(r => setTimeout(r, 700));"
        f"fs.writeFileSync({json.dumps(str(file))}, '1');"
    )
    monkeypatch.setattr(aws_lambda, "LONGEST", 0.2)
    with pytest.raises(FieldError, match="Execution timed out") as caught:
        await cloud.run(source, INVOKE)
    assert caught.value.error_type == "ExecutionTimeout"
    assert not file.exists()
    assert await cloud.written(file) == 1


async def test_a_missing_function_is_an_error(cloud: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:not-there"
    source = DataSource("Fn", "AWS_LAMBDA", {"lambdaFunctionArn": arn})
    with pytest.raises(FieldError, match="Function not found") as caught:
        await cloud.run(source, INVOKE)
    assert caught.value.error_type == "Lambda:ResourceNotFoundException"


async def test_functions_run_at_once_and_leave_the_event_loop_free(cloud: Any) -> None:
    source = await cloud.function("await new Promise(r => setTimeout(r, 400)); return event;")
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    counting = asyncio.create_task(count())
    asked = [cloud.run(source, {**INVOKE, "payload": n}) for n in range(3)]
    assert await asyncio.gather(*asked) == [0, 1, 2]
    counting.cancel()
    assert turns > 20


async def test_an_event_invocation_is_not_waited_for(cloud: Any, tmp_path: Any) -> None:
    file = tmp_path / "came"
    source = await cloud.function(
        "const fs = await import('node:fs'); await new Promise(r => setTimeout(r, 300));"
        f"fs.writeFileSync({json.dumps(str(file))}, JSON.stringify(event)); return 5;"
    )
    asked = {**INVOKE, "payload": {"a": 1}, "invocationType": "Event"}
    assert await cloud.run(source, asked) is None
    assert not file.exists()
    assert await cloud.written(file) == {"a": 1}


BATCH = {"version": "2018-05-29", "operation": "BatchInvoke"}
INFO = {"info": {"parentTypeName": "Post", "fieldName": "related"}}


async def test_the_fields_of_a_list_share_invocations(cloud: Any) -> None:
    source = await cloud.function("return event.map(n => ({ n, of: event.length }));")
    batches = LambdaBatches(cloud.services)

    async def field(n: int) -> Any:
        # Fields reach their data source some turns of the event loop apart.
        for _ in range(n % 3):
            await asyncio.sleep(0)
        request = {**BATCH, "payload": n}
        return await cloud.run(source, request, INFO, batches=batches, max_batch_size=4)

    found = await asyncio.gather(*(field(n) for n in range(6)))
    assert [element["n"] for element in found] == list(range(6))
    assert sorted(element["of"] for element in found) == [2, 2, 4, 4, 4, 4]


async def test_a_single_batch_invocation_has_one_element(cloud: Any) -> None:
    source = await cloud.function("return event.map(n => ({ n, of: event.length }));")
    assert await cloud.run(source, {**BATCH, "payload": 7}) == {"n": 7, "of": 1}


@pytest.mark.parametrize("body", ["return {};", "return [];"])
async def test_a_batch_answered_in_another_shape_fails_each_field(cloud: Any, body: str) -> None:
    source = await cloud.function(body)
    batches = LambdaBatches(cloud.services)
    fields = [cloud.run(source, {**BATCH, "payload": n}, INFO, batches=batches) for n in range(2)]
    found = await asyncio.gather(*fields, return_exceptions=True)
    assert [type(error) for error in found] == [FieldError, FieldError]
    assert isinstance(found[0], FieldError)
    assert found[0].error_type == "Lambda:IllegalArgument"


async def test_elements_of_a_direct_batch_fail_by_themselves(cloud: Any) -> None:
    source = await cloud.function(
        "return event.map(c => c.n ? { data: c.n } : "
        "{ data: null, errorMessage: 'none', errorType: 'Missing' });"
    )
    batches = LambdaBatches(cloud.services)
    fields = [batches.invoke_direct(source, {"n": n}, INFO, 10) for n in range(3)]
    found = await asyncio.gather(*fields, return_exceptions=True)
    assert found[1:] == [1, 2]
    assert isinstance(found[0], FieldError)
    assert (found[0].message, found[0].error_type) == ("none", "Missing")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Value for field '$[operation]' not found."),
        ({"operation": "Call"}, "Unsupported operation 'Call'."),
        (
            {"operation": "Invoke", "invocationType": "Later"},
            "Unsupported value 'Later' for '$[invocationType]'.",
        ),
    ],
)
async def test_a_malformed_invocation_says_what_is_wrong(
    cloud: Any, asked: Any, message: str
) -> None:
    source = DataSource("Fn", "AWS_LAMBDA", {"lambdaFunctionArn": "arn:x"})
    with pytest.raises(TemplateError) as caught:
        await cloud.run(source, asked)
    assert caught.value.message == message
