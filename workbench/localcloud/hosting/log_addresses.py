"""Addresses of jobs' logs that are good by themselves, as AWS's presigned ones are."""

from __future__ import annotations

import hashlib
import hmac

from workbench.localcloud.contract import LOGS_PATH


def log_address(endpoint: str, path: str, secret: str) -> str:
    """The address of the log at ``path`` in the folder of logs; ``?offset=N`` may follow it."""
    return f"{endpoint}{LOGS_PATH}{_token(path, secret)}/{path}"


def log_of(address: str, secret: str) -> str | None:
    """The log's path in its folder; None for an address that was not made with ``secret``.

    ``address`` is what follows ``LOGS_PATH``.
    """
    token, _, path = address.partition("/")
    good = hmac.compare_digest(_token(path, secret).encode(), token.encode("utf-8", "replace"))
    return path if good else None


def _token(path: str, secret: str) -> str:
    text = f"log\n{path}".encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:40]
