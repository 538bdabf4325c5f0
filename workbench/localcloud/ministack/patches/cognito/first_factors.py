"""Choice-based sign-in (USER_AUTH): ministack has none outside its sign-in pages.

A user begins with one of the factors that the pool allows and the user has: a password, a code or
a passkey.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import one_time_codes, passkeys
from workbench.localcloud.ministack.patches.cognito.hidden_users import allowed_by, simulated
from workbench.localcloud.ministack.patches.cognito.served_actions import serve, serve_user
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    challenge,
    refuse,
    reply,
)

_OPTIONS = "CREDENTIAL_REQUEST_OPTIONS"
_CODE_DIGITS = 8


def install() -> None:
    """Serve USER_AUTH."""
    from ministack.services import cognito

    cognito._initiate_auth = _choosing(cognito._initiate_auth)
    cognito._admin_initiate_auth = _choosing(cognito._admin_initiate_auth)
    serve_user("GetUserAuthFactors", _auth_factors)
    serve("AdminGetUserAuthFactors", _auth_factors_by_admin)


def available(pool: Any, user: Any) -> list[str]:
    """What a user can begin with: what the pool allows and the user has."""
    allowed, attributes = allowed_by(pool), attributes_of(user)
    needs_two = pool.get("MfaConfiguration") == "ON"
    found = []
    if "PASSWORD" in allowed and user.get("_password"):
        found += ["PASSWORD_SRP", "PASSWORD"]
    if user.get("UserStatus") == "FORCE_CHANGE_PASSWORD":
        return found
    # Where two factors are required, one that stands alone is not offered.
    if "EMAIL_OTP" in allowed and attributes.get("email") and not needs_two:
        found.append("EMAIL_OTP")
    if "SMS_OTP" in allowed and attributes.get("phone_number") and not needs_two:
        found.append("SMS_OTP")
    alone = not needs_two or passkeys.verify_for_two(pool)
    if "WEB_AUTHN" in allowed and alone and passkeys.usable(pool, user):
        found.append("WEB_AUTHN")
    return found


def begin(factor: str, pool: Any, user: Any, data: Any, given: Mapping[str, str]) -> Answer:
    """Begin with ``factor``; ``given`` has the password, or SRP's public number."""
    from ministack.services import cognito

    cid, pid = data["ClientId"], pool["Id"]
    if factor == "PASSWORD":
        flow = "ADMIN_USER_PASSWORD_AUTH" if "UserPoolId" in data else "USER_PASSWORD_AUTH"
        asked = {"USERNAME": user["Username"], "PASSWORD": given.get("PASSWORD", "")}
        if "DEVICE_KEY" in given:
            asked["DEVICE_KEY"] = given["DEVICE_KEY"]
        initiate = cognito._admin_initiate_auth if "UserPoolId" in data else cognito._initiate_auth
        checked: Answer = initiate({**data, "AuthFlow": flow, "AuthParameters": asked})
        return checked
    if factor == "PASSWORD_SRP":
        srp_a = given.get("SRP_A", "")
        if not cognito._SRP_A_RE.match(srp_a):
            return refuse("InvalidParameterException", "Missing required parameter SRP_A")
        token, session = cognito._create_challenge_session(pid, cid, user["Username"])
        session["auth_flow"] = "USER_SRP_AUTH"
        told, session["srp"] = cognito._srp_challenge(pid, user, user["Username"], srp_a, token)
        return reply(
            {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": told, "Session": token}
        )
    if factor == "WEB_AUTHN":
        asked_for = passkeys.new_challenge()
        options = {_OPTIONS: passkeys.request_options(pool, user, asked_for)}
        return reply(challenge(pid, user, factor, options, code=asked_for))
    return reply(one_time_codes.send(pool, user, factor, digits=_CODE_DIGITS))


def _auth_factors(pool: Any, user: Any, _data: Any) -> Answer:
    told = {
        "Username": user["Username"],
        "ConfiguredUserAuthFactors": [
            each for each in available(pool, user) if each != "PASSWORD_SRP"
        ],
    }
    if user.get("_mfa_enabled"):
        told["UserMFASettingList"] = user["_mfa_enabled"]
    if user.get("_preferred_mfa"):
        told["PreferredMfaSetting"] = user["_preferred_mfa"]
    return reply(told)


def _auth_factors_by_admin(data: Any) -> Answer:
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if not refused:
        user, refused = cognito._resolve_user(pool, data.get("Username"))
    answer: Answer = refused or _auth_factors(pool, user, data)
    return answer


def _choosing(initiate: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_choice(data: Any) -> Answer:
        from ministack.services import cognito

        if data.get("AuthFlow") != "USER_AUTH":
            return initiate(data)
        cid, asked = data.get("ClientId"), data.get("AuthParameters") or {}
        pool, _ = cognito._pool_for_client(cid)
        if not pool:
            return refuse("ResourceNotFoundException", f"Client {cid} not found.")
        name = asked.get("USERNAME")
        if not name:
            return refuse("InvalidParameterException", "Missing required parameter USERNAME")
        user, unknown = cognito._resolve_user(pool, name)
        if unknown:
            hides = cognito._hides_user_existence(pool, cid)
            return simulated(pool, name, asked) if hides else unknown
        if not user.get("Enabled", True):
            return refuse("NotAuthorizedException", "User is disabled.")
        if user.get("UserStatus") == "UNCONFIRMED":
            return refuse("UserNotConfirmedException", "User is not confirmed.")
        factors = available(pool, user)
        preferred = asked.get("PREFERRED_CHALLENGE")
        if preferred in factors:
            answer = begin(preferred, pool, user, data, asked)
            if answer[0] != 200:
                return answer
            return reply({**json.loads(answer[2]), "AvailableChallenges": factors})
        return _select(pool, user, factors)

    return with_choice


def _select(pool: Any, user: Any, factors: list[str]) -> Answer:
    told, asked_for = {}, ""
    if "WEB_AUTHN" in factors:
        asked_for = passkeys.new_challenge()
        told[_OPTIONS] = passkeys.request_options(pool, user, asked_for)
    selecting = challenge(pool["Id"], user, "SELECT_CHALLENGE", told, code=asked_for)
    return reply({**selecting, "AvailableChallenges": factors})
