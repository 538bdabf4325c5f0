"""Takes requests to hosts of AWS: the local cloud's own address, then the host, then the path.

A front end cannot choose the ``Host`` of what it sends, yet signatures cover AWS's host, and the
emulator knows a bucket or function by it. So ``/_amplify_tui/aws/HOST/KEY`` is what AWS's ``HOST``
is asked for ``/KEY``. Which page may ask is still judged by the host that the connection is for: a
name in a path says nothing of who is asking.
"""

from __future__ import annotations

import re

from workbench.localcloud.asgi.types import App, Receive, Scope, Send
from workbench.localcloud.contract import AWS_HOSTS_PREFIX

CONNECTED_HOSTS = "amplify_tui.connected_hosts"
"""In a request's scope: the values of the ``Host`` header that it came with."""

_ADDRESS = re.compile(
    AWS_HOSTS_PREFIX.encode()
    + rb"((?:[a-z0-9_-]+\.)+"
    + rb"(?:amazonaws\.com(?:\.cn)?|api\.aws|on\.aws|amazoncognito\.com|cloudfront\.net))(/[^?]*)",
    re.DOTALL,
)


def with_aws_hosts(app: App) -> App:
    """The application, which sees such requests as if they had been sent to AWS's host."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"].startswith(AWS_HOSTS_PREFIX):
            scope = _sent_to_aws(scope)
        await app(scope, receive, send)

    return named


def _sent_to_aws(scope: Scope) -> Scope:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    found = _ADDRESS.match(raw)
    if found is None:
        return scope
    host, path = found.groups()
    kept = [header for header in scope["headers"] if header[0].lower() != b"host"]
    connected = [
        value.decode("latin-1").strip()
        for name, value in scope["headers"]
        if name.lower() == b"host"
    ]
    return {
        **scope,
        "path": scope["path"][len(AWS_HOSTS_PREFIX) + len(host) :],
        "raw_path": path,
        "headers": [(b"host", host), *kept],
        CONNECTED_HOSTS: connected,
    }
