"""Amplify Hosting as one route of the local cloud: requests that are signed for ``amplify``."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable

from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.hosting.lookup import Jobs
from workbench.localcloud.hosting.operations import OPERATIONS
from workbench.localcloud.hosting.protocol import (
    RefusalError,
    read_call,
    write_answer,
    write_refusal,
)
from workbench.localcloud.hosting.state import HostingState

logger = logging.getLogger("local cloud")

_SIGNED = re.compile(rb"Credential=[^/\s]+/\d+/[^/]+/amplify/aws4_request")
_LARGEST = 1_000_000


class HostingService:
    """Serves the control plane; reads and changes are the state's own, jobs are ``jobs``'."""

    def __init__(self, state: HostingState, jobs: Jobs, changed: Callable[[], None]) -> None:
        """``changed`` is called after each change."""
        self._changed = changed
        self._state = state
        self._jobs = jobs

    def route(self) -> Route:
        """The route; it saves what it changes itself."""
        return Route("/", self._serve, own_effects=True, is_for=is_for_amplify, open_to_keys=True)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > _LARGEST or not message.get("more_body"):
                break
        raw_path = scope.get("raw_path") or scope["path"].encode()
        path = raw_path.partition(b"?")[0].decode("ascii", "replace")
        query = scope["query_string"].decode("ascii", "replace")
        # In a thread: each change waits for the disk.
        status, headers, answer = await asyncio.to_thread(
            self._answer, scope["method"], path, query, body
        )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answer(
        self, method: str, path: str, query: str, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        headers = [(b"content-type", b"application/json")]
        try:
            call = read_call(method, path, query, body)
            operation = OPERATIONS[call.operation]
            if call.operation.startswith(("Get", "List")):
                with self._state.lock:
                    result = operation(self._state, self._jobs, call.members)
                    return 200, headers, write_answer(call.operation, result)
            with self._state.change():
                result = operation(self._state, self._jobs, call.members)
                answer = write_answer(call.operation, result)
            self._changed()
            return 200, headers, answer
        except RefusalError as refusal:
            headers.append((b"x-amzn-errortype", refusal.code.encode()))
            return refusal.status, headers, write_refusal(refusal)
        except Exception:
            logger.exception("amplify: %s %s", method, path)
            failed = RefusalError(
                "InternalFailureException", "The local cloud failed; see its log."
            )
            headers.append((b"x-amzn-errortype", failed.code.encode()))
            return failed.status, headers, write_refusal(failed)


def is_for_amplify(scope: Scope) -> bool:
    """Whether a request is signed for the service ``amplify``."""
    if scope["type"] != "http":
        return False
    return any(
        name.lower() == b"authorization" and _SIGNED.search(value)
        for name, value in scope["headers"]
    )
