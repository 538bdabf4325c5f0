"""The scaffolded chat application, deployed and used by the unmodified ``aws-amplify`` client."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.headless.sandbox_process import run_command
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.project.node_runtime import NodeRuntime
from workbench.project.scaffold import scaffold

USER, PASSWORD = "ann@example.com", "Correct-horse-1"
SCRIPT = Path(__file__).with_name("chat_client.mjs")


@pytest.mark.npm
def test_a_user_signs_up_and_talks(
    tmp_path: Path, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    project = scaffold(tmp_path / "chat", "python", lambda _: None)
    done = run_command(project.root, "sandbox", "--once", "--local")
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = json.loads((project.root / "amplify_outputs.json").read_text())
    try:
        target = lifecycle.start(project.local_cloud_dir)

        def client(step: str) -> dict[str, Any]:
            flags = ["--experimental-websocket"] if node_runtime.version < (22,) else []
            ran = subprocess.run(
                [
                    *(str(node_runtime.executable), *flags, str(SCRIPT), str(npm_modules.parent)),
                    *(str(project.root / "amplify_outputs.json"), target.endpoint),
                    *(step, USER, PASSWORD),
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
        pool = outputs["auth"]["user_pool_id"]
        Clients(target).cognito_idp.admin_confirm_sign_up(UserPoolId=pool, Username=USER)
        assert client("chat") == {
            "signedIn": True,
            "refused": "name must have at least 1 characters.",
            "related": ["first", "second"],
            "listed": ["first", "second"],
            "byTime": ["second", "first"],
            "owners": 1,
            "greeting": "Hello, Ann!",
            "stranger": "Unauthorized",
        }
        assert set(outputs["geo"]["maps"]["items"]) == {outputs["geo"]["maps"]["default"]}
        assert outputs["storage"]["buckets"][0]["name"] == "pictures"
    finally:
        lifecycle.stop(project.local_cloud_dir)
