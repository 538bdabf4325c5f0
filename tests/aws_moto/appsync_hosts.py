"""AppSync's own hosts, reached as on AWS: by name, through the environment's proxy, with TLS.

A proxy on loopback leads every CONNECT to one of two servers here, which have a certificate for
AppSync's names. ``environment`` is what makes clients go there.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.aws_moto.tls import Proxy, make_authority

NAMES = tuple(f"*.appsync-{kind}.us-east-1.amazonaws.com" for kind in ("api", "realtime-api"))


@dataclass
class AppSyncHosts:
    """What came in; ``environment`` leads clients here."""

    environment: Mapping[str, str]
    tunnels: list[str]
    """The hosts that were asked for."""
    requests: list[Mapping[str, str]] = field(default_factory=list)
    """The headers of each POST, by names in lower case."""
    openings: list[Mapping[str, str]] = field(default_factory=list)
    """The authorization that each WebSocket was opened with."""
    starts: list[Mapping[str, Any]] = field(default_factory=list)
    """The messages that started a subscription."""


@contextmanager
def appsync_hosts(folder: Path) -> Iterator[AppSyncHosts]:
    """Run them; an operation answers ``{"__typename": "Query"}``, a subscription one event."""
    authority = make_authority(folder, NAMES)
    proxy = Proxy()
    environment = {"HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": str(authority.bundle)}
    found = AppSyncHosts(environment, proxy.tunnels)
    web = ThreadingHTTPServer(("127.0.0.1", 0), _post_handler(found))
    web.socket = authority.server.wrap_socket(web.socket, server_side=True)
    stream = serve(
        lambda connection: _stream(found, connection),
        "127.0.0.1",
        0,
        ssl=authority.server,
        subprotocols=[Subprotocol("graphql-ws")],
    )
    proxy.ports = {"appsync-api": web.server_port, "appsync-realtime-api": _port(stream.socket)}
    for server in (web, stream):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        proxy.close()
        web.shutdown()
        web.server_close()
        stream.shutdown()


def _post_handler(found: AppSyncHosts) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append({name.lower(): value for name, value in self.headers.items()})
            body = b'{"data": {"__typename": "Query"}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            return

    return Handler


def _stream(found: AppSyncHosts, connection: ServerConnection) -> None:
    assert connection.request is not None
    offered = connection.request.headers["Sec-WebSocket-Protocol"]
    packed = offered.partition("header-")[2].partition(",")[0]
    found.openings.append(json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))))
    for text in connection:
        message = json.loads(text)
        if message["type"] == "connection_init":
            ack = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300_000}}
            connection.send(json.dumps(ack))
        elif message["type"] == "start":
            found.starts.append(message)
            of = {"id": message["id"]}
            event = {"data": {"onCreateTodo": {"content": "hello"}}}
            for answer in (
                {**of, "type": "start_ack"},
                {**of, "type": "data", "payload": event},
                {**of, "type": "complete"},
            ):
                connection.send(json.dumps(answer))


def _port(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])
