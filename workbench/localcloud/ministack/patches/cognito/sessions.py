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
from itertools import islice
from typing import Any

Answer = tuple[int, Any, Any]

_LIFE_SECONDS = 180
"""Cognito's default AuthSessionValidity: 3 minutes."""

_USED = "USED"
"""The challenge of a session that has had its answer."""

_LOOKED_AT = 3
"""Sessions that each new one looks at, to drop them if they have expired."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A challenge that waits for its answer."""

    pool_id: str
    username: str
    challenge: str
    until: float
    code: str = ""
    """The code that was sent, or the challenge of a passkey."""
    secret: str = ""
    is_set_up: bool = False
    client_id: str = ""
    is_simulated: bool = False
    """For a user that does not exist: no answer is right."""
    device: str = ""
    """The key of the device that signs in."""


ISSUED: dict[str, Issued] = {}


def challenge(
    pid: str,
    user: Any,
    name: str,
    parameters: Mapping[str, str],
    *,
    code: str = "",
    device: str = "",
    is_simulated: bool = False,
) -> dict[str, Any]:
    """A new challenge as Cognito tells it."""
    session = issue(pid, user, name, code, device=device, is_simulated=is_simulated)
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": dict(parameters)}


def issue(
    pid: str,
    user: Any,
    challenge: str,
    code: str = "",
    *,
    device: str = "",
    is_simulated: bool = False,
) -> str:
    """A new session of a user's challenge."""
    now = time.time()
    for token in list(islice(ISSUED, _LOOKED_AT)):
        old = ISSUED.pop(token)
        if old.until + _LIFE_SECONDS > now:
            ISSUED[token] = old
    session = secrets.token_urlsafe(48)
    ISSUED[session] = Issued(
        pid,
        user["Username"],
        challenge,
        now + _LIFE_SECONDS,
        code,
        is_simulated=is_simulated,
        device=device,
    )
    return session


def of_client(session: str, client_id: str, device: str = "") -> None:
    """Bind a session to the app client that it was begun with, and to how long that lets it last.

    ``device`` is the key that the request brought: later steps need not repeat it.

    A session that is none of ours is left as it is.
    """
    from ministack.services import cognito

    issued = ISSUED.get(session)
    if issued is None:
        return
    pool = cognito._get_pool_unscoped(issued.pool_id) or {}
    client = (pool.get("_clients") or {}).get(client_id) or {}
    lasts = 60 * int(client.get("AuthSessionValidity") or 3)
    until = time.time() + lasts
    known = device or issued.device
    ISSUED[session] = replace(issued, client_id=client_id, until=until, device=known)


def go_on(session: str, issued: Issued) -> str:
    """The same challenge one step on, under another session."""
    use_up(session)
    following = secrets.token_urlsafe(48)
    ISSUED[following] = replace(issued, until=time.time() + _LIFE_SECONDS)
    return following


def use_up(session: str) -> None:
    """A session counts once; it is known for a time, to say so."""
    issued = ISSUED.get(session)
    if issued is not None:
        ISSUED[session] = replace(issued, challenge=_USED, code="", secret="")


def waiting(session: str | None, challenge: str) -> Issued | Answer:
    """The challenge of a session; a refusal where it is of another challenge, or too old."""
    issued = ISSUED.get(session) if isinstance(session, str) else None
    if issued is not None and issued.challenge == _USED:
        return refuse(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        )
    if issued is None or issued.challenge != challenge:
        return refuse("NotAuthorizedException", "Invalid session for the user.")
    if issued.until < time.time():
        return refuse("NotAuthorizedException", "Invalid session for the user, session is expired.")
    return issued


def owner(issued: Issued) -> tuple[Any, Any] | Answer:
    """The session's pool and user; a refusal if either was deleted, or the user disabled.

    A session is often all that a request has: its pool may be in another region than the default.
    """
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(issued.pool_id)
    user = pool["_users"].get(issued.username) if pool else None
    if user is None:
        return refuse("NotAuthorizedException", "Incorrect username or password.")
    if not user.get("Enabled", True):
        return refuse("NotAuthorizedException", "User is disabled.")
    return pool, user


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


def reply(told: Mapping[str, Any]) -> Answer:
    """Cognito's answer."""
    from ministack.services import cognito

    answer: Answer = cognito.json_response(told)
    return answer


def refuse(code: str, message: str) -> Answer:
    """Cognito's refusal."""
    from ministack.services import cognito

    answer: Answer = cognito.error_response_json(code, message, 400)
    return answer
