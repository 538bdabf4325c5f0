"""Finds valid credentials: the local cloud's own key, and what the emulator issued.

That is sessions of STS, of identity pools and of functions, and users' access keys. Read from the
services' own stores, without a request.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.aws.local_keys import LocalKeys
from workbench.aws.target import LOCAL_ACCOUNT

_administrator = [LocalKeys("local", secrets.token_hex())]


@dataclass(frozen=True, slots=True)
class Issued:
    """Valid credentials to sign with; ``expires`` in seconds since the epoch, None never.

    ``session`` is the emulator's record of temporary credentials, else empty.
    """

    secret: str
    arn: str
    user_id: str
    account: str
    session_token: str | None = None
    expires: float | None = None
    session: Mapping[str, Any] | None = None


def set_administrator(keys: LocalKeys) -> None:
    """Say which key is the local cloud's own, before the first request."""
    _administrator[0] = keys


def administrator() -> LocalKeys:
    """The local cloud's own key."""
    return _administrator[0]


def issued(access_key: str) -> Issued | None:
    """The credentials of an access key; None for one that is not good here."""
    own = administrator()
    if access_key == own.access_key:
        arn = f"arn:aws:iam::{LOCAL_ACCOUNT}:user/local"
        return Issued(own.secret, arn, access_key, LOCAL_ACCOUNT)
    from ministack.services import iam, sts

    session = sts._sessions.get(access_key)
    if session is not None:
        arn = str(session.get("Arn") or "")
        expires = session.get("Expiration")
        return Issued(
            str(session.get("SecretAccessKey") or ""),
            arn,
            str(session.get("UserId") or ""),
            str(session.get("AccountId") or arn.split(":")[4]),
            session.get("SessionToken"),
            float(expires) if isinstance(expires, int | float) else None,
            session,
        )
    record = iam._access_keys.get_scoped(LOCAL_ACCOUNT, None, access_key)
    if record is None or record.get("Status", "Active") != "Active":
        return None
    user = str(record.get("UserName") or "")
    arn = f"arn:aws:iam::{LOCAL_ACCOUNT}:user/{user}"
    return Issued(str(record["SecretAccessKey"]), arn, user, LOCAL_ACCOUNT)
