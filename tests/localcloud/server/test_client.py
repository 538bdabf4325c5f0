"""The client of the local cloud's own addresses, against servers that answer well and badly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from workbench.aws.target import LocalTarget
from workbench.localcloud.client import ask
from workbench.localcloud.contract import (
    HEALTH_PATH,
    LOGS_PATH,
    MESSAGES_PATH,
    TOKENS_PATH,
    TRACES_PREFIX,
    WEBHOOKS_PATH,
)

Answering = Callable[[bytes], str]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """A function that starts a server which answers one connection with the given bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def start(content: bytes) -> str:
            def serve() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(content)

            threading.Thread(target=serve, daemon=True).start()
            return f"http://127.0.0.1:{server.getsockname()[1]}/somewhere"

        yield start


def test_the_server_takes_what_the_client_signs(local_cloud: LocalTarget) -> None:
    url = local_cloud.endpoint + MESSAGES_PATH + "?userPoolId=us-east-1_Nobody"
    assert ask(url).status == 403
    answer = ask(url, local_cloud.keys)
    assert (answer.status, answer.refusal) == (404, "There is no user pool us-east-1_Nobody.")
    posted = ask(local_cloud.endpoint + TOKENS_PATH, local_cloud.keys, document={"userPoolId": "x"})
    assert posted.status == 400
    assert posted.refusal.startswith("POST userPoolId")
    assert ask(local_cloud.endpoint + HEALTH_PATH, local_cloud.keys).document["status"] == "ok"


def test_own_addresses_take_no_websocket(local_cloud: LocalTarget) -> None:
    assert local_cloud.keys is not None
    paths = (
        HEALTH_PATH,
        MESSAGES_PATH,
        TOKENS_PATH,
        f"{TRACES_PREFIX}api/traces",
        f"{LOGS_PATH}token/app/main/1/BUILD.log",
        f"{WEBHOOKS_PATH}hook",
    )
    for path in paths:
        signed = local_cloud.keys.sign("GET", local_cloud.endpoint + path)
        address = local_cloud.endpoint.replace("http://", "ws://") + path
        with pytest.raises(InvalidStatus) as refused:
            connect(address, additional_headers=dict(signed), proxy=None)
        assert refused.value.response.status_code == 403, path


def test_no_proxy_is_asked(local_cloud: LocalTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(local_cloud.endpoint + HEALTH_PATH, local_cloud.keys).status == 200


@pytest.mark.parametrize(
    "content", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]
)
def test_what_does_not_speak_http_is_an_os_error(answering: Answering, content: bytes) -> None:
    with pytest.raises(OSError):
        ask(answering(content), timeout=5)


def test_nobody_there_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        ask(f"http://127.0.0.1:{port}/somewhere")


@pytest.mark.parametrize("body", [b"", b"[1]", b"<html>", b"\xff\xfe"])
def test_another_programs_answer_is_no_document(answering: Answering, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    answer = ask(answering(head + body), timeout=5)
    assert (answer.document, answer.refusal) == ({}, "HTTP 200")
    assert repr(answer) == f"Answer(200, {len(body)} bytes)"
