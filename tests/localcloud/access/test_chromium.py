"""A real browser: a foreign page changes and reads nothing, the developer's own page does both."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.localcloud.access.requests import FUNCTION
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
POOL_CALL = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
}
PAGE = """<!doctype html><pre id="found">waiting</pre><script>
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
]).then(found => { document.getElementById('found').textContent = JSON.stringify(found) })
</script>"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    state = tmp_path_factory.mktemp("cloud")
    yield lifecycle.start(state)
    lifecycle.stop(state)


@pytest.fixture(scope="module")
def site(cloud: LocalTarget) -> Iterator[int]:
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
    page = (PAGE % (json.dumps(asked), json.dumps(socket))).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def browse(url: str, folder: Path) -> dict[str, tuple[object, str]]:
    """What a page of headless Chromium found, by name: the status and the start of the answer."""
    host = urlsplit(url).hostname
    done = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={folder}",
            f"--host-resolver-rules=MAP {host} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--virtual-time-budget=20000",
            "--dump-dom",
            url,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return {name: (status, body) for name, status, body in json.loads(unescape(found[1]))}


pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on PATH")


def test_a_foreign_page_gets_nothing(cloud: LocalTarget, site: int, tmp_path: Path) -> None:
    found = browse(f"http://evil.example:{site}/", tmp_path)
    # A page may send without cors, but reads neither status nor answer: opaque, status 0.
    assert len(found) == 8
    assert {status for status, _ in found.values()} <= {"failed", 0}
    assert Clients(cloud).lambda_.list_functions()["Functions"] == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "app.localhost"])
def test_the_developers_page_talks_to_its_backend(
    cloud: LocalTarget, site: int, tmp_path: Path, host: str
) -> None:
    found = browse(f"http://{host}:{site}/", tmp_path)
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
