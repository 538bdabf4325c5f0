"""Sessions of a local pool's sign-in challenges: each belongs to one user and one challenge.

They live in memory only: a sign-in that was started before a restart starts over.
Source:
docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Answer = tuple[int, Any, Any]

_LIFE_SECONDS = 180
"""Cognito's default AuthSessionValidity: 3 minutes."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A challenge that waits for its answer."""

    pool_id: str
    username: str
    challenge: str
    until: float
    code: str = ""
    secret: str = ""
    is_set_up: bool = False
    client_id: str = ""


ISSUED: dict[str, Issued] = {}


def challenge(
    pid: str, user: Any, name: str, parameters: Mapping[str, str], *, code: str = ""
) -> dict[str, Any]:
    """A new challenge as Cognito tells it."""
    session = issue(pid, user, name, code)
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": dict(parameters)}


def issue(pid: str, user: Any, challenge: str, code: str = "") -> str:
    """A new session of a user's challenge."""
    now = time.time()
    for old in [token for token, each in ISSUED.items() if each.until + _LIFE_SECONDS < now]:
        ISSUED.pop(old, None)
    session = secrets.token_urlsafe(48)
    ISSUED[session] = Issued(pid, user["Username"], challenge, now + _LIFE_SECONDS, code)
    return session


def go_on(session: str, issued: Issued) -> str:
    """The same challenge one step on, under another session."""
    ISSUED.pop(session, None)
    following = secrets.token_urlsafe(48)
    ISSUED[following] = replace(issued, until=time.time() + _LIFE_SECONDS)
    return following


def waiting(session: str | None, challenge: str) -> Issued | Answer:
    """The challenge of a session; a refusal where it is of another challenge, or too old."""
    issued = ISSUED.get(session or "")
    if issued is None or issued.challenge != challenge:
        return refuse("NotAuthorizedException", "Invalid session for the user.")
    if issued.until < time.time():
        return refuse("NotAuthorizedException", "Invalid session for the user, session is expired.")
    return issued


def owner(issued: Issued) -> tuple[Any, Any]:
    """The session's pool and user; None for either that was deleted."""
    from ministack.services import cognito

    pool = cognito._user_pools.get(issued.pool_id)
    return pool, (cognito._resolve_user(pool, issued.username)[0] if pool else None)


def missing_attributes(pool: Any, user: Any) -> list[str]:
    """Attributes that the pool requires and the user has not; ``sub`` is Cognito's own."""
    own = attributes_of(user)
    return [
        each["Name"]
        for each in pool.get("SchemaAttributes", ())
        if each.get("Required") and each["Name"] != "sub" and not own.get(each["Name"])
    ]


def attributes_of(user: Any) -> Mapping[str, str]:
    """A user's attributes by name."""
    from ministack.services import cognito

    found: Mapping[str, str] = cognito._attr_list_to_dict(user.get("Attributes", []))
    return found


def refuse(code: str, message: str) -> Answer:
    """Cognito's refusal."""
    from ministack.services import cognito

    answer: Answer = cognito.error_response_json(code, message, 400)
    return answer
