"""The access key of a project's own local cloud: random, in a file that the owner alone reads."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.aws.signature_v4 import sign
from workbench.private_files import write_private

FILE_NAME = "access-key.json"
_ID, _SECRET = "access_key_id", "secret_access_key"
_OWN_SERVICE = "amplify-tui"
_PREFIX = "AKIALOCAL"
"""Begins as AWS's long-term keys do, and says whose it is."""


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """The administrator's key of one local cloud; ``repr`` hides the secret."""

    access_key: str
    secret: str = field(repr=False)

    def sign(self, method: str, url: str, body: bytes = b"") -> Mapping[str, str]:
        """The headers of a request to an address of amplify-tui's own on the local cloud."""
        return sign(method, url, body, self.access_key, self.secret, _OWN_SERVICE)


def read_keys(state_dir: Path) -> LocalKeys | None:
    """The key of the local cloud in ``state_dir``; None before its first start."""
    try:
        found = json.loads((state_dir / FILE_NAME).read_text("ascii"))
        access_key, secret = found[_ID], found[_SECRET]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    good = isinstance(access_key, str) and access_key.startswith(_PREFIX) and len(access_key) == 20
    return LocalKeys(access_key, secret) if good and isinstance(secret, str) and secret else None


def keys_of(state_dir: Path) -> LocalKeys:
    """The key, created if it is missing or unreadable; by the server under its lock.

    It stays through stops and resets, so that a shell with ``local env`` goes on working. A file
    that others could read is not trusted: its key is made again.
    """
    path = state_dir / FILE_NAME
    found = read_keys(state_dir)
    if found is not None and not path.stat().st_mode & 0o077:
        return found
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    made = LocalKeys(
        _PREFIX + "".join(secrets.choice(letters) for _ in range(20 - len(_PREFIX))),
        secrets.token_urlsafe(30),
    )
    write_private(path, json.dumps({_ID: made.access_key, _SECRET: made.secret}))
    return made
