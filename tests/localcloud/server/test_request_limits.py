"""Bodies beyond a service's limit are refused in its words, and never held.

Connections make room.
"""

from __future__ import annotations

import http.client
import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_keys import own_keys
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.server.body_limits import body_limit

pytestmark = pytest.mark.cloud

_MB = 1024 * 1024
_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/%s/aws4_request, SignedHeaders=host,"
    " Signature=0"
)
_INVOKE = "/2015-03-31/functions/f/invocations"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    folder: Path = tmp_path_factory.mktemp("cloud") / "local-cloud"
    yield lifecycle.start(folder)
    lifecycle.stop(folder)


@pytest.fixture(scope="module")
def port(cloud: LocalTarget) -> int:
    return int(cloud.endpoint.rpartition(":")[2])


@pytest.fixture(scope="module")
def key(cloud: LocalTarget) -> str:
    return str(own_keys(cloud).access_key)


def _headers(service: str, target: str = "", key: str = "x", **more: str) -> dict[str, str]:
    """Signed by a ``key``; whether rightly is only known once the body is whole."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    signed = _SIGNED.replace("=x/20260101", f"={key}/{stamp[:8]}") % service
    found = {"authorization": signed, "x-amz-date": stamp, **more}
    if target:
        found["x-amz-target"] = target
    return found


@pytest.mark.parametrize(
    ("method", "path", "headers", "limit", "code"),
    [
        (
            "POST",
            "/",
            _headers("dynamodb", "DynamoDB_20120810.PutItem"),
            16 * _MB,
            "RequestEntityTooLargeException",
        ),
        ("POST", "/", _headers("ssm", "AmazonSSM.PutParameter"), _MB, "RequestEntityTooLarge"),
        (
            "POST",
            "/",
            {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp"},
            _MB,
            "RequestEntityTooLarge",
        ),
        ("POST", "/", _headers("cloudformation"), _MB, "RequestEntityTooLarge"),
        ("POST", _INVOKE, _headers("lambda"), 6_291_456, "RequestEntityTooLargeException"),
        (
            "POST",
            _INVOKE,
            _headers("lambda", **{"x-amz-invocation-type": "Event"}),
            1_048_576,
            "RequestEntityTooLargeException",
        ),
        ("PUT", "/bucket/key", _headers("s3"), 512 * _MB, "EntityTooLarge"),
        ("PUT", "/bucket/key", {}, 512 * _MB, "EntityTooLarge"),
        ("POST", "/anything", {}, 16 * _MB, "RequestEntityTooLarge"),
    ],
)
def test_each_service_has_its_limit(
    method: str, path: str, headers: dict[str, str], limit: int, code: str
) -> None:
    found = body_limit(method, path, headers)
    assert found.bytes == limit
    assert found.code.startswith(code)


def _send(
    port: int, path: str, headers: dict[str, str], size: int, *, chunked: bool, declared: int = -1
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", path)
    for name, value in headers.items():
        connection.putheader(name, value)
    if chunked:
        connection.putheader("transfer-encoding", "chunked")
    else:
        connection.putheader("content-length", str(size if declared < 0 else declared))
    connection.endheaders()
    left = size
    block = b" " * 65536
    while left:
        part = block[:left]
        left -= len(part)
        connection.send(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
    if chunked:
        connection.send(b"0\r\n\r\n")
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("chunked", [False, True])
def test_one_byte_more_is_refused_and_the_limit_itself_is_not(port: int, chunked: bool) -> None:
    headers = {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp"}
    status, body = _send(port, "/", headers, _MB + 1, chunked=chunked)
    assert status == 413
    assert json.loads(body) == {
        "__type": "RequestEntityTooLargeException",
        "message": "Request size exceeds the maximum of 1048576 bytes",
    }
    assert _send(port, "/", headers, _MB, chunked=chunked)[0] != 413


def test_lambda_says_it_in_its_words(port: int, key: str) -> None:
    status, body = _send(port, _INVOKE, _headers("lambda", key=key), 6_291_457, chunked=True)
    assert status == 413
    said = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    assert json.loads(body)["message"] == said


@pytest.mark.parametrize("size", [900_000, 5 * _MB])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_refusal_is_heard_by_a_client_that_sends_on(port: int, chunked: bool, size: int) -> None:
    status, body = _send(port, _INVOKE, _headers("lambda"), size, chunked=chunked)
    assert status == 403
    assert b"UnrecognizedClientException" in body


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_large_body_is_never_held(port: int, key: str) -> None:
    pid = int(_get(port, "/_amplify_tui/health")["pid"])
    before = _peak(pid)
    headers = _headers("dynamodb", "DynamoDB_20120810.PutItem", key=key)
    status, _ = _send(port, "/", headers, 70 * _MB, chunked=True)
    assert status == 413
    assert _peak(pid) - before < 60 * _MB


def test_a_length_that_lies_leaves_no_connection_behind(port: int) -> None:
    pid = int(_get(port, "/_amplify_tui/health")["pid"])
    before = _files(pid)
    for _ in range(50):
        half = socket.create_connection(("127.0.0.1", port))
        half.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nabc")
        half.close()
        idle = socket.create_connection(("127.0.0.1", port))
        idle.close()
    deadline = time.monotonic() + 20
    while _files(pid) > before + 5:
        assert time.monotonic() < deadline, _files(pid)
        time.sleep(0.1)


def test_with_few_descriptors_idle_connections_make_room(tmp_path: Path) -> None:
    folder = tmp_path / "local-cloud"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The server takes the hard limit, which only a process of its own can lower.
    start = (
        "import resource, sys; from pathlib import Path; from workbench.localcloud import lifecycle;"  # noqa: E501
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)); lifecycle.start(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", start, folder], check=True, timeout=120)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)
    idle: list[socket.socket] = []
    try:
        port = lifecycle.status(folder).port
        idle += [socket.create_connection(("127.0.0.1", port), 10) for _ in range(55)]
        for _ in range(3):
            assert _get(port, "/_amplify_tui/health")["status"] == "ok"
    finally:
        for each in idle:
            each.close()
        lifecycle.stop(folder)


def _get(port: int, path: str) -> Any:
    """The answer; who comes in the same moment as many connections may be told to come again."""
    for _ in range(10):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != http.HTTPStatus.SERVICE_UNAVAILABLE:
            return json.loads(body)
        time.sleep(0.1)
    raise AssertionError("no room was made")


def _peak(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) * 1024


def _files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
