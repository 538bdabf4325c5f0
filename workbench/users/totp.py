"""One-time codes of an authenticator app (RFC 6238), as Cognito checks them."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import time

STEP_SECONDS = 30


def totp_code(secret: str, at: float | None = None) -> str:
    """The six digits of ``secret`` (base32) at a time in seconds since 1970; now without one.

    Raises ValueError where the secret is not base32.
    """
    padded = secret.strip().replace(" ", "").upper()
    try:
        key = base64.b32decode(padded + "=" * (-len(padded) % 8))
    except binascii.Error:
        raise ValueError("the secret is not base32") from None
    counter = int((time.time() if at is None else at) // STEP_SECONDS)
    digest = hmac.digest(key, struct.pack(">Q", counter), "sha1")
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"
