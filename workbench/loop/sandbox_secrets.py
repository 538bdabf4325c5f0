"""A sandbox's own secrets: when they last changed, and which values no log may show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.aws.clients import Clients


@dataclass(frozen=True, slots=True)
class Secrets:
    """``last_changed`` in milliseconds since the epoch, None if the sandbox has no secret."""

    last_changed: int | None
    values: tuple[str, ...] = ()


def read_secrets(clients: Clients, folder: str) -> Secrets:
    """Read the secrets below an SSM ``folder`` (``identity.secret_path(identity)``).

    One call for at most ten. The time is what ampx gives synth as
    ``secretLastUpdated``: a changed one makes the deploy-time secrets be read again.
    """
    pages = clients.ssm.get_paginator("get_parameters_by_path").paginate(
        Path=folder, WithDecryption=True
    )
    found = [parameter for page in pages for parameter in page["Parameters"]]
    if not found:
        return Secrets(None)
    newest = max(parameter["LastModifiedDate"].timestamp() for parameter in found)
    return Secrets(int(newest * 1000), tuple(parameter.get("Value", "") for parameter in found))
