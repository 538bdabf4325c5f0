"""Discards what a client still sends of an unread body, before the answer ends.

An application may answer before it has read the request: a refusal, a route that takes no body. The
server would then wait for a place for the next part, and never close; and a client that is still
sending would not hear the answer. A client that waits to be asked for its body never sends it, so
the connection ends with the answer, and is told so: the next request would be lost in it.
"""

from __future__ import annotations

import asyncio
import contextlib

from workbench.localcloud.asgi.types import App, Message, Receive, Scope, Send

_HELD_BY_SERVER = 256 * 1024
"""Bytes that wait in the server without harm: it holds ten parts of 64 kB."""

_MOST = 64 * 1024 * 1024
_PATIENCE = 10.0
"""Seconds and bytes after which the connection ends, read or not."""


def read_to_the_end(app: App) -> App:
    """The application; the end of an answer waits until the client has sent its whole body."""

    async def with_whole_body(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _waits_to_be_asked(scope):
            await _closing_if_unread(app, scope, receive, send)
            return
        if scope["type"] != "http" or not _may_be_long(scope):
            await app(scope, receive, send)
            return
        ended = False

        async def receive_and_note() -> Message:
            nonlocal ended
            message = await receive()
            ended = ended or message["type"] == "http.disconnect" or not message.get("more_body")
            return message

        async def send_after_body(message: Message) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            if not is_last or ended:
                await send(message)
                return
            # A client that is slower than this may miss the answer.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await throw_away(receive_and_note, _MOST)
            rest = asyncio.create_task(_forever(receive))
            try:
                await send(message)
            finally:
                rest.cancel()

        await app(scope, receive_and_note, send_after_body)

    return with_whole_body


async def _closing_if_unread(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    asked = False

    async def receive_and_note() -> Message:
        nonlocal asked
        asked = True
        return await receive()

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start" and not asked:
            headers = [*message.get("headers", ()), (b"connection", b"close")]
            message = {**message, "headers": headers}
        await send(message)

    await app(scope, receive_and_note, send_and_close)


async def throw_away(receive: Receive, most: int) -> int:
    """Read what comes of a body, up to its end or ``most`` bytes; how many it was."""
    size = 0
    while size < most:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    return size


def declared_length(scope: Scope) -> int | None:
    """The length of a request's body by its headers; None where they do not tell."""
    length = b"0"
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = value
    return int(length) if length.isdigit() else None


async def _forever(receive: Receive) -> None:
    """Take what still comes while the connection is being closed, up to its end."""
    while (await receive())["type"] != "http.disconnect":
        continue


def _waits_to_be_asked(scope: Scope) -> bool:
    """Whether the client sends its body only when it is asked for it, as the SDKs do for S3."""
    return any(name == b"expect" for name, _ in scope["headers"])


def _may_be_long(scope: Scope) -> bool:
    length = declared_length(scope)
    return length is None or length > _HELD_BY_SERVER
