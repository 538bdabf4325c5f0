"""Addresses of jobs' logs that are good by themselves, as AWS's presigned ones are."""

from __future__ import annotations

import hashlib
import hmac

from workbench.branches.hosting import LOGS_PATH


def log_address(endpoint: str, path: str, secret: str) -> str:
    """The address of the log at ``path`` below ``LOGS_PATH``; ``&offset=N`` may follow it."""
    return f"{endpoint}{LOGS_PATH}{path}?token={_token(path, secret)}"


def is_good(path: str, token: str, secret: str) -> bool:
    """Whether a token was made for this log."""
    return hmac.compare_digest(_token(path, secret).encode(), token.encode("utf-8", "replace"))


def _token(path: str, secret: str) -> str:
    text = f"log\n{path}".encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:40]
