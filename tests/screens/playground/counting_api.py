"""A GraphQL endpoint on the loopback that remembers which operations were sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from graphql import build_schema, graphql_sync

SCHEMA = build_schema("""
    type Query { list(name: String, limit: Int): [List] }
    type Mutation { createList(input: ListInput!): List }
    input ListInput { name: String! }
    type List { id: ID, name: String }
""")


@contextmanager
def counting_api() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the operations that came, without those that ask for the schema."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "IntrospectionQuery" not in body["query"]:
                came.append(body["query"])
            answer = graphql_sync(SCHEMA, body["query"], variable_values=body.get("variables"))
            content = json.dumps(answer.formatted).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/graphql", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
