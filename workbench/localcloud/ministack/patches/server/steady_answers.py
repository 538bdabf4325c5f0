"""Failing requests: ministack answers with Python's exceptions; AWS with InternalFailure.

Functions, stack operations and event sources change records from their own threads while a request
walks over them, which fails with "dictionary changed size during iteration": such a read is
repeated. Any other exception goes to the log; the caller gets AWS's InternalFailure with a place
to look.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Handler = Callable[..., Awaitable[Any]]

TOLD = (
    "The local cloud failed at this request; the reason is in its log. "
    "Try again, and see `amplify-tui local status` for the log."
)
_AGAIN = 20
_CHANGED = re.compile(r"(changed|mutated) (size )?during iteration")
_READS = re.compile(r"^(Describe|List|Get|BatchGet|Query|Scan|Lookup|Search|Filter|Head|Select)")
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z0-9]+)")


class LocalCloudError(Exception):
    """Raised in place of a service's own exception, which the log has as its cause."""


def install() -> None:
    """Stand before every service's handler."""
    import ministack.app

    guard(ministack.app.SERVICE_HANDLERS)


def guard(handlers: MutableMapping[str, Handler]) -> None:
    """Wrap each service's handler in place."""
    for service, handler in list(handlers.items()):
        handlers[service] = _guarded(handler)


def _guarded(handler: Handler) -> Handler:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        left = _AGAIN if _is_read(method, headers, body, query) else 0
        while True:
            try:
                return await handler(method, path, headers, body, query)
            except RuntimeError as error:
                if not left or not _CHANGED.search(str(error)):
                    raise LocalCloudError(TOLD) from error
                left -= 1
                await asyncio.sleep(0.001)
            except Exception as error:
                raise LocalCloudError(TOLD) from error

    return handle


def _is_read(method: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> bool:
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    if not action:
        found = _ACTION.search(body[:512]) if body else None
        named = query.get("Action") or [""]
        action = found[1].decode() if found else str(named if isinstance(named, str) else named[0])
    if action:
        return _READS.match(action) is not None
    return method in ("GET", "HEAD")
