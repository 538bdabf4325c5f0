"""Another user of the machine gets nothing, by any route or protocol."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from workbench.aws.clients import Clients
from workbench.aws.local_keys import keys_of
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.access import peers
from workbench.localcloud.asgi.routes import json_route
from workbench.localcloud.contract import HEALTH_PATH
from workbench.localcloud.ministack.bridge import issued_credentials
from workbench.localcloud.server.gateway import gateway

pytestmark = pytest.mark.cloud

SCRIPT = Path(__file__).with_name("stranger.py")
OTHER_USER = "64999"
SECRET = "/owner/secret"
ADDRESS = "http://127.0.0.1:1" + HEALTH_PATH


def as_another_user(command: Sequence[str]) -> list[str] | None:
    """The command under another user id, None where this machine lets us be nobody else."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        return None
    other = [f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups"]
    return ["setpriv", *other, *command]


def a_python_for_everybody() -> str | None:
    """A Python that another user may run: not one in somebody's home folder."""
    for place in ("/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(place).exists():
            return place
    return None


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    state = tmp_path_factory.mktemp("cloud")
    yield lifecycle.start(state)
    lifecycle.stop(state)


def test_another_user_gets_nothing(cloud: LocalTarget, tmp_path: Path) -> None:
    python = a_python_for_everybody()
    command = as_another_user([str(python), "-", str(urlsplit(cloud.endpoint).port)])
    if python is None or command is None:
        pytest.skip("this machine lets the test be no other user: it needs root and setpriv")
    ssm = Clients(cloud).ssm
    ssm.put_parameter(Name=SECRET, Value="s3cret", Type="SecureString")
    done = subprocess.run(
        command,
        input=SCRIPT.read_text("utf-8"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("send and close") == "sent"
    assert found.pop("http/2") in {403, 505}
    refused = {403, "BrokenPipeError", "ConnectionResetError"}
    assert {what: status for what, status in found.items() if status not in refused} == {}
    assert found["health"] == found["graphql"] == 403
    assert [p["Name"] for p in ssm.describe_parameters()["Parameters"]] == [
        "/cdk-bootstrap/hnb659fds/version",
        SECRET,
    ]
    assert Clients(cloud).lambda_.list_functions()["Functions"] == []


def _pair(family: socket.AddressFamily, host: str) -> tuple[socket.socket, socket.socket]:
    """A connection of our own: our accepted end, and the peer's."""
    with socket.create_server((host, 0), family=family) as listener:
        theirs = socket.create_connection(listener.getsockname()[:2], timeout=10)
        ours, _ = listener.accept()
    return ours, theirs


@pytest.mark.skipif(peers.find_peer_user() is None, reason="this kernel does not tell")
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_the_kernel_says_whose_a_connection_is(family: socket.AddressFamily, host: str) -> None:
    try:
        ours, theirs = _pair(family, host)
    except OSError:
        pytest.skip(f"{host} is not there")
    with ours, theirs:
        assert peers.peer_user(ours) == os.getuid()


@pytest.mark.skipif(peers.find_peer_user() is None, reason="this kernel does not tell")
@pytest.mark.parametrize("linger", [None, b"\1\0\0\0\0\0\0\0"], ids=["closed", "reset"])
def test_a_peer_that_has_closed_is_nobody(linger: bytes | None) -> None:
    ours, theirs = _pair(socket.AF_INET, "127.0.0.1")
    with ours:
        theirs.sendall(b"GET / HTTP/1.1\r\n\r\n")
        if linger is not None:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        theirs.close()
        assert peers.peer_user(ours) is None


def test_where_the_kernel_does_not_tell_nobody_is_taken_for_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as without:
        without.delattr(socket, "AF_NETLINK", raising=False)
        assert peers.find_peer_user() is None
    with monkeypatch.context() as silent:
        silent.setattr(peers, "_ask", lambda *_: None)
        assert peers.find_peer_user() is None
    with monkeypatch.context() as unmapped:
        # As in a user namespace without a mapping: everybody shows as the overflow user.
        unmapped.setattr(peers, "_all_look_alike", lambda: True)
        assert peers.find_peer_user() is None


async def test_there_our_own_addresses_ask_for_the_key(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = keys_of(tmp_path)
    before = issued_credentials.administrator()
    issued_credentials.set_administrator(keys)

    async def nothing(_scope: object, _receive: object, _send: object) -> None:
        raise AssertionError("nothing comes this far")

    async def ask(headers: dict[str, str]) -> httpx.Response:
        health = json_route(HEALTH_PATH, lambda: {"state_dir": "/home/ann"}, public=False)
        app: Any = gateway(nothing, [health], lambda *_: None, frozenset)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.get(ADDRESS, headers=headers)

    try:
        assert (await ask(dict(keys.sign("GET", ADDRESS)))).json() == {"state_dir": "/home/ann"}
        for headers in ({}, dict(keys_of(tmp_path_factory.mktemp("other")).sign("GET", ADDRESS))):
            answer = await ask(headers)
            assert answer.status_code == 403
            assert "/home/ann" not in answer.text
    finally:
        issued_credentials.set_administrator(before)
