"""Hidden users: ministack tells who does not exist where a pool's users have addresses for names.

Where an app client hides who exists, a sign-in of nobody goes on like one of a user: it gets a
challenge of a kind that the pool allows, and no answer to it is right.
Source: docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    challenge,
    refuse,
    reply,
)
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import Destination


def install() -> None:
    """Give nobody a user id like everybody's."""
    from ministack.services import cognito

    prove = cognito._srp_challenge

    def prove_nobody(pool_id: str, user: Any, user_id: str, *more: Any) -> Any:
        told, state = prove(pool_id, user, user_id, *more)
        pool = cognito._get_pool_unscoped(pool_id) or {}
        if user is None and pool.get("UsernameAttributes"):
            # The names of such a pool's users are ids; the same name gets the same one.
            made = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool_id}/{user_id}"))
            told = {**told, "USERNAME": made, "USER_ID_FOR_SRP": made}
        return told, state

    cognito._srp_challenge = prove_nobody


def allowed_by(pool: Any) -> list[str]:
    """The first factors that a pool allows."""
    policy = (pool.get("Policies") or {}).get("SignInPolicy") or {}
    return list(policy.get("AllowedFirstAuthFactors") or ["PASSWORD"])


def simulated(pool: Any, name: str, asked: Mapping[str, str]) -> Answer:
    """A challenge for a user that does not exist: of a kind that the pool allows.

    The same name gets the same one each time, and no answer to it is right.
    """
    allowed = allowed_by(pool)
    preferred = asked.get("PREFERRED_CHALLENGE", "")
    if preferred in ("PASSWORD", "PASSWORD_SRP") and "PASSWORD" in allowed:
        if preferred == "PASSWORD":
            return refuse("NotAuthorizedException", "Incorrect username or password.")
        return _simulated_proof(pool, name, asked)
    factors = [each for each in allowed if each != "WEB_AUTHN"] or ["PASSWORD"]
    offered = [
        each
        for factor in factors
        for each in (("PASSWORD_SRP", "PASSWORD") if factor == "PASSWORD" else (factor,))
    ]
    nobody = {"Username": name}
    kind = preferred if preferred in factors else ""
    if kind in ("EMAIL_OTP", "SMS_OTP"):
        destination = _simulated_destination(name, kind)
        told = {
            "CODE_DELIVERY_DELIVERY_MEDIUM": destination.medium,
            "CODE_DELIVERY_DESTINATION": destination.masked,
            "USER_ID_FOR_SRP": name,
        }
        asked_for = challenge(pool["Id"], nobody, kind, told, is_simulated=True)
        return reply({**asked_for, "AvailableChallenges": offered})
    selecting = challenge(pool["Id"], nobody, "SELECT_CHALLENGE", {}, is_simulated=True)
    return reply({**selecting, "AvailableChallenges": offered})


def _simulated_proof(pool: Any, name: str, asked: Mapping[str, str]) -> Answer:
    from ministack.services import cognito

    srp_a = asked.get("SRP_A", "")
    if not cognito._SRP_A_RE.match(srp_a):
        return refuse("InvalidParameterException", "Missing required parameter SRP_A")
    token = secrets.token_urlsafe(32)
    told, _ = cognito._srp_challenge(pool["Id"], None, name, srp_a, token)
    return reply(
        {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": told, "Session": token}
    )


def _simulated_destination(name: str, kind: str) -> Destination:
    if kind == "EMAIL_OTP":
        return Destination("EMAIL", name if "@" in name else f"{name}@example.com")
    return Destination("SMS", name if name.startswith("+") else f"{sum(name.encode()):04}")
