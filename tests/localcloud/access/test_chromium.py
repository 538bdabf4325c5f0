"""A real browser: a foreign page changes and reads nothing, the developer's own page does both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.browser import Browser, needs_chromium, running_browser
from tests.browser.site import running_site
from tests.localcloud.access.requests import FUNCTION
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

FOREIGN = "evil.example"
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
window.found = Promise.all([
  ...asked.map(([name, url, options]) => tell(name, url, options)),
  socket(%s),
])
</script>"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    state = tmp_path_factory.mktemp("cloud")
    yield lifecycle.start(state)
    lifecycle.stop(state)


@pytest.fixture(scope="module")
def site(cloud: LocalTarget) -> Iterator[int]:
    """The port of a page that asks the local cloud for what it should not have."""
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
    with running_site({"/": PAGE % (json.dumps(asked), json.dumps(socket))}) as port:
        yield port


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_browser(tmp_path_factory.mktemp("chromium"), names=[FOREIGN]) as running:
        yield running


def browse(browser: Browser, site: int, host: str) -> dict[str, tuple[object, str]]:
    """What the page found under a host name: the status and the start of each answer, by name."""
    page = browser.open(f"http://{host}:{site}/")
    page.wait_until("return !!window.found")
    return {name: (status, body) for name, status, body in page.evaluate("found")}


pytestmark = [needs_chromium, pytest.mark.cloud]


def test_a_foreign_page_gets_nothing(cloud: LocalTarget, site: int, browser: Browser) -> None:
    found = browse(browser, site, FOREIGN)
    # A page may send without cors, but reads neither status nor answer: opaque, status 0.
    assert len(found) == 8
    assert {status for status, _ in found.values()} <= {"failed", 0}
    assert Clients(cloud).lambda_.list_functions()["Functions"] == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "app.localhost"])
def test_the_developers_page_talks_to_its_backend(
    cloud: LocalTarget, site: int, browser: Browser, host: str
) -> None:
    found = browse(browser, site, host)
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
