"""A streamed response comes as it is written, to the SDK and at a function URL."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions

pytestmark = pytest.mark.cloud

# What follows the first chunk waits for a file, which is made when that chunk has come.
CODE = """
const fs = require('node:fs');
const made = async file => {
  while (!fs.existsSync(file)) await new Promise(done => setTimeout(done, 10));
};
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { go, then } = event.queryStringParameters ?? event;
  const metadata = { statusCode: 201, headers: { 'Content-Type': 'text/html' }, cookies: ['a=1', 'b=2'] };
  const to = event.rawPath ? awslambda.HttpResponseStream.from(stream, metadata) : stream;
  if (then === 'fail early') throw new TypeError('early');
  to.write('first ');
  await made(go);
  if (then === 'fail') throw new RangeError('late');
  if (then === 'exit') process.exit(3);
  if (then === 'forget') return;
  to.write({ second: 2 });
  to.end('.');
});
"""  # noqa: E501


@pytest.fixture(scope="module")
def name(functions: Functions) -> str:
    """A function that streams."""
    return functions.create(NODE, CODE)


def streamed(functions: Functions, name: str, go: Path, then: str = "") -> list[Any]:
    """The events of the SDK's stream; the file is made after the first."""
    answer = functions.clients.lambda_.invoke_with_response_stream(
        FunctionName=name, LogType="Tail",
        Payload=json.dumps({"go": str(go), "then": then}).encode(),
    )  # fmt: skip
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    found: list[Any] = []
    for event in answer["EventStream"]:
        found.append(event)
        go.touch()
    return found


def text(events: list[Any]) -> str:
    """What the chunks make."""
    return b"".join(each["PayloadChunk"]["Payload"] for each in events[:-1]).decode()


def test_the_sdk_gets_chunks_as_they_are_written(
    functions: Functions, name: str, tmp_path: Path
) -> None:
    found = streamed(functions, name, tmp_path / "go")
    assert found[0] == {"PayloadChunk": {"Payload": b"first "}}
    assert text(found) == 'first {"second":2}.'
    complete = found[-1]["InvokeComplete"]
    assert set(complete) == {"LogResult"}
    assert "REPORT RequestId: " in base64.b64decode(complete["LogResult"]).decode()


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("fail", ("first ", '"errorType": "RangeError"')),
        ("fail early", ('{"errorType": "TypeError", "errorMessage": "early"', '"TypeError"')),
        ("exit", ("first ", "Error: Runtime exited with error: exit status 3")),
        ("forget", ("first ", "Response stream is not finished.")),
    ],
)  # fmt: skip
def test_a_failure_completes_the_stream(
    functions: Functions, name: str, tmp_path: Path, then: str, told: tuple[str, str]
) -> None:
    chunks, details = told
    found = streamed(functions, name, tmp_path / "go", then)
    assert text(found).startswith(chunks)
    complete = found[-1]["InvokeComplete"]
    assert complete["ErrorCode"] == "Unhandled"
    assert details in complete["ErrorDetails"]


def test_a_handler_that_does_not_stream_is_one_chunk(functions: Functions, tmp_path: Path) -> None:
    plain = functions.create(NODE, "exports.handler = async () => ({ a: 1 })")
    assert json.loads(text(streamed(functions, plain, tmp_path / "go"))) == {"a": 1}


def test_a_waiting_caller_gets_it_whole(functions: Functions, name: str, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    payload = json.dumps({"go": str(tmp_path / "go")}).encode()
    answer = functions.clients.lambda_.invoke(FunctionName=name, Payload=payload)
    assert answer["Payload"].read() == b'first {"second":2}.'


@pytest.fixture
def asked(functions: Functions, name: str) -> Iterator[Any]:
    """Asks the function's URL, which streams."""
    client = functions.clients.lambda_
    made = client.create_function_url_config(
        FunctionName=name, AuthType="NONE", InvokeMode="RESPONSE_STREAM"
    )
    for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
        client.add_permission(
            FunctionName=name, StatementId=action.split(":")[1], Action=action, Principal="*"
        )
    found = re.search(r"[a-z0-9]{32}", made["FunctionUrl"])
    assert found is not None
    place = functions.clients.target.endpoint.split("://")[1]  # type: ignore[union-attr]
    connection = http.client.HTTPConnection(place, timeout=30)

    def ask(go: Path, then: str = "") -> http.client.HTTPResponse:
        query = f"?go={quote(str(go))}&then={quote(then)}"
        connection.request("GET", f"/_aws/lambda-url/{found[0]}/{query}")
        return connection.getresponse()

    yield ask
    connection.close()
    client.delete_function_url_config(FunctionName=name)
    for statement in ("InvokeFunctionUrl", "InvokeFunction"):
        client.remove_permission(FunctionName=name, StatementId=statement)


def test_a_function_url_sends_chunks_as_they_are_written(asked: Any, tmp_path: Path) -> None:
    answer = asked(tmp_path / "go")
    assert answer.status == 201
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert answer.read(6) == b"first "
    (tmp_path / "go").touch()
    assert answer.read() == b'{"second":2}.'


def test_a_function_url_tells_of_an_early_failure(asked: Any, tmp_path: Path) -> None:
    assert asked(tmp_path / "go", "fail early").status == 502


def test_a_function_url_cuts_off_at_a_late_failure(asked: Any, tmp_path: Path) -> None:
    answer = asked(tmp_path / "go", "fail")
    assert answer.read(6) == b"first "
    (tmp_path / "go").touch()
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
