"""The React quickstart with its backend on a local cloud, in Vite's dev server and in Chromium."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.browser import Browser, running_browser
from tests.cli.sandbox_process import run_command
from tests.quickstart_project import installed_packages
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.project.node_runtime import NodeRuntime
from workbench.users.outbound_messages import read_inbox

APP = Path(__file__).with_name("app")
PASSWORD = "Correct-horse-1"
START_SECONDS = 60.0
_CALLBACK = "http://localhost:5173/"


@dataclass(frozen=True)
class App:
    """The project, deployed and served."""

    root: Path
    url: str
    target: LocalTarget
    outputs: dict[str, Any]

    @property
    def pool(self) -> str:
        return str(self.outputs["auth"]["user_pool_id"])

    def last_code(self, recipient: str) -> str:
        """The code in the last message to somebody."""
        inbox = read_inbox(self.target, self.pool)
        return next(message.code for message in inbox if message.recipient == recipient)

    def make_user(self, name: str) -> str:
        """A confirmed user; returns the address to sign in with."""
        address = f"{name}@example.com"
        cognito = Clients(self.target).cognito_idp
        cognito.admin_create_user(
            UserPoolId=self.pool,
            Username=address,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": address},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        cognito.admin_set_user_password(
            UserPoolId=self.pool, Username=address, Password=PASSWORD, Permanent=True
        )
        return address


@pytest.fixture(scope="session")
def react_packages(node_runtime: NodeRuntime) -> Path:
    """The packages of app/package.json, as npm has them."""
    return installed_packages(APP / "package.json", node_runtime)


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory, react_packages: Path, node_runtime: NodeRuntime
) -> Iterator[App]:
    root = tmp_path_factory.mktemp("react") / "app"
    shutil.copytree(APP, root)
    (root / "node_modules").symlink_to(react_packages, target_is_directory=True)
    port = _free_port()
    url = f"http://localhost:{port}/"
    backend = root / "amplify" / "backend.py"
    backend.write_text(backend.read_text().replace(_CALLBACK, url))
    deployment = ("sandbox", "--once", "--local", "--no-type-check")
    for command in (("front-end", "--yes"), deployment):
        done = run_command(root, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    state = root / ".amplify" / "local-cloud"
    outputs = json.loads((root / "amplify_outputs.json").read_text())
    log = root / "vite.log"
    with log.open("w") as output:
        vite = subprocess.Popen(
            vite_command(react_packages, node_runtime, "--port", str(port), "--strictPort"),
            cwd=root,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        _wait_for_start(vite, port, log)
        yield App(root, url, lifecycle.start(state), outputs)
    finally:
        vite.terminate()
        vite.wait(20)
        lifecycle.stop(state)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser; no request of a test may leave this machine."""
    before = len(chromium.log.requests)
    yield chromium
    assert chromium.log.strangers == []
    assert len(chromium.log.requests) > before


def vite_command(packages: Path, node: NodeRuntime, *arguments: str) -> list[str]:
    """How Vite is run."""
    return [str(node.executable), str(packages / "vite" / "bin" / "vite.js"), *arguments]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for_start(vite: subprocess.Popen[bytes], port: int, log: Path) -> None:
    # By its port: what it prints has colours in between where CI is set.
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if vite.poll() is not None:
            raise AssertionError(f"Vite ended with {vite.returncode}:\n{log.read_text()}")
        try:
            socket.create_connection(("localhost", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"Vite never listened:\n{log.read_text()}")
