"""What dev servers load: their pages begin with the script, and builds have nothing of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.front_end.backends import Backend
from tests.front_end.test_node import run
from workbench.project.node_runtime import NodeRuntime

pytestmark = pytest.mark.cloud

_PAGES = """
const http = require('node:http');
require('./.amplify/front-end/dev-server.cjs');
const whole = '<!doctype html><html><head lang="ü"><title>ü</title></head><body>ü</body></html>';
const pages = {
  '/whole': (request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-length', Buffer.byteLength(whole));
    response.end(whole);
  },
  '/written': (request, response) => {
    const length = Buffer.byteLength(whole);
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': length });
    response.end(whole);
  },
  '/streamed': (request, response) => {
    response.setHeader('content-type', 'text/html');
    const bytes = Buffer.from(whole);
    response.write(bytes.subarray(0, 8));
    response.write(bytes.subarray(8, 60));
    response.end(bytes.subarray(60));
  },
  '/json': (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('["<head>"]');
  },
  '/to-sign-in': (request, response) => {
    response.setHeader('location', `${SIGN_IN}/oauth2/authorize?a=b`);
    response.writeHead(302).end();
  },
  '/to-sign-out': (request, response) => {
    response.writeHead(302, { Location: `${SIGN_IN}/logout` }).end();
  },
  '/home': (request, response) => {
    response.writeHead(302, ['Location', '/home?from=https://x/']).end();
  },
  '/encodings': (request, response) => {
    response.end(JSON.stringify(request.headers['accept-encoding'] ?? ''));
  },
};
const SIGN_IN = 'https://front-end-test.auth.us-east-1.amazoncognito.com';
const server = http.createServer((request, response) => {
  (pages[request.url] ?? ((_, gone) => gone.writeHead(404).end()))(request, response);
});
server.listen(0, '127.0.0.1', async () => {
  const at = `http://127.0.0.1:${server.address().port}`;
  const found = {};
  for (const path of [...Object.keys(pages), '/@amplify-tui/front-end.js']) {
    const asked = { headers: { accept: 'text/html,*/*' }, redirect: 'manual' };
    const answer = await fetch(at + path, asked);
    found[path] = answer.headers.get('location') ?? (await answer.text());
  }
  console.log(JSON.stringify({ found, whole }));
  process.exit(0);
});
"""
_PLUGIN = """
const plugin = require('./.amplify/front-end/vite.cjs')();
const { fetch: before } = globalThis;
const used = [];
plugin.configResolved({ base: '/app/' });
const [tag] = plugin.transformIndexHtml.handler();
const built = globalThis.fetch === before;
plugin.configureServer({ middlewares: { use: each => used.push(each) } });
const get = url => {
  const sent = { headers: {} };
  const setHeader = (name, value) => (sent.headers[name] = value);
  const response = { setHeader, end: text => (sent.text = text) };
  used[0]({ url }, response, () => (sent.passed = true));
  return sent;
};
const transform = id => plugin.transform.call({ addWatchFile() {} }, 'client();', id)?.code;
console.log(JSON.stringify({
  apply: plugin.apply,
  built,
  served: globalThis.fetch !== before,
  tag,
  script: get(`${tag.attrs.src}?t=1`),
  other: get('/app/src/main.ts'),
  client: transform('/x/node_modules/vite/dist/client/client.mjs?v=1'),
  module: transform('/x/src/main.ts') ?? null,
}));
"""
_ON_AWS = {"version": "1.4", "auth": {"user_pool_id": "us-east-1_OnAws", "aws_region": "us-east-1"}}


def test_pages_of_a_server_get_the_script_once(backend: Backend, node_runtime: NodeRuntime) -> None:
    found, whole = _pages(backend, node_runtime)
    expected = whole.replace(
        '<head lang="ü">', '<head lang="ü"><script src="/@amplify-tui/front-end.js"></script>'
    )
    assert {found["/whole"], found["/written"], found["/streamed"]} == {expected}
    assert found["/json"] == '["<head>"]'
    assert found["/encodings"] == '""'
    assert backend.target.endpoint in found["/@amplify-tui/front-end.js"]
    sign_in = "/_amplify_tui/aws/front-end-test.auth.us-east-1.amazoncognito.com"
    assert found["/to-sign-in"] == f"{backend.target.endpoint}{sign_in}/oauth2/authorize?a=b"
    assert found["/to-sign-out"] == f"{backend.target.endpoint}{sign_in}/logout"
    assert found["/home"] == "/home?from=https://x/"
    backend.outputs_file.write_text(json.dumps(_ON_AWS))
    found, _ = _pages(backend, node_runtime)
    assert found["/@amplify-tui/front-end.js"] == ""
    assert found["/to-sign-out"] == "https://front-end-test.auth.us-east-1.amazoncognito.com/logout"


def test_a_production_server_is_left_alone(
    backend: Backend, node_runtime: NodeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    found, whole = _pages(backend, node_runtime)
    assert found["/whole"] == found["/written"] == found["/streamed"] == whole
    assert found["/@amplify-tui/front-end.js"] == ""


def test_the_vite_plugin_serves_the_script_and_builds_nothing(
    backend: Backend, node_runtime: NodeRuntime
) -> None:
    script = backend.root / "plugin.cjs"
    script.write_text(_PLUGIN)
    found: dict[str, Any] = run(backend, node_runtime, script, preload=False)
    # Vite leaves such a plugin out of builds, and until it serves it has touched nothing.
    assert (found["apply"], found["built"], found["served"]) == ("serve", True, True)
    assert found["tag"]["injectTo"] == "head-prepend"
    assert found["tag"]["attrs"]["src"] == "/app/@amplify-tui/front-end.js"
    assert backend.target.endpoint in found["script"]["text"]
    assert found["other"] == {"headers": {}, "passed": True}
    assert found["client"].startswith("(() => {")
    assert found["client"].endswith("client();")
    assert found["module"] is None
    backend.outputs_file.write_text(json.dumps(_ON_AWS))
    found = run(backend, node_runtime, script, preload=False)
    assert found["script"]["text"] == ""
    assert found["client"].strip() == "client();"


def _pages(backend: Backend, node: NodeRuntime) -> tuple[dict[str, str], str]:
    script = backend.root / "server.cjs"
    script.write_text(_PAGES)
    answer = run(backend, node, script, preload=False)
    return answer["found"], answer["whole"]
