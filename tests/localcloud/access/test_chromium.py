"""A real browser: a foreign page changes and reads nothing, the developer's own page does both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import Site, needs_chromium
from tests.localcloud.access.requests import FUNCTION
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

POOL_CALL = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
}
PAGE = """<!doctype html><script>
const asked = %s
const text = {'content-type': 'text/plain'}
async function tell(name, url, options) {
  try {
    const answer = await fetch(url, options)
    return [name, answer.status, (await answer.text()).slice(0, 300)]
  } catch (problem) { return [name, 'failed', String(problem)] }
}
const socket = url => new Promise(done => {
  const opened = new WebSocket(url, 'graphql-ws')
  opened.onopen = () => { opened.close(); done(['websocket', 'open', '']) }
  opened.onerror = () => done(['websocket', 'failed', ''])
})
Promise.all([
  ...asked.map(([name, url, options]) => tell(name, url, options)),
  socket(%s),
]).then(found => fetch('/found', {method: 'POST', body: JSON.stringify(found)}))
</script>"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    state = tmp_path_factory.mktemp("cloud")
    yield lifecycle.start(state)
    lifecycle.stop(state)


@pytest.fixture(scope="module")
def site(cloud: LocalTarget) -> Iterator[Site]:
    """A server of one page that tries what the findings tried; any host name leads to it."""
    base = cloud.endpoint
    js = json.dumps(FUNCTION)
    simple = {"method": "POST", "headers": {"content-type": "text/plain"}}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("create", f"{base}/2015-03-31/functions", {**simple, "body": js}),
        (
            "create, without cors",
            f"{base}/2015-03-31/functions",
            {**simple, "body": js, "mode": "no-cors"},
        ),
        (
            "parameters",
            f"{base}/",
            {
                "method": "POST",
                "headers": {**POOL_CALL, "x-amz-target": "AmazonSSM.DescribeParameters"},
                "body": "{}",
            },
        ),
        ("health", f"{base}/_amplify_tui/health", {}),
        ("sign in", f"{base}/", {"method": "POST", "headers": POOL_CALL, "body": "{}"}),
        (
            "graphql",
            f"{base}/v1/apis/none/graphql",
            {"method": "POST", "headers": {"x-api-key": "da2-x"}, "body": '{"query":"{a}"}'},
        ),
        ("put", f"{base}/stranger/key", {"method": "PUT", "body": "x"}),
    ]
    socket = f"{base.replace('http', 'ws')}/v1/apis/none/graphql/realtime"
    with Site({"/": PAGE % (json.dumps(asked), json.dumps(socket))}).running() as running:
        yield running


def browse(site: Site, host: str, folder: Path) -> dict[str, tuple[object, str]]:
    """What a page found, by name: the status and the start of the answer."""
    return {name: (status, body) for name, status, body in site.browse(host, folder)}


pytestmark = [needs_chromium, pytest.mark.cloud]


def test_a_foreign_page_gets_nothing(cloud: LocalTarget, site: Site, tmp_path: Path) -> None:
    found = browse(site, "evil.example", tmp_path)
    # A page may send without cors, but reads neither status nor answer: opaque, status 0.
    assert len(found) == 8
    assert {status for status, _ in found.values()} <= {"failed", 0}
    assert Clients(cloud).lambda_.list_functions()["Functions"] == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "app.localhost"])
def test_the_developers_page_talks_to_its_backend(
    cloud: LocalTarget, site: Site, tmp_path: Path, host: str
) -> None:
    found = browse(site, host, tmp_path)
    assert found["health"][0] == 200
    assert found["graphql"][0] == 404
    assert "NotFoundException" in found["graphql"][1]
    status, body = found["sign in"]
    assert status == 400
    assert "Exception" in body
    assert "Authentication" not in body
    assert found["websocket"][0] == "open"
    # Even of its own page the backend takes no call that is not signed.
    assert found["create"][0] == 403
    assert found["parameters"][0] == 400
    assert found["put"][0] == 403
    assert Clients(cloud).lambda_.list_functions()["Functions"] == []
