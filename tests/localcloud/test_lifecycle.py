"""Starting, stopping and asking after the local cloud, as other processes do it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle, ports, required_versions, server_file
from workbench.localcloud.contract import EXIT_LOCKED, EXIT_PORT_TAKEN
from workbench.localcloud.env_vars import REMOVED, process_environment, shell_lines
from workbench.localcloud.ministack import installation
from workbench.localcloud.server import cdk_bootstrap

pytestmark = pytest.mark.cloud

ROOT = Path(__file__).parents[2]


def _get(target: LocalTarget, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(target.endpoint).netloc, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _server(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench.localcloud.server.main"]
    return subprocess.run(
        [*command, "--state-dir", str(folder), "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _listening_ports(pid: int) -> set[tuple[str, int]]:
    """What a process listens on, from /proc: address in hexadecimal, and port; UDP ports too."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        link = str(descriptor.readlink()) if descriptor.is_symlink() else ""
        if link.startswith("socket:["):
            inodes.add(link[8:-1])
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if (fields[3] == "0A" or "udp" in table) and fields[9] in inodes:
                address, port = fields[1].rsplit(":", 1)
                found.add((address, int(port, 16)))
    return found


def test_start_is_idempotent_and_the_port_stays(
    own_cloud: LocalTarget, own_cloud_dir: Path
) -> None:
    first = lifecycle.status(own_cloud_dir)
    assert first.running
    assert lifecycle.start(own_cloud_dir) == own_cloud
    assert lifecycle.status(own_cloud_dir).pid == first.pid
    assert lifecycle.stop(own_cloud_dir)
    stopped = lifecycle.status(own_cloud_dir)
    assert (stopped.state, stopped.port, stopped.pid) == ("stopped", first.port, 0)
    assert not lifecycle.stop(own_cloud_dir)
    assert lifecycle.start(own_cloud_dir) == own_cloud
    assert lifecycle.status(own_cloud_dir).pid != first.pid


def test_two_starters_at_once_get_one_server(tmp_path: Path) -> None:
    folder = tmp_path / "cloud"
    with ThreadPoolExecutor(3) as pool:
        targets = set(pool.map(lambda _: lifecycle.start(folder), range(3)))
    try:
        assert len(targets) == 1
    finally:
        lifecycle.stop(folder)


def test_it_outlives_the_terminal_that_started_it(tmp_path: Path) -> None:
    folder = tmp_path / "cloud"
    code = (
        "import sys, pathlib; from workbench.localcloud import lifecycle; "
        "lifecycle.start(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, timeout=60)
    try:
        status = lifecycle.status(folder)
        assert status.running
        assert os.getsid(status.pid) == status.pid
    finally:
        lifecycle.stop(folder)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
def test_nothing_else_listens(own_cloud: LocalTarget, own_cloud_dir: Path) -> None:
    status = lifecycle.status(own_cloud_dir)
    Clients(own_cloud).client("iot").describe_endpoint(endpointType="iot:Data-ATS")
    Clients(own_cloud).client("transfer").list_servers()
    assert _listening_ports(status.pid) == {("0100007F", status.port)}


def test_a_second_server_is_refused_the_state_and_the_port(
    own_cloud: LocalTarget, own_cloud_dir: Path, tmp_path: Path
) -> None:
    port = lifecycle.status(own_cloud_dir).port
    same_state = _server(own_cloud_dir, ports.choose_port(tmp_path / "other"))
    assert same_state.returncode == EXIT_LOCKED
    same_port = _server(tmp_path / "another", port)
    assert same_port.returncode == EXIT_PORT_TAKEN
    assert str(port) in same_port.stderr
    assert "Traceback" not in same_state.stderr + same_port.stderr
    assert lifecycle.status(own_cloud_dir).running


def test_it_moves_away_from_a_taken_port_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "cloud"
    first = lifecycle.start(folder)
    lifecycle.stop(folder)
    port = int(urlsplit(first.endpoint).port or 0)
    said: list[str] = []
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(lifecycle.LocalCloudProblem, match=str(port)):
            lifecycle.start(folder, port=port)
        moved = lifecycle.start(folder, say=said.append)
    try:
        assert moved != first
        assert str(port) in said[0]
        assert moved.endpoint.rsplit(":", 1)[1] in said[0]
    finally:
        lifecycle.stop(folder)


def test_a_wish_for_another_port_is_not_dropped(
    local_cloud: LocalTarget, local_cloud_dir: Path, tmp_path: Path
) -> None:
    port = urlsplit(local_cloud.endpoint).port
    assert lifecycle.start(local_cloud_dir, port=port) == local_cloud
    with pytest.raises(lifecycle.LocalCloudProblem, match=f"already runs at port {port}") as said:
        lifecycle.start(local_cloud_dir, port=ports.choose_port(tmp_path))
    assert "local stop" in said.value.next_step
    with pytest.raises(lifecycle.LocalCloudProblem, match="22"):
        lifecycle.start(tmp_path / "new", port=22)


def test_a_remembered_port_that_was_never_ours_is_forgotten(tmp_path: Path) -> None:
    server_file.write_record(tmp_path, server_file.ServerRecord(22))
    assert server_file.read_record(tmp_path) is None
    assert lifecycle.status(tmp_path).port == 0


def test_health_tells_who_answers(local_cloud: LocalTarget, local_cloud_dir: Path) -> None:
    status, body = _get(local_cloud, "/_amplify_tui/health")
    document = json.loads(body)
    assert status == 200
    assert document["pid"] == lifecycle.status(local_cloud_dir).pid
    assert document["state_dir"] == str(local_cloud_dir)


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/_amplify_tui/health", "GET", {"Host": "evil.example"}),
        ("/_amplify_tui/health", "GET", {"Origin": "https://evil.example"}),
        ("/_ministack/health", "GET", {"Host": "evil.example:80"}),
        ("/_ministack/reset", "POST", {}),
        ("/_ministack/config", "POST", {}),
    ],
)
def test_other_sites_pages_cannot_reach_admin_routes(
    local_cloud: LocalTarget, path: str, method: str, headers: dict[str, str]
) -> None:
    status, _ = _get(local_cloud, path, method, **headers)
    assert status == 403


def test_loopback_names_are_accepted(local_cloud: LocalTarget) -> None:
    for host in ("localhost:1", "127.0.0.1", "[::1]:80", "any.localhost"):
        assert _get(local_cloud, "/_amplify_tui/health", Host=host)[0] == 200


def test_bootstrap_is_there_from_the_start(own_cloud: LocalTarget) -> None:
    clients = Clients(own_cloud)
    version = clients.ssm.get_parameter(Name=cdk_bootstrap.VERSION_PARAMETER)["Parameter"]["Value"]
    assert int(version) >= 6
    clients.s3.head_bucket(Bucket=cdk_bootstrap.STAGING_BUCKET)
    names = {role["RoleName"] for role in clients.client("iam").list_roles()["Roles"]}
    assert {f"cdk-hnb659fds-{role}-000000000000-us-east-1" for role in cdk_bootstrap.ROLES} <= names
    role = f"arn:aws:iam::000000000000:role/cdk-hnb659fds-{cdk_bootstrap.ROLES[0]}-000000000000-us-east-1"  # noqa: E501
    assumed = clients.sts.assume_role(RoleArn=role, RoleSessionName="test")
    assert assumed["Credentials"]["AccessKeyId"]


def test_reset_forgets_everything_but_the_port(own_cloud: LocalTarget, own_cloud_dir: Path) -> None:
    Clients(own_cloud).s3.create_bucket(Bucket="things")
    assert lifecycle.reset(own_cloud_dir) == own_cloud
    buckets = Clients(own_cloud).s3.list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == [cdk_bootstrap.STAGING_BUCKET]


def test_the_shell_lines_set_and_unset(local_cloud: LocalTarget) -> None:
    lines = shell_lines(local_cloud, {"AWS_ENDPOINT_URL_S3": "http://elsewhere", "AWS_X": "1"})
    script = f'{lines}\nprintf "%s|%s|%s" "$AWS_ENDPOINT_URL" "${{AWS_PROFILE-none}}" '
    script += '"${AWS_ENDPOINT_URL_S3-none}"'
    done = subprocess.run(
        ["sh", "-c", script],
        env={
            "AWS_PROFILE": "work",
            "AWS_ENDPOINT_URL_S3": "http://elsewhere",
            "PATH": os.environ["PATH"],
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{local_cloud.endpoint}|none|none"


def test_a_child_process_inherits_nothing_of_an_account(local_cloud: LocalTarget) -> None:
    base = dict.fromkeys(REMOVED, "real") | {"AWS_SECRET_ACCESS_KEY": "real", "HOME": "/h"}
    made = process_environment(local_cloud, base)
    assert "real" not in made.values()
    assert made["HOME"] == "/h"


def test_a_configured_proxy_is_passed_by() -> None:
    base = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet,localhost"}
    made = process_environment(LocalTarget("http://127.0.0.1:1"), base)
    assert made["NO_PROXY"] == made["no_proxy"] == "intranet,localhost,127.0.0.1"
    assert "NO_PROXY" not in process_environment(LocalTarget("http://127.0.0.1:1"), {})


@pytest.mark.parametrize("name", required_versions.REQUIRED)
def test_another_release_of_a_patched_library_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    installed = {**required_versions.REQUIRED, name: "99.0"}
    monkeypatch.setattr(required_versions, "version", installed.__getitem__)
    with pytest.raises(required_versions.UnsupportedVersionError, match=f"{name}.*99.0 is inst"):
        installation.install()


def test_the_releases_asked_for_are_those_that_are_installed_with_us() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for name, wanted in required_versions.REQUIRED.items():
        assert f"{name}=={wanted}" in asked
    required_versions.check_versions()


async def test_health_is_watched_across_a_kill_and_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "cloud"
    lifecycle.start(folder)
    try:
        seen = lifecycle.watch_health(folder, interval=0.05)
        first = await anext(seen)
        assert first.running
        os.kill(first.pid, signal.SIGKILL)
        gone = await anext(seen)
        while gone.state == "unresponsive":  # the kernel is still ending it
            gone = await anext(seen)
        assert gone.state == "stopped"
        lifecycle.start(folder)
        again = await anext(seen)
        while not again.running:
            again = await anext(seen)
        assert again.endpoint == first.endpoint
        assert isinstance(seen, AsyncGenerator)
        await seen.aclose()
    finally:
        lifecycle.stop(folder)
