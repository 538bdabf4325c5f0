"""Limits, logs and asynchronous runs of invocations."""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.functions.conftest import NODE, Functions

pytestmark = pytest.mark.cloud

PYTHON = "python3.11"
ECHO = "exports.handler = async event => { console.log('seen'); return event }"


def test_the_tail_of_the_log_has_lambda_s_own_lines(functions: Functions) -> None:
    log = functions.run(NODE, ECHO).log.splitlines()
    assert re.fullmatch(r"START RequestId: \S{36} Version: \$LATEST", log[0])
    assert re.fullmatch(r"\S+Z\t\S{36}\tINFO\tseen", log[1])
    assert re.fullmatch(r"END RequestId: \S{36}", log[2])
    assert re.fullmatch(
        r"REPORT RequestId: \S{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms",
        log[3],
    )


def test_a_time_out_is_told_in_the_answer_and_in_the_log(functions: Functions) -> None:
    answer = functions.run(NODE, "exports.handler = () => { for (;;); }", Timeout=1)
    assert answer.told["errorType"] == "Sandbox.Timedout"
    assert answer.told["errorMessage"].endswith(" Error: Task timed out after 1.00 seconds")
    assert re.search(r"^\S+Z \S{36} Task timed out after 1\.00 seconds$", answer.log, re.MULTILINE)
    assert answer.log.splitlines()[-1].endswith("Status: timeout")


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is known on Linux")
@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        (NODE, "exports.handler = async () => Buffer.alloc(3e8, 1).length"),
        (PYTHON, "def handler(event, context): return len(b'x' * 300_000_000)"),
    ],
)
def test_a_function_that_takes_more_than_its_memory_is_ended(
    functions: Functions, runtime: str, code: str
) -> None:
    answer = functions.run(runtime, code, MemorySize=256)
    assert answer.told["errorType"] == "Runtime.OutOfMemory"
    assert answer.told["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert "Max Memory Used: 256 MB" in answer.log
    assert answer.log.endswith("Status: error\tError Type: Runtime.OutOfMemory")
    assert functions.run(runtime, code, MemorySize=512).told == 300_000_000


def test_an_event_that_is_not_json_is_refused(functions: Functions) -> None:
    name = functions.create(NODE, ECHO)
    with pytest.raises(ClientError) as refused:
        functions.clients.lambda_.invoke(FunctionName=name, Payload=b"{not json")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        (NODE, "exports.handler = async (event, { clientContext: { custom, client } }) =>"
         " [custom, client.app_title]"),
        (PYTHON, "def handler(event, context):\n"
         "    return context.client_context.custom, context.client_context.client.app_title"),
    ],
)  # fmt: skip
def test_the_handler_gets_the_client_context(functions: Functions, runtime: str, code: str) -> None:
    def given(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    client, name = functions.clients.lambda_, functions.create(runtime, code)
    told = {"custom": {"a": 1}, "client": {"app_title": "t"}}
    answer = client.invoke(FunctionName=name, ClientContext=given(json.dumps(told)))
    assert json.load(answer["Payload"]) == [{"a": 1}, "t"]
    for text in ("[]", "no json"):
        with pytest.raises(client.exceptions.InvalidRequestContentException):
            client.invoke(FunctionName=name, ClientContext=given(text))


def _queue(functions: Functions, name: str) -> tuple[str, str]:
    sqs: Any = functions.clients.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def _received(functions: Functions, url: str) -> dict[str, Any]:
    sqs: Any = functions.clients.client("sqs")
    (message,) = sqs.receive_message(
        QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"]
    )["Messages"]
    found: dict[str, Any] = message
    return found


def test_destinations_hear_of_success_and_failure(functions: Functions) -> None:
    client = functions.clients.lambda_
    code = (
        "exports.handler = async event => { if (event.bad) throw new TypeError('bang'); return 5 }"
    )
    for bad, condition, tries in ((False, "Success", 1), (True, "RetriesExhausted", 2)):
        name = functions.create(NODE, code)
        url, arn = _queue(functions, name)
        client.put_function_event_invoke_config(
            FunctionName=name,
            MaximumRetryAttempts=1,
            DestinationConfig={
                "OnSuccess": {"Destination": arn},
                "OnFailure": {"Destination": arn},
            },
        )
        client.invoke(
            FunctionName=name, InvocationType="Event", Payload=json.dumps({"bad": bad}).encode()
        )
        told = json.loads(_received(functions, url)["Body"])
        assert told["requestContext"]["condition"] == condition
        assert told["requestContext"]["approximateInvokeCount"] == tries
        assert told["requestContext"]["functionArn"].endswith(f":function:{name}:$LATEST")
        assert told["requestPayload"] == {"bad": bad}
        payload = told["responsePayload"]
        assert payload == 5 if not bad else payload["errorType"] == "TypeError"


def test_an_event_bus_hears_of_success_and_a_bucket_of_failure(functions: Functions) -> None:
    client, clients = functions.clients.lambda_, functions.clients
    events, s3 = clients.client("events"), clients.client("s3")
    code = "exports.handler = async event => { if (event.Records) throw new TypeError('bang') }"
    name = functions.create(NODE, code)
    sns = clients.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    function = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    client.add_permission(
        FunctionName=name, StatementId="topic", Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    )  # fmt: skip
    url, arn = _queue(functions, name)
    pattern = {"source": ["lambda"], "detail": {"requestContext": {"condition": ["Success"]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    s3.create_bucket(Bucket=name)
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={
            "OnSuccess": {"Destination": bus},
            "OnFailure": {"Destination": f"arn:aws:s3:::{name}"},
        },
    )
    sns.publish(TopicArn=topic, Message="fails")
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    event = json.loads(_received(functions, url)["Body"])
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["resources"] == [bus, f"{function}:$LATEST"]
    assert event["detail"]["responsePayload"] is None
    stored: list[Any] = []
    deadline = time.monotonic() + 30
    while not stored and time.monotonic() < deadline:
        stored = s3.list_objects_v2(Bucket=name).get("Contents", [])
    assert re.fullmatch(
        rf"aws/lambda/async/{name}(/\d+){{3}}/[\d-]+T[\d.]+-[0-9a-f-]{{36}}", stored[0]["Key"]
    )
    told = json.load(s3.get_object(Bucket=name, Key=stored[0]["Key"])["Body"])
    assert told["responsePayload"]["errorType"] == "TypeError"
    assert told["requestPayload"]["Records"][0]["Sns"]["Message"] == "fails"


def test_a_dead_letter_queue_gets_the_event_itself(functions: Functions) -> None:
    url, arn = _queue(functions, "dead-letters")
    code = "exports.handler = async () => { throw new Error('bang') }"
    name = functions.create(NODE, code, DeadLetterConfig={"TargetArn": arn})
    client = functions.clients.lambda_
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"id": 7}')
    message = _received(functions, url)
    assert json.loads(message["Body"]) == {"id": 7}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "bang"


def test_a_layer_that_is_on_aws_alone_is_named(functions: Functions) -> None:
    layer = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38"
    answer = functions.run(NODE, "require('in-the-layer')", Layers=[layer])
    assert answer.told["errorType"] == "Runtime.ImportModuleError"
    assert answer.told["errorMessage"].endswith(f"(Not on the local cloud: layer {layer})")
    assert f"The layer {layer} is on AWS alone" in answer.log


def test_a_runtime_that_is_not_installed_is_named_in_the_log(functions: Functions) -> None:
    log = functions.run("nodejs99.x", ECHO).log
    assert "nodejs99.x is not installed: the function runs on Node.js" in log
