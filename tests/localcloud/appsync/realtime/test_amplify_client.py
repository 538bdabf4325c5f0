"""The unmodified ``aws-amplify`` client subscribes, configured by the generated outputs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.browser import needs_chromium, running_browser
from tests.browser.site import running_site
from tests.quickstart_project import copy_quickstart
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.project.node_runtime import find_node

pytestmark = pytest.mark.cloud

HERE = Path(__file__).parent
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
        [script, "sandbox", "--once", "--local", "--no-type-check"],
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


@dataclass(frozen=True)
class App:
    """A deployed project and its local cloud."""

    project: Path
    target: LocalTarget

    def node(self, script: str) -> str:
        """Run a script of this folder; what it prints."""
        node = find_node()
        # Node 20 has the constructor that 22 has by default behind a flag.
        flags = ["--experimental-websocket"] if node.version < (22,) else []
        settings = (str(self.project), self.target.endpoint, USER, PASSWORD)
        done = subprocess.run(
            [str(node.executable), *flags, str(HERE / script), *settings],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def app(npm_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One deployment for the client in Node and the one in a page."""
    project = copy_quickstart(tmp_path_factory.mktemp("client") / "quickstart", npm_modules)
    (project / "amplify" / "data" / "resource.ts").write_text(DATA, "utf-8")
    state = project / ".amplify" / "local-cloud"
    try:
        _deploy(project)
        target = lifecycle.start(state)
        outputs = json.loads((project / "amplify_outputs.json").read_text("utf-8"))
        _make_user(Clients(target), outputs["auth"]["user_pool_id"])
        yield App(project, target)
    finally:
        lifecycle.stop(state)


def test_guests_keys_owners_and_identities_subscribe_in_node(app: App) -> None:
    _each_got_its_own(json.loads(app.node("amplify_client.mjs").splitlines()[-1]))


@needs_chromium
def test_guests_keys_owners_and_identities_subscribe_in_a_page(app: App, tmp_path: Path) -> None:
    app.node("amplify_bundle.mjs")
    script = (app.project / "page.js").read_text("utf-8")
    page = '<!doctype html><script type="module" src="/page.js"></script>'
    with (
        running_site({"/": page, "/page.js": script}) as port,
        running_browser(tmp_path) as browser,
    ):
        tab = browser.open(f"http://localhost:{port}/")
        tab.wait_until("return !!window.found")
        _each_got_its_own(tab.evaluate("found"))
        assert browser.log.strangers == []


def _each_got_its_own(said: dict[str, Any]) -> None:
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
