"""The body of a signed request, checked while it is read: as a whole, or chunk by chunk.

Where a request's headers have the hash of its body, the signature is checked at once and the body
while the service reads it; a wrong one never reaches the service whole. Otherwise the body is read
first: only services that would hold it in memory anyway are asked like that.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

from workbench.aws import signature_v4
from workbench.localcloud.access.signed_request import RefusedSignatureError, SignedRequest
from workbench.localcloud.asgi.types import Message, Receive

CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
LARGEST_UNREAD = 96 * 1024 * 1024
"""Bytes that are read before a signature is checked: a function's code in JSON, with room."""
SMALL_FORM = 64 * 1024
"""Bytes of a form that is read to see which action it names."""

_LONGEST_LINE = 16 * 1024


class DisconnectedError(Exception):
    """The client went away before its body was whole."""


class TooLargeError(Exception):
    """The body is larger than what is read before a signature is checked."""


async def read_whole(receive: Receive, most: int = LARGEST_UNREAD) -> Sequence[Message]:
    """All messages of a body; raises DisconnectedError and TooLargeError."""
    messages = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        messages.append(message)
        size += len(message.get("body", b""))
        if size > most:
            raise TooLargeError
        if not message.get("more_body"):
            return messages


def joined(messages: Sequence[Message]) -> bytes:
    """The body that was read."""
    return b"".join(message.get("body", b"") for message in messages)


def hash_of(messages: Sequence[Message]) -> str:
    """The hash of a body that was read."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(message.get("body", b""))
    return digest.hexdigest()


def again(messages: Sequence[Message], receive: Receive) -> Receive:
    """The messages that were read, then whatever comes."""
    left = list(reversed(messages))

    async def receive_again() -> Message:
        return left.pop() if left else await receive()

    return receive_again


def watched(receive: Receive, feed: Callable[[bytes], None], end: Callable[[], None]) -> Receive:
    """``receive`` whose body goes through ``feed``, then ``end``; both may raise."""

    async def receive_watched() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            feed(message.get("body", b""))
            if not message.get("more_body"):
                end()
        return message

    return receive_watched


class DeclaredHash:
    """Compares a body with the hash that its signature covers."""

    def __init__(self, declared: str) -> None:
        self._declared = declared
        self._hash = hashlib.sha256()

    def feed(self, body: bytes) -> None:
        """A part of the body."""
        self._hash.update(body)

    def end(self) -> None:
        """The body is whole; raises RefusedSignatureError."""
        if not hmac.compare_digest(self._hash.hexdigest(), self._declared):
            raise RefusedSignatureError(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )


class SignedChunks:
    """Checks the signature of each chunk; each is chained to the one before it.

    ``SIZE;chunk-signature=…\\r\\n DATA\\r\\n``, the last one empty, then trailers with a signature
    of their own. Source: "Signature calculations for the Authorization header: transferring payload
    in multiple chunks", S3's API reference.
    """

    def __init__(self, signed: SignedRequest, secret: str, *, with_trailer: bool) -> None:
        self._signed = signed
        self._secret = secret
        self._previous = signed.signature
        self._with_trailer = with_trailer
        self._unread = bytearray()
        self._left = 0
        self._expected = ""
        self._chunk = hashlib.sha256()
        self._in_chunk = False
        self._last = False

    def feed(self, body: bytes) -> None:
        """A part of the body; raises RefusedSignatureError."""
        self._unread += body
        while not self._last:
            if self._in_chunk:
                if not self._read_data():
                    return
            elif not self._read_line():
                return

    def end(self) -> None:
        """The body is whole; raises RefusedSignatureError."""
        if not self._last:
            raise _wrong_chunk()
        if self._with_trailer:
            self._check_trailer()

    def _read_line(self) -> bool:
        at = self._unread.find(b"\r\n")
        if at < 0:
            if len(self._unread) > _LONGEST_LINE:
                raise _wrong_chunk()
            return False
        size, _, rest = self._unread[:at].decode("ascii", "replace").partition(";")
        try:
            self._left = int(size, 16)
        except ValueError:
            raise _wrong_chunk() from None
        self._expected = rest.strip().removeprefix("chunk-signature=")
        self._chunk = hashlib.sha256()
        self._in_chunk = True
        del self._unread[: at + 2]
        return True

    def _read_data(self) -> bool:
        part = self._unread[: self._left]
        self._chunk.update(part)
        self._left -= len(part)
        del self._unread[: len(part)]
        # The empty chunk is followed by trailers, or by an empty line.
        ending = 0 if self._is_empty() else 2
        if self._left or len(self._unread) < ending:
            return False
        del self._unread[:ending]
        self._check(f"{signature_v4.EMPTY}\n{self._chunk.hexdigest()}", self._expected, "PAYLOAD")
        self._in_chunk = False
        self._last = ending == 0
        return True

    def _is_empty(self) -> bool:
        return self._left == 0 and self._chunk.hexdigest() == signature_v4.EMPTY

    def _check_trailer(self) -> None:
        lines = self._unread.decode("utf-8", "replace").split("\r\n")
        given = [line for line in lines if line.strip()]
        signature = given.pop() if given else ""
        name, _, value = signature.partition(":")
        if name.lower() != "x-amz-trailer-signature":
            raise _wrong_chunk()
        text = "".join(
            f"{name.strip().lower()}:{value.strip()}\n"
            for name, _, value in (line.partition(":") for line in given)
        )
        self._check(hashlib.sha256(text.encode()).hexdigest(), value.strip(), "TRAILER")

    def _check(self, digests: str, expected: str, kind: str) -> None:
        scope = self._signed.scope
        text = "\n".join(
            (
                f"{signature_v4.ALGORITHM}-{kind}",
                self._signed.stamp,
                f"{scope[0]}/{scope[1]}/{scope[2]}/aws4_request",
                self._previous,
                digests,
            )
        )
        self._previous = signature_v4.sign_text(self._secret, scope, text)
        if not hmac.compare_digest(self._previous.encode(), expected.encode("utf-8", "replace")):
            raise _wrong_chunk()


def _wrong_chunk() -> RefusedSignatureError:
    return RefusedSignatureError(
        "SignatureDoesNotMatch",
        "The chunk signature we calculated does not match the signature you provided.",
    )
