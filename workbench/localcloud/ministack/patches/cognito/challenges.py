"""Sign-in challenges: ministack does not bind them to a sign-in; Cognito does.

ministack accepts a new password or an MFA answer without the session of a checked password, and
lets disabled users refresh their tokens.
Source:
docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import (
    device_proofs,
    devices,
    first_factors,
    one_time_codes,
    passkeys,
    second_factors,
)
from workbench.localcloud.ministack.patches.cognito.attributes import wrong_attributes
from workbench.localcloud.ministack.patches.cognito.new_users import as_stored
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    Issued,
    attributes_of,
    issue,
    missing_attributes,
    owner,
    refuse,
    reply,
    use_up,
    waiting,
)

_BOUND = (
    "NEW_PASSWORD_REQUIRED",
    "SOFTWARE_TOKEN_MFA",
    "MFA_SETUP",
    "SELECT_MFA_TYPE",
    "SELECT_CHALLENGE",
    "WEB_AUTHN",
    device_proofs.SRP,
    device_proofs.VERIFIER,
    *one_time_codes.ANSWERED_BY,
)
_being_answered: set[str] = set()
_NOT_BY_USERS = ("sub", "email_verified", "phone_number_verified")
_INCORRECT = "Incorrect username or password."


def install() -> None:
    """Bind each challenge to its session, and check each answer."""
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
        return reply(found)

    def enabled_user(pool: Any, pid: str, cid: str, token: str) -> tuple[Any, Any]:
        user, refused = refresh_user(pool, pid, cid, token)
        if user and not user.get("Enabled", True):
            return None, refuse("NotAuthorizedException", "User is disabled.")
        return user, refused

    cognito._password_auth_result = after_password
    cognito._refresh_auth_user = enabled_user
    cognito._respond_to_auth_challenge = _bound(cognito._respond_to_auth_challenge)
    cognito._admin_respond_to_auth_challenge = _bound(cognito._admin_respond_to_auth_challenge)


def _bound(respond: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_session(data: Any) -> Answer:
        name, session = data.get("ChallengeName", ""), data.get("Session") or ""
        if name not in _BOUND:
            return respond(data)
        issued = waiting(session, name)
        if isinstance(issued, tuple):
            return issued
        if data.get("UserPoolId", issued.pool_id) != issued.pool_id:
            return refuse("NotAuthorizedException", "Invalid session for the user.")
        if issued.is_simulated:
            return _simulated(issued, data)
        found = owner(issued)
        if len(found) == 3:
            return found
        pool, user = found
        # The username of an answer cannot be that of another user than the session's.
        given = {**(data.get("ChallengeResponses") or {}), "USERNAME": user["Username"]}
        # While a trigger runs, others get their turn: the same answer must not count twice.
        if session in _being_answered:
            return refuse("NotAuthorizedException", "Invalid session for the user.")
        _being_answered.add(session)
        try:
            answer = _answered(pool, user, issued, {**data, "ChallengeResponses": given}, respond)
        finally:
            _being_answered.discard(session)
        if answer[0] == 200:
            use_up(session)
        return answer

    return with_session


def _answered(
    pool: Any, user: Any, issued: Issued, data: Any, respond: Callable[[Any], Answer]
) -> Answer:
    given = data["ChallengeResponses"]
    match issued.challenge:
        case "NEW_PASSWORD_REQUIRED":
            return _new_password(pool, user, given, data, respond)
        case "SELECT_MFA_TYPE":
            if given.get("ANSWER") not in second_factors.choices(pool, user):
                return refuse("InvalidParameterException", "Invalid MFA type selected.")
            return reply(second_factors.ask(pool, user, given["ANSWER"]))
        case "SELECT_CHALLENGE":
            return _selected(pool, user, issued, data)
        case "MFA_SETUP":
            return _set_up(pool, user, issued, data, respond)
        case "SMS_MFA" | "EMAIL_OTP" | "SMS_OTP":
            if not one_time_codes.is_right(issued, given):
                return refuse("CodeMismatchException", "Invalid code or auth state for the user.")
            _verify_destination(user, issued)
            return _signed_in(pool, user, data)
        case device_proofs.SRP | device_proofs.VERIFIER:
            return _device(pool, user, issued, data)
        case "WEB_AUTHN":
            if not passkeys.proves(pool, user, issued.code, given.get("CREDENTIAL")):
                return refuse("NotAuthorizedException", _INCORRECT)
            return _signed_in(pool, user, data)
        case _:
            return respond(data)


def _signed_in(pool: Any, user: Any, data: Any) -> Answer:
    from ministack.services import cognito

    result = cognito._build_auth_result(
        pool["Id"], data["ClientId"], user, client_metadata=data.get("ClientMetadata") or {}
    )
    return reply({"AuthenticationResult": result})


def _selected(pool: Any, user: Any, issued: Issued, data: Any) -> Answer:
    given = data["ChallengeResponses"]
    factor = given.get("ANSWER")
    if factor not in first_factors.available(pool, user):
        return refuse("InvalidParameterException", "Invalid challenge selected.")
    if factor == "WEB_AUTHN" and given.get("CREDENTIAL"):
        if not passkeys.proves(pool, user, issued.code, given["CREDENTIAL"]):
            return refuse("NotAuthorizedException", _INCORRECT)
        return _signed_in(pool, user, data)
    return first_factors.begin(factor, pool, user, data, given)


def _device(pool: Any, user: Any, issued: Issued, data: Any) -> Answer:
    device = devices.of(user).get(issued.device)
    if device is None:
        return refuse("ResourceNotFoundException", "Device does not exist.")
    given = data["ChallengeResponses"]
    if issued.challenge == device_proofs.SRP:
        return device_proofs.begin(pool, user, device, given)
    if not device_proofs.is_proven(issued, device, given):
        return refuse("NotAuthorizedException", _INCORRECT)
    following = second_factors.after_device(pool, user)
    return reply(following) if following else _signed_in(pool, user, data)


def _simulated(issued: Issued, data: Any) -> Answer:
    """The answers of somebody who does not exist are as wrong as a wrong password or code."""
    if issued.challenge in one_time_codes.ANSWERED_BY:
        return refuse("CodeMismatchException", "Invalid code or auth state for the user.")
    return refuse("NotAuthorizedException", _INCORRECT)


def _set_up(
    pool: Any, user: Any, issued: Issued, data: Any, respond: Callable[[Any], Answer]
) -> Answer:
    """The end of a set-up: an authenticator app that is verified, or an address for codes."""
    from ministack.services import cognito

    given = data["ChallengeResponses"]
    if issued.is_set_up:
        return respond(data)
    for kind, name in (("EMAIL_OTP", "email"), ("SMS_MFA", "phone_number")):
        value = given.get("EMAIL" if name == "email" else "PHONE_NUMBER")
        if value and kind in second_factors.allowed(pool):
            pairs = cognito._dict_to_attr_list({name: value, f"{name}_verified": "false"})
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], pairs)
            return reply(second_factors.ask(pool, user, kind))
    return refuse("InvalidParameterException", "The software token is not verified yet.")


def _verify_destination(user: Any, issued: Issued) -> None:
    """Whoever has the code has the address that it was sent to."""
    from ministack.services import cognito

    name = "email" if issued.challenge == "EMAIL_OTP" else "phone_number"
    if attributes_of(user).get(f"{name}_verified") != "true":
        pairs = cognito._dict_to_attr_list({f"{name}_verified": "true"})
        user["Attributes"] = cognito._merge_attributes(user["Attributes"], pairs)


def _new_password(
    pool: Any, user: Any, given: Any, data: Any, respond: Callable[[Any], Answer]
) -> Answer:
    refused = _new_password_refused(pool, user, given)
    if refused:
        return refused
    following = second_factors.following(pool, user)
    if following is None:
        return respond(data)
    user.update(_password=given["NEW_PASSWORD"], UserStatus="CONFIRMED")
    return reply(following)


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
        return refuse(
            "InvalidParameterException", f"Invalid attributes given, {missing[0]} is missing"
        )
    pairs = cognito._dict_to_attr_list(set_now)
    wrong = wrong_attributes(pool, "AdminCreateUser", {"UserAttributes": pairs})
    if wrong:
        return refuse("InvalidParameterException", wrong)
    for name in set_now:
        if name in _NOT_BY_USERS:
            return refuse(
                "NotAuthorizedException", f"Cannot modify the non-mutable attribute {name}"
            )
        if name in ("email", "phone_number") and attributes_of(user).get(name):
            return refuse("NotAuthorizedException", f"Cannot modify an already provided {name}")
    pairs = as_stored(pool, pairs)
    user["Attributes"] = cognito._merge_attributes(user["Attributes"], pairs)
    return None
