"""Sign-in challenges: ministack does not bind them to a sign-in, Cognito does; all kinds of MFA.

ministack accepts a new password or an MFA answer without the session of a checked password, knows
only TOTP, does not make users set up MFA, has no choice-based sign-in (USER_AUTH), and lets
disabled users refresh their tokens.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    ISSUED,
    Answer,
    Issued,
    attributes_of,
    challenge,
    go_on,
    issue,
    missing_attributes,
    owner,
    refuse,
    waiting,
)
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import Destination, deliver

_CODES = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
}
_BOUND = (
    "NEW_PASSWORD_REQUIRED",
    "SOFTWARE_TOKEN_MFA",
    "MFA_SETUP",
    "SELECT_MFA_TYPE",
    "SELECT_CHALLENGE",
    *_CODES,
)


def install() -> None:
    """Bind sessions, ask for every kind of MFA, serve choice-based sign-in."""
    from ministack.services import cognito

    password_result = cognito._password_auth_result
    refresh_user = cognito._refresh_auth_user

    def after_password(
        pool: Any, pid: str, cid: str, user: Any, *more: Any, **named: Any
    ) -> Answer:
        answer: Answer = password_result(pool, pid, cid, user, *more, **named)
        found = json.loads(answer[2])
        if found.get("ChallengeName") != "NEW_PASSWORD_REQUIRED":
            return answer
        found["Session"] = issue(pid, user, "NEW_PASSWORD_REQUIRED")
        missing = [f"userAttributes.{name}" for name in missing_attributes(pool, user)]
        found["ChallengeParameters"]["requiredAttributes"] = json.dumps(missing)
        changed: Answer = cognito.json_response(found)
        return changed

    def enabled_user(pool: Any, pid: str, cid: str, token: str) -> tuple[Any, Any]:
        user, refused = refresh_user(pool, pid, cid, token)
        if user and not user.get("Enabled", True):
            return None, refuse("NotAuthorizedException", "User is disabled.")
        return user, refused

    cognito._mfa_challenge_for_user = _mfa_challenge
    cognito._password_auth_result = after_password
    cognito._refresh_auth_user = enabled_user
    cognito._initiate_auth = _choosing(cognito._initiate_auth)
    cognito._admin_initiate_auth = _choosing(cognito._admin_initiate_auth)
    cognito._respond_to_auth_challenge = _bound(cognito._respond_to_auth_challenge)
    cognito._admin_respond_to_auth_challenge = _bound(cognito._admin_respond_to_auth_challenge)
    cognito._associate_software_token = _associating(cognito._associate_software_token)
    cognito._verify_software_token = _verifying(cognito._verify_software_token)


# -- MFA ------------------------------------------------------------------------------------------


def _mfa_challenge(pool: Any, user: Any, pid: str, username: str) -> dict[str, Any] | None:
    """What a user must prove after the password; None for nothing."""
    required = pool.get("MfaConfiguration", "OFF")
    if required == "OFF":
        return None
    own = list(user.get("_mfa_enabled", ()))
    preferred = user.get("_preferred_mfa")
    if preferred in own:
        return _mfa(pool, user, pid, preferred, username)
    if len(own) > 1:
        choices = json.dumps(own)
        return challenge(
            pid, user, "SELECT_MFA_TYPE", {"MFAS_CAN_CHOOSE": choices, "USER_ID_FOR_SRP": username}
        )
    if own:
        return _mfa(pool, user, pid, own[0], username)
    if required != "ON":
        return None
    attributes = attributes_of(user)
    if pool.get("SmsMfaConfiguration") and attributes.get("phone_number_verified") == "true":
        return _mfa(pool, user, pid, "SMS_MFA", username)
    if pool.get("EmailMfaConfiguration") and attributes.get("email_verified") == "true":
        return _mfa(pool, user, pid, "EMAIL_OTP", username)
    kinds = json.dumps(["SOFTWARE_TOKEN_MFA"])
    return challenge(pid, user, "MFA_SETUP", {"MFAS_CAN_SETUP": kinds, "USER_ID_FOR_SRP": username})


def _mfa(pool: Any, user: Any, pid: str, kind: str, username: str) -> dict[str, Any]:
    if kind == "SOFTWARE_TOKEN_MFA":
        told = {"USER_ID_FOR_SRP": username, "FRIENDLY_DEVICE_NAME": "TOTP device"}
        return challenge(pid, user, kind, told)
    return _code_challenge(pool, user, pid, kind, username)


def _code_challenge(pool: Any, user: Any, pid: str, kind: str, username: str) -> dict[str, Any]:
    """Send a code, by e-mail or SMS, into the pool's inbox."""
    code = f"{secrets.randbelow(1_000_000):06}"
    attributes = attributes_of(user)
    if kind == "EMAIL_OTP":
        destination = Destination("EMAIL", attributes.get("email", ""))
    else:
        destination = Destination("SMS", attributes.get("phone_number", ""))
    deliver(pool, user, "Authentication", destination, code)
    told = {
        "CODE_DELIVERY_DELIVERY_MEDIUM": destination.medium,
        "CODE_DELIVERY_DESTINATION": destination.masked,
        "USER_ID_FOR_SRP": username,
    }
    return challenge(pid, user, kind, told, code=code)


def _associating(associate: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_session(data: Any) -> Answer:
        from ministack.services import cognito

        if data.get("AccessToken"):
            return associate(data)
        issued = waiting(data.get("Session"), "MFA_SETUP")
        if isinstance(issued, tuple):
            return issued
        answer = associate({})
        found = json.loads(answer[2])
        cognito._totp_session_secrets.pop(found["Session"], None)
        found["Session"] = go_on(data["Session"], replace(issued, secret=found["SecretCode"]))
        changed: Answer = cognito.json_response(found)
        return changed

    return with_session


def _verifying(verify: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_session(data: Any) -> Answer:
        from ministack.services import cognito

        if data.get("AccessToken"):
            return verify(data)
        issued = waiting(data.get("Session"), "MFA_SETUP")
        if isinstance(issued, tuple):
            return issued
        if not cognito._totp_matches(issued.secret, data.get("UserCode", "")):
            return refuse("EnableSoftwareTokenMFAException", "Code mismatch")
        _, user = owner(issued)
        user.update(_totp_secret=issued.secret, _preferred_mfa="SOFTWARE_TOKEN_MFA")
        user["_mfa_enabled"] = sorted({*user.get("_mfa_enabled", ()), "SOFTWARE_TOKEN_MFA"})
        session = go_on(data["Session"], replace(issued, is_set_up=True))
        answer: Answer = cognito.json_response({"Status": "SUCCESS", "Session": session})
        return answer

    return with_session


# -- choice-based sign-in -------------------------------------------------------------------------


def _choosing(initiate: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_choice(data: Any) -> Answer:
        from ministack.services import cognito

        if data.get("AuthFlow") != "USER_AUTH":
            return initiate(data)
        cid, asked = data.get("ClientId"), data.get("AuthParameters", {})
        pool, pid = cognito._pool_for_client(cid)
        if not pool:
            return refuse("ResourceNotFoundException", f"Client {cid} not found.")
        flows = pool["_clients"][cid].get("ExplicitAuthFlows") or []
        if "ALLOW_USER_AUTH" not in flows:
            return refuse("InvalidParameterException", "USER_AUTH is not enabled for the client.")
        user, unknown = cognito._resolve_user(pool, asked.get("USERNAME"))
        if unknown:
            hidden: Answer = cognito._hidden_user_error(pool, cid, unknown)
            return hidden
        if not user.get("Enabled", True):
            return refuse("NotAuthorizedException", "User is disabled.")
        if user.get("UserStatus") == "UNCONFIRMED":
            return refuse("UserNotConfirmedException", "User is not confirmed.")
        preferred = asked.get("PREFERRED_CHALLENGE")
        if preferred in _factors(pool, user):
            return _first_factor(preferred, pool, user, data, asked)
        available = _factors(pool, user)
        told = challenge(pid, user, "SELECT_CHALLENGE", {}) | {"AvailableChallenges": available}
        answer: Answer = cognito.json_response(told)
        return answer

    return with_choice


def _factors(pool: Any, user: Any) -> list[str]:
    """What a user can begin with: what the pool allows and the user has."""
    policy = (pool.get("Policies") or {}).get("SignInPolicy") or {}
    allowed = policy.get("AllowedFirstAuthFactors") or ["PASSWORD"]
    attributes = attributes_of(user)
    found = []
    if "PASSWORD" in allowed and user.get("_password"):
        found += ["PASSWORD", "PASSWORD_SRP"]
    # Cognito offers codes only where MFA is not required.
    if pool.get("MfaConfiguration") != "ON":
        if "EMAIL_OTP" in allowed and attributes.get("email"):
            found.append("EMAIL_OTP")
        if "SMS_OTP" in allowed and attributes.get("phone_number"):
            found.append("SMS_OTP")
    return found


def _first_factor(
    factor: str,
    pool: Any,
    user: Any,
    data: Any,
    given: Mapping[str, str],
) -> Answer:
    """Begin with ``factor``; ``given`` has the password, or SRP's public number."""
    from ministack.services import cognito

    cid = data["ClientId"]
    pid = cognito._pool_for_client(cid)[1]
    if factor == "PASSWORD":
        flow = "ADMIN_USER_PASSWORD_AUTH" if "UserPoolId" in data else "USER_PASSWORD_AUTH"
        asked = {"USERNAME": user["Username"], "PASSWORD": given.get("PASSWORD", "")}
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
        answer: Answer = cognito.json_response(
            {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": told, "Session": token}
        )
        return answer
    sent: Answer = cognito.json_response(_code_challenge(pool, user, pid, factor, user["Username"]))
    return sent


# -- answers --------------------------------------------------------------------------------------


def _bound(respond: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_session(data: Any) -> Answer:
        name, session = data.get("ChallengeName", ""), data.get("Session")
        if name not in _BOUND:
            return respond(data)
        issued = waiting(session, name)
        if isinstance(issued, tuple):
            return issued
        pool, user = owner(issued)
        if user is None:
            return refuse("NotAuthorizedException", "Incorrect username or password.")
        if not user.get("Enabled", True):
            return refuse("NotAuthorizedException", "User is disabled.")
        # The username of an answer cannot be that of another user than the session's.
        given = {**data.get("ChallengeResponses", {}), "USERNAME": user["Username"]}
        answer = _answered(pool, user, issued, {**data, "ChallengeResponses": given}, respond)
        if answer[0] == 200:
            ISSUED.pop(session, None)
        return answer

    return with_session


def _answered(
    pool: Any, user: Any, issued: Issued, data: Any, respond: Callable[[Any], Answer]
) -> Answer:
    from ministack.services import cognito

    given, pid = data["ChallengeResponses"], issued.pool_id
    match issued.challenge:
        case "NEW_PASSWORD_REQUIRED":
            refused = _new_password_refused(pool, user, given)
            if refused:
                return refused
            following = _mfa_challenge(pool, user, pid, user["Username"])
            if following is None:
                return respond(data)
            user.update(_password=given["NEW_PASSWORD"], UserStatus="CONFIRMED")
            answer: Answer = cognito.json_response(following)
            return answer
        case "SELECT_MFA_TYPE":
            if given.get("ANSWER") not in user.get("_mfa_enabled", ()):
                return refuse("InvalidParameterException", "Invalid MFA type selected.")
            chosen = _mfa(pool, user, pid, given["ANSWER"], user["Username"])
            return cognito.json_response(chosen)  # type: ignore[no-any-return]
        case "SELECT_CHALLENGE":
            if given.get("ANSWER") not in _factors(pool, user):
                return refuse("InvalidParameterException", "Invalid challenge selected.")
            return _first_factor(given["ANSWER"], pool, user, data, given)
        case "MFA_SETUP" if not issued.is_set_up:
            return refuse("InvalidParameterException", "The software token is not verified yet.")
        case "SMS_MFA" | "EMAIL_OTP" | "SMS_OTP":
            if not secrets.compare_digest(given.get(_CODES[issued.challenge], ""), issued.code):
                return refuse("CodeMismatchException", "Invalid code received for user")
            metadata = data.get("ClientMetadata", {})
            result = cognito._build_auth_result(
                pid, data["ClientId"], user, client_metadata=metadata
            )
            answered: Answer = cognito.json_response({"AuthenticationResult": result})
            return answered
        case _:
            return respond(data)


def _new_password_refused(pool: Any, user: Any, given: Mapping[str, str]) -> Answer | None:
    """The problem of a new password and its attributes; if none, stores the attributes."""
    from ministack.services import cognito

    password = given.get("NEW_PASSWORD", "")
    if not password:
        return refuse("InvalidParameterException", "Missing required parameter NEW_PASSWORD")
    refused: Answer | None = cognito._validate_password(pool, password)
    if refused:
        return refused
    prefix = "userAttributes."
    set_now = {
        name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)
    }
    missing = [name for name in missing_attributes(pool, user) if not set_now.get(name)]
    if missing:
        names = ", ".join(missing)
        return refuse("InvalidParameterException", f"Missing required attributes: {names}")
    pairs = cognito._dict_to_attr_list(set_now)
    user["Attributes"] = cognito._merge_attributes(user["Attributes"], pairs)
    return None
