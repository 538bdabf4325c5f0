"""Asks the local cloud's own addresses from any process: one signed request, one answer."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from workbench.aws.local_keys import LocalKeys
from workbench.wording import plural


@dataclass(frozen=True, slots=True)
class Answer:
    """The local cloud's answer; ``repr`` hides the body, which may hold tokens."""

    status: int
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status}, {plural(len(self.body), 'byte')})"

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body; empty for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def refusal(self) -> str:
        """Why a request was refused, in the local cloud's words."""
        return str(self.document.get("message") or f"HTTP {self.status}")


def ask(
    url: str, keys: LocalKeys | None = None, *, document: object = None, timeout: float = 10.0
) -> Answer:
    """GET an address, or POST ``document`` to it as JSON; blocks for ``timeout`` seconds at most.

    Signed with ``keys`` where given. Goes straight to the local cloud, past any proxy of the
    environment. Raises OSError if nobody answers there.
    """
    method = "GET" if document is None else "POST"
    body = b"" if document is None else json.dumps(document).encode()
    headers = dict(keys.sign(method, url, body)) if keys else {}
    if body:
        headers["Content-Type"] = "application/json"
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"no valid answer ({type(error).__name__})") from error
    finally:
        connection.close()
