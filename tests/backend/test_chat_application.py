"""The scaffolded chat application, deployed and used by the unmodified ``aws-amplify`` client."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ampx_outputs import Wanted, ampx_outputs
from tests.cli.sandbox_process import run_command
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.project.identity import sandbox_identity, stack_name
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime
from workbench.project.scaffold import scaffold
from workbench.users.outbound_messages import read_inbox

USER, PASSWORD = "ann@example.com", "Correct-horse-1"
SCRIPT = Path(__file__).with_name("chat_client.mjs")


pytestmark = [pytest.mark.npm, pytest.mark.cloud]


@dataclass(frozen=True)
class Chat:
    """The deployed application."""

    project: Project
    target: LocalTarget
    outputs: dict[str, Any]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    project = scaffold(tmp_path_factory.mktemp("chat") / "chat", "python", lambda _: None)
    (project.root / "vite.config.ts").write_text("export default { plugins: [] }\n")
    done = run_command(project.root, "sandbox", "--once", "--local")
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = (line for line in done.stdout.splitlines() if "front end" in line)
    assert told.endswith("connect your front end: amplify-tui front-end")
    outputs = json.loads((project.root / "amplify_outputs.json").read_text())
    try:
        yield Chat(project, lifecycle.start(project.local_cloud_dir), outputs)
    finally:
        lifecycle.stop(project.local_cloud_dir)


def test_a_user_signs_up_and_talks(
    chat: Chat, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    def client(step: str, *more: str) -> dict[str, Any]:
        flags = ["--experimental-websocket"] if node_runtime.version < (22,) else []
        ran = subprocess.run(
            [
                *(str(node_runtime.executable), *flags),
                *("--import", str(chat.project.root / ".amplify/front-end/node.cjs")),
                *(str(SCRIPT), str(npm_modules.parent)),
                *(str(chat.project.root / "amplify_outputs.json"), step, USER, PASSWORD, *more),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        return found

    assert client("signUp") == {"next": "CONFIRM_SIGN_UP"}
    pool = chat.outputs["auth"]["user_pool_id"]
    (message,) = read_inbox(chat.target, pool)
    assert (message.recipient, message.subject) == (USER, "Welcome to the chat")
    assert client("confirm", message.code) == {"next": "DONE"}
    assert client("chat") == {
        "signedIn": True,
        "refused": "Field name of type Chat must have a minimum length of 1",
        "related": ["first", "second"],
        "listed": ["first", "second"],
        "byTime": ["second", "first"],
        "owners": 1,
        "greeting": "Hello, Ann!",
        "stranger": "Unauthorized",
    }
    Clients(chat.target).cognito_idp.set_user_pool_mfa_config(
        UserPoolId=pool,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="OPTIONAL",
    )
    assert client("account") == {
        "wrong": "NotAuthorizedException",
        "refreshed": True,
        "notOld": "NotAuthorizedException",
        "asked": "CONFIRM_SIGN_IN_WITH_TOTP_CODE",
        "badCode": "CodeMismatchException",
        "signedIn": True,
        "gone": True,
    }


def test_ampx_reads_the_same_outputs_from_the_stack(
    chat: Chat, npm_project: Path, node_runtime: NodeRuntime, tmp_path: Path
) -> None:
    assert set(chat.outputs["geo"]["maps"]["items"]) == {chat.outputs["geo"]["maps"]["default"]}
    assert chat.outputs["storage"]["buckets"][0]["name"] == "pictures"
    stack = stack_name(sandbox_identity(chat.project, None))
    (theirs,) = ampx_outputs(
        npm_project, chat.target, node_runtime, stack, Wanted(tmp_path / "theirs")
    )
    assert json.loads(theirs.read_text()) == chat.outputs
