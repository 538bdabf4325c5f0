"""No web page but the developer's own: every service and route × every kind of page."""

from __future__ import annotations

import base64
import http.client
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.localcloud.access.requests import EVERY_REQUEST, Asked
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

ALLOWED = "https://phone.example.dev:8443"
FOREIGN = "http://evil.example:18899"
_FORM = "application/x-www-form-urlencoded"

FRIENDS: dict[str, dict[str, str]] = {
    "no origin": {},
    "loopback": {"origin": "http://localhost:5173", "sec-fetch-site": "cross-site"},
    "loopback by number": {"origin": "http://127.0.0.1:1234"},
    "loopback of IPv6": {"origin": "http://[::1]:3000"},
    "*.localhost": {"origin": "https://app.localhost:3000", "sec-fetch-site": "same-site"},
    "allowed by the setting": {"origin": ALLOWED, "sec-fetch-site": "cross-site"},
    "a picture of a page of ours": {
        "sec-fetch-site": "cross-site",
        "referer": "http://localhost:5173/",
    },
    "typed into the address bar": {"sec-fetch-site": "none"},
    "localhost as host": {"host": "localhost:{port}"},
    "*.localhost as host": {"host": "main.localhost:{port}"},
}
STRANGERS: dict[str, dict[str, str]] = {
    "foreign": {"origin": FOREIGN},
    "foreign, as text": {"origin": FOREIGN, "content-type": "text/plain"},
    "foreign, as a form": {"origin": FOREIGN, "content-type": _FORM},
    "foreign, without cors": {"origin": FOREIGN, "sec-fetch-mode": "no-cors"},
    "looks like loopback": {"origin": "http://localhost.evil.example"},
    "loopback as the user's name": {"origin": "http://localhost@evil.example"},
    "null": {"origin": "null"},
    "null, as text": {"origin": "null", "content-type": "text/plain"},
    "a file": {"origin": "file://"},
    "an extension": {"origin": "chrome-extension://abcdefghijklmnopabcdefghijklmnop"},
    "foreign host": {"host": "rebind.evil.example:{port}"},
    "foreign host and origin": {"host": "evil.example:{port}", "origin": "http://evil.example"},
    "foreign host that begins well": {"host": "127.0.0.1.evil.example:{port}"},
    "another site": {"sec-fetch-site": "cross-site"},
    "a picture of a foreign page": {
        "sec-fetch-site": "cross-site",
        "referer": "http://evil.example/localhost",
    },
    "allowed name, another port": {"origin": "https://phone.example.dev"},
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    """A local cloud whose user allows one page besides loopback ones."""
    home = tmp_path_factory.mktemp("settings")
    (home / "amplify-tui").mkdir()
    (home / "amplify-tui" / "settings.toml").write_text(f'allowed-origins = ["{ALLOWED}"]\n')
    state = tmp_path_factory.mktemp("cloud")
    before = os.environ.get("XDG_CONFIG_HOME")
    os.environ["XDG_CONFIG_HOME"] = str(home)
    try:
        target = lifecycle.start(state)
    finally:
        os.environ.pop("XDG_CONFIG_HOME")
        if before is not None:
            os.environ["XDG_CONFIG_HOME"] = before
    yield target
    lifecycle.stop(state)


class Answer:
    """What came, read as a page would."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read().decode("utf-8", "replace")

    @property
    def refused(self) -> bool:
        """Whether it was refused as a page's."""
        said = "does not answer pages" in self.body or "loopback names only" in self.body
        return self.status == 403 and said and "settings.toml" in self.body

    @property
    def readable_by(self) -> str | None:
        """The origin that may read it."""
        return self.headers.get("access-control-allow-origin")


def _ask(target: LocalTarget, asked: Asked, headers: dict[str, str], method: str = "") -> Answer:
    where = urlsplit(target.endpoint)
    given = {name: value.format(port=where.port) for name, value in headers.items()}
    connection = http.client.HTTPConnection(where.netloc, timeout=20)
    try:
        connection.request(
            method or asked.method, asked.path, asked.body, {**asked.headers, **given}
        )
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.mark.parametrize("asked", EVERY_REQUEST, ids=lambda asked: asked.name)
def test_strangers_are_refused_everywhere(cloud: LocalTarget, asked: Asked) -> None:
    for kind, headers in STRANGERS.items():
        answer = _ask(cloud, asked, headers)
        assert answer.refused, (kind, answer.status, answer.body)
        assert answer.readable_by is None, kind
        preflight = {**headers, "access-control-request-method": asked.method}
        answer = _ask(cloud, asked, preflight, "OPTIONS")
        assert answer.refused, (kind, answer.status, answer.body)
        assert answer.readable_by is None, kind


@pytest.mark.parametrize("asked", EVERY_REQUEST, ids=lambda asked: asked.name)
def test_pages_of_the_developer_may_ask_and_read(cloud: LocalTarget, asked: Asked) -> None:
    for kind, headers in FRIENDS.items():
        answer = _ask(cloud, asked, headers)
        assert not answer.refused, kind
        assert "*" not in "".join(
            value for name, value in answer.headers.items() if name.startswith("access-control-")
        )
        if "execute-api" in asked.name or asked.name == "lambda url":
            continue  # An application says itself who may read it.
        assert answer.readable_by == headers.get("origin"), kind
        if "origin" in headers:
            assert "origin" in answer.headers["vary"].lower()
            preflight = {
                **headers,
                "access-control-request-method": "PUT",
                "access-control-request-headers": "authorization,x-amz-target,x-amz-date",
            }
            answer = _ask(cloud, asked, preflight, "OPTIONS")
            if "s3.us-east-1" in asked.path:
                assert "CORSResponse: Bucket not found" in answer.body
                continue
            assert answer.status == 200
            assert answer.readable_by == headers["origin"]
            assert "x-amz-target" in answer.headers["access-control-allow-headers"]
            assert "PUT" in answer.headers["access-control-allow-methods"]


def test_nothing_happened(cloud: LocalTarget) -> None:
    clients = Clients(cloud)
    assert [b["Name"] for b in clients.s3.list_buckets()["Buckets"]] == [
        "cdk-hnb659fds-assets-000000000000-us-east-1"
    ]


@pytest.mark.parametrize("path", ["/v1/apis/none/graphql/realtime", "/_aws/execute-api/abcdef12/p"])
@pytest.mark.parametrize("kind", [kind for kind in STRANGERS if "as " not in kind])
def test_strangers_open_no_websocket(cloud: LocalTarget, path: str, kind: str) -> None:
    handshake = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(b"0123456789abcdef").decode(),
        "sec-websocket-protocol": "graphql-ws",
    }
    answer = _ask(cloud, Asked("ws", "GET", path), {**STRANGERS[kind], **handshake})
    assert answer.status == 403


def test_the_setting_is_read_again_when_it_changes(tmp_path: Path) -> None:
    from workbench.localcloud.access.allowed_origins import AllowedOriginsSetting

    file = tmp_path / "settings.toml"
    setting = AllowedOriginsSetting(file)
    assert setting() == frozenset()
    file.write_text("allowed-origins = ['HTTP://192.168.1.20:80/', 'https://a.example']")
    assert setting() == {"http://192.168.1.20", "https://a.example"}
    file.write_text("allowed-origins = []")
    assert setting() == frozenset()
