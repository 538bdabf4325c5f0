"""Lists the secret values that the local cloud holds, to keep them out of its log."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator


def known_secrets() -> frozenset[str]:
    """Parameters of type SecureString and Secrets Manager's secrets, as they are now.

    A few milliseconds for some thousand parameters.
    """
    return frozenset((*_parameters(), *_secrets()))


def _parameters() -> Iterator[str]:
    ssm = sys.modules.get("ministack.services.ssm")
    if ssm is None:
        return
    for parameter in list(ssm._parameters._data.values()):
        if parameter.get("Type") != "SecureString":
            continue
        value = str(parameter.get("Value", ""))
        yield _opened(value)


def _opened(value: str) -> str:
    """The text of a value that the emulator holds as if it were encrypted."""
    if not value.startswith("ENCRYPTED:"):
        return value
    try:
        return base64.b64decode(value.removeprefix("ENCRYPTED:")).decode()
    except ValueError:
        return value


def _secrets() -> Iterator[str]:
    manager = sys.modules.get("ministack.services.secretsmanager")
    if manager is None:
        return
    for secret in list(manager._secrets._data.values()):
        for version in list(secret.get("Versions", {}).values()):
            value = version.get("SecretString")
            if isinstance(value, str):
                yield value
