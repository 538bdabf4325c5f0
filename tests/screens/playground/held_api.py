"""A GraphQL endpoint on the loopback that holds its answers back, and counts its connections."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

from graphql import build_schema, graphql_sync
from websockets.exceptions import ConnectionClosed
from websockets.server import ServerProtocol
from websockets.sync.server import ServerConnection
from websockets.typing import Subprotocol

SCHEMA = build_schema("""
    type Query { list(name: String): [List] }
    type Subscription { onList: List }
    type List { id: ID, name: String }
""")
SCHEMA_REQUEST = "schema"
QUERY = "query"
STREAM = "stream"


class HeldApi:
    """``arrived`` has what has come so far: ``SCHEMA_REQUEST``, ``QUERY``, ``STREAM``."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.arrived: list[str] = []
        self.held: frozenset[str] = frozenset()
        """What is answered only after ``release``."""
        self._lock = Lock()
        self._released = Event()

    def release(self) -> None:
        """Answer everything from now on."""
        self._released.set()

    def came(self, what: str) -> None:
        """Note a request; returns when it is to be answered."""
        self.arrived.append(what)
        if what in self.held:
            self._released.wait(60)

    def count(self, change: int) -> None:
        """Count an opened or closed connection."""
        with self._lock:
            self.connections += change


@contextmanager
def held_api() -> Iterator[HeldApi]:
    """A running endpoint."""
    api = HeldApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            api.count(1)

        def finish(self) -> None:
            api.count(-1)
            super().finish()

        def handle(self) -> None:
            if self.connection.recv(4, socket.MSG_PEEK) == b"GET ":
                _stream(api, self.connection)
            else:
                super().handle()

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["query"]
            api.came(SCHEMA_REQUEST if "IntrospectionQuery" in query else QUERY)
            content = json.dumps(graphql_sync(SCHEMA, query).formatted).encode()
            try:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                self.close_connection = True  # the client has not waited

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_address[1]}/graphql"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.release()
        server.shutdown()
        server.server_close()
        thread.join()


def _stream(api: HeldApi, connection: socket.socket) -> None:
    """AppSync's real-time protocol, without an event; until the client goes."""
    stream = ServerConnection(connection, ServerProtocol(subprotocols=[Subprotocol("graphql-ws")]))
    try:
        stream.handshake()
        for message in stream:
            match json.loads(message):
                case {"type": "connection_init"}:
                    stream.send(json.dumps({"type": "connection_ack", "payload": {}}))
                case {"type": "start", "id": name}:
                    api.came(STREAM)
                    stream.send(json.dumps({"type": "start_ack", "id": name}))
    except ConnectionClosed:
        pass
    finally:
        stream.close()
