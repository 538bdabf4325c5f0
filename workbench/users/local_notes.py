"""What the local cloud tells of a user beyond Cognito's API; blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from workbench.aws.target import LocalTarget
from workbench.localcloud.client import ask
from workbench.localcloud.contract import MESSAGES_PATH
from workbench.users.open_pool import OpenedPool
from workbench.users.passkeys import Passkey, read_passkey


@dataclass(frozen=True, slots=True)
class LocalNotes:
    """``waiting`` are new addresses and numbers, by attribute, that wait for their code."""

    waiting: Mapping[str, str] = field(default_factory=dict)
    passkeys: tuple[Passkey, ...] = ()


def read_local_notes(opened: OpenedPool, username: str) -> LocalNotes | None:
    """The notes; None on AWS, and where the local cloud does not answer."""
    target = opened.clients.target
    if not isinstance(target, LocalTarget):
        return None
    query = urlencode({"userPoolId": opened.pool.pool_id, "username": username})
    try:
        answer = ask(f"{target.endpoint}{MESSAGES_PATH}?{query}", target.keys)
    except OSError:
        return None  # the request for the user itself says so
    if answer.status != 200:
        return None
    found = answer.document
    return LocalNotes(
        found.get("waiting", {}), tuple(read_passkey(each) for each in found.get("passkeys", ()))
    )
