"""Signs up as a new user, as an application does: with a password or without one.

Blocks; raises UserPoolProblem.
Source: docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.users.user_pools import UserPool, attribute_pairs
from workbench.users.user_sign_in import AppClient


@dataclass(frozen=True, slots=True)
class SignedUp:
    """A new user; ``destination`` is where the code went, "" where none was sent."""

    username: str
    is_confirmed: bool
    destination: str = ""
    session: str = field(default="", repr=False)


def sign_up(
    pool: UserPool,
    client: AppClient,
    username: str,
    attributes: Mapping[str, str],
    password: str = "",
) -> SignedUp:
    """Sign up; without a password where the pool's users may begin with a code."""
    asked: dict[str, Any] = {"UserAttributes": attribute_pairs(attributes)} if attributes else {}
    if password:
        asked["Password"] = password
    found = pool.ask(lambda: pool.cognito.sign_up(**_of(client, username), **asked))
    details = found.get("CodeDeliveryDetails") or {}
    return SignedUp(
        username,
        bool(found.get("UserConfirmed")),
        details.get("Destination", ""),
        found.get("Session", ""),
    )


def confirm_sign_up(pool: UserPool, client: AppClient, new: SignedUp, code: str) -> str:
    """Confirm with the code; returns the session to sign in with, "" where there is none."""
    asked = {**_of(client, new.username), "ConfirmationCode": code}
    if new.session:
        asked["Session"] = new.session
    found = pool.ask(lambda: pool.cognito.confirm_sign_up(**asked))
    return str(found.get("Session") or "")


def _of(client: AppClient, username: str) -> dict[str, Any]:
    of = {"ClientId": client.client_id, "Username": username}
    if client.secret:
        of["SecretHash"] = client.secret_hash(username)
    return of
