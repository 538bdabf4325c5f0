"""The unmodified ``aws-amplify`` client subscribes, configured by the generated outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.project.node_runtime import find_node

HERE = Path(__file__).parent
TOOLS = os.environ.get("AMPLIFY_TUI_TEST_CHROMIUM", "")
"""A folder with the npm packages ``puppeteer-core`` and ``@sparticuz/chromium``."""
USER, PASSWORD = "ann@example.com", "Correct-horse-1"
DATA = """
import { type ClientSchema, a, defineData } from '@aws-amplify/backend';
const schema = a.schema({
  Todo: a.model({ content: a.string() })
    .authorization((allow) => [allow.guest(), allow.authenticated('identityPool')]),
  Memo: a.model({ content: a.string() }).authorization((allow) => [allow.publicApiKey()]),
  Diary: a.model({ content: a.string() }).authorization((allow) => [allow.owner()]),
});
export type Schema = ClientSchema<typeof schema>;
export const data = defineData({
  schema,
  authorizationModes: {
    defaultAuthorizationMode: 'identityPool',
    apiKeyAuthorizationMode: { expiresInDays: 30 },
  },
});
"""


def _deploy(project: Path) -> None:
    script = Path(sys.executable).with_name("amplify-tui")
    done = subprocess.run(
        [script, "sandbox", "--once", "--local"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _make_user(clients: Clients, pool: str) -> None:
    cognito = clients.cognito_idp
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=USER,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": USER},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True
    )


def _websocket_flags(node: Any) -> list[str]:
    """Node 20 has the constructor that 22 has by default behind a flag."""
    return ["--experimental-websocket"] if node.version < (22,) else []


_NEEDS_TOOLS = pytest.mark.skipif(not TOOLS, reason="AMPLIFY_TUI_TEST_CHROMIUM is not set")


@pytest.mark.npm
@pytest.mark.parametrize(
    "script", ["amplify_client.mjs", pytest.param("amplify_page.mjs", marks=_NEEDS_TOOLS)]
)
def test_guests_keys_owners_and_identities_subscribe(npm_project: Path, script: str) -> None:
    (npm_project / "amplify" / "data" / "resource.ts").write_text(DATA, "utf-8")
    state = npm_project / ".amplify" / "local-cloud"
    try:
        _deploy(npm_project)
        target = lifecycle.start(state)
        outputs = json.loads((npm_project / "amplify_outputs.json").read_text("utf-8"))
        _make_user(Clients(target), outputs["auth"]["user_pool_id"])
        node = find_node()
        done = subprocess.run(
            [
                str(node.executable),
                *_websocket_flags(node),
                str(HERE / script),
                str(npm_project),
                target.endpoint,
                USER,
                PASSWORD,
                TOOLS,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
    finally:
        lifecycle.stop(state)
    for who, content in (
        ("guest", "by a guest"),
        ("apiKey", "with a key"),
        ("owner", "by the owner"),
        ("identity", "by an identity"),
    ):
        assert said[who] == {"created": content, "received": [content]}, who
    assert (
        "Not Authorized to access onCreateDiary on type Subscription" in said["nobody"]["refused"]
    )
