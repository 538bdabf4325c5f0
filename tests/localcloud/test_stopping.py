"""How the local cloud ends: always, with all that it started, and never because it is only slow."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import BotoCoreError

from workbench.aws.clients import Clients
from workbench.guardian_process import start_time
from workbench.localcloud import lifecycle, server_process

pytestmark = pytest.mark.cloud

FUNCTIONS = {
    "idle": "def handler(event, context): return [__import__('os').getpid()]",
    "busy": """
import os, pathlib
def handler(event, context):
    pathlib.Path(event["told"]).write_text(str(os.getpid()))
    while True:
        pass
""",
    "parent": """
import os, subprocess, sys
def handler(event, context):
    run = [sys.executable, "-c", "import time; time.sleep(300)"]
    inside = subprocess.Popen(run)
    away = subprocess.Popen(run, start_new_session=True)
    return [os.getpid(), inside.pid, away.pid]
""",
}
NODE = """
setInterval(() => {}, 1000);
exports.handler = async () => [process.pid];
"""


def _zip(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


def _make(clients: Clients, name: str, file: str, text: str, runtime: Any) -> None:
    clients.lambda_.create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=120,
        Code={"ZipFile": _zip(file, text)},
    )
    clients.lambda_.get_waiter("function_active_v2").wait(FunctionName=name)


def _run_all(clients: Clients, folder: Path) -> list[int]:
    """The processes of functions of every kind, all running."""
    pids: list[int] = []
    for name, text in FUNCTIONS.items():
        _make(clients, name, "index.py", text, "python3.11")
    _make(clients, "open-handle", "index.js", NODE, "nodejs22.x")
    for name in ("idle", "parent", "open-handle"):
        answer = clients.lambda_.invoke(FunctionName=name, Payload=b"{}")["Payload"].read()
        pids += json.loads(answer)
    told = folder / "busy"
    event = json.dumps({"told": str(told)}).encode()

    def wait_for_it() -> None:
        with contextlib.suppress(BotoCoreError):  # the server ends first
            clients.lambda_.invoke(FunctionName="busy", Payload=event)

    threading.Thread(target=wait_for_it, daemon=True).start()
    deadline = time.monotonic() + 60
    while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [*pids, int(told.read_text())]


def _ask_and_do_not_read(clients: Clients) -> socket.socket:
    """A connection that has asked for more than fits into it, and does not take it."""
    clients.s3.create_bucket(Bucket="large")
    clients.s3.put_object(Bucket="large", Key="object", Body=bytes(20_000_000))
    address = urlsplit(
        clients.s3.generate_presigned_url("get_object", {"Bucket": "large", "Key": "object"})
    )
    asking = socket.create_connection((address.hostname, address.port))
    asking.sendall(
        f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    )
    assert asking.recv(12) == b"HTTP/1.1 200"
    return asking


def _gone(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + 20
    while any(start_time(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [pid for pid in pids if start_time(pid)]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "local-cloud"
    yield folder
    if (found := server_process.holder(folder)) is not None:
        os.kill(found.pid, signal.SIGCONT)
    lifecycle.stop(folder)


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_functions_end_with_the_local_cloud(cloud: Path, tmp_path: Path, how: str) -> None:
    clients = Clients(lifecycle.start(cloud))
    pids = _run_all(clients, tmp_path)
    assert len(pids) == 6
    assert all(start_time(pid) for pid in pids)
    if how == "kill":
        os.kill(lifecycle.status(cloud).pid, signal.SIGKILL)
    else:
        said: list[str] = []
        with _ask_and_do_not_read(clients):
            lifecycle.stop(cloud, say=said.append)
        assert said == []
    assert not _gone(pids)


def test_stop_ends_one_that_does_not_react_and_says_so(cloud: Path) -> None:
    clients = Clients(lifecycle.start(cloud))
    clients.ssm.put_parameter(Name="/kept", Value="1", Type="String")
    time.sleep(1)
    os.kill(lifecycle.status(cloud).pid, signal.SIGSTOP)
    said: list[str] = []
    assert lifecycle.stop(cloud, timeout=0.5, say=said.append)
    assert "killed" in said[0]
    clients = Clients(lifecycle.start(cloud))
    assert clients.ssm.get_parameter(Name="/kept")["Parameter"]["Value"] == "1"


def test_one_that_is_only_slow_is_waited_for(cloud: Path) -> None:
    lifecycle.start(cloud)
    pid = lifecycle.status(cloud).pid
    os.kill(pid, signal.SIGSTOP)
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        os.kill(pid, signal.SIGCONT)

    lifecycle.start(cloud, say=hear)
    assert lifecycle.status(cloud).pid == pid
    assert said == [f"The local cloud (process {pid}) is busy and does not answer; waiting for it."]


def test_one_that_never_answers_is_replaced_in_words(cloud: Path) -> None:
    lifecycle.start(cloud)
    pid = lifecycle.status(cloud).pid
    os.kill(pid, signal.SIGSTOP)
    said: list[str] = []
    lifecycle.start(cloud, patience=0.5, say=said.append)
    assert lifecycle.status(cloud).pid not in (0, pid)
    assert [line.split()[0] for line in said] == ["The", "It", "The"]
    assert "killed" in said[2]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A local cloud whose files are damaged again and again."""
    folder = tmp_path_factory.mktemp("damaged") / "local-cloud"
    yield folder
    lifecycle.stop(folder)


@pytest.mark.parametrize("content", [b"", b'{"port": 20', b"\0\xff" * 40, b'{"port": 22}', None])
def test_a_damaged_record_is_kept_and_said(damaged: Path, content: bytes | None) -> None:
    first = lifecycle.start(damaged)
    file = damaged / "server.json"
    if content is None:
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(content)
    assert lifecycle.status(damaged).running
    assert lifecycle.start(damaged) == first
    lifecycle.stop(damaged)
    known = set(damaged.glob("damaged-*"))
    said: list[str] = []
    assert lifecycle.start(damaged, say=said.append) == first
    (kept,) = set(damaged.glob("damaged-*")) - known
    assert content is None or kept.read_bytes() == content
    assert str(kept) in said[0]


@pytest.mark.parametrize("content", ["", "1", "99999999", "nonsense", None])
def test_a_damaged_lock_hides_no_running_cloud(damaged: Path, content: str | None) -> None:
    lifecycle.start(damaged)
    before = lifecycle.status(damaged)
    lock = damaged / server_process.LOCK_NAME
    lock.unlink() if content is None else lock.write_text(content)
    assert lifecycle.status(damaged).pid == before.pid
    lifecycle.start(damaged)
    assert lifecycle.status(damaged).pid == before.pid
    assert lifecycle.stop(damaged)
    assert lifecycle.status(damaged).state == "stopped"


def test_stop_and_start_at_once_leave_one_cloud(cloud: Path) -> None:
    lifecycle.start(cloud)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda call: call(cloud), (lifecycle.stop, lifecycle.start)))
    lifecycle.start(cloud)
    assert lifecycle.status(cloud).running
