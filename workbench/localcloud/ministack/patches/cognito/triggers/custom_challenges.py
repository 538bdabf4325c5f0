"""Custom sign-in: ministack counts a password's steps as attempts and knows no hidden users.

It also takes a sign-in without its triggers, asks them by the name that was typed, and passes on
what Cognito does not: the metadata of InitiateAuth, the session to VerifyAuthChallengeResponse.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse
from workbench.localcloud.ministack.patches.cognito.triggers.calls import TriggerRefusedError
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    event_attributes,
    run_trigger,
    unrecognizable,
    with_metadata,
)

_INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
_PASSWORD_STEPS = ("PASSWORD_VERIFIER", "SRP_A")
_CHALLENGE = "CUSTOM_CHALLENGE"


def install() -> None:
    """Take over the flow CUSTOM_AUTH and its challenges."""
    from ministack.services import cognito

    cognito._initiate_auth = _beginning(cognito._initiate_auth)
    cognito._admin_initiate_auth = _beginning(cognito._admin_initiate_auth)
    cognito._respond_to_auth_challenge = _answering(cognito._respond_to_auth_challenge)
    cognito._admin_respond_to_auth_challenge = _answering(cognito._admin_respond_to_auth_challenge)
    # The way on from a password that was proven is ministack's own, up to these two.
    cognito._invoke_define_auth_challenge_trigger = lambda *_given: (None, None)
    cognito._continue_custom_auth_after_define = _after_password


def _beginning(initiate: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def begin(data: Any) -> Answer:
        if data.get("AuthFlow") != "CUSTOM_AUTH":
            return initiate(data)
        return _begin(data)

    return begin


def _begin(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    client_id, asked = data.get("ClientId"), data.get("AuthParameters") or {}
    pool, pool_id = cognito._pool_for_client(client_id)
    if pool is None or data.get("UserPoolId", pool_id) != pool_id:
        return refuse("ResourceNotFoundException", f"Client {client_id} not found.")
    name = asked.get("USERNAME")
    if not name:
        return refuse("InvalidParameterException", "Missing required parameter USERNAME")
    user, unknown = cognito._resolve_user(pool, name)
    if user is None and not cognito._hides_user_existence(pool, client_id):
        return unknown  # type: ignore[no-any-return]
    if user is not None and not user.get("Enabled", True):
        return refuse("NotAuthorizedException", "User is disabled.")
    token, session = cognito._create_challenge_session(
        pool_id, client_id, user["Username"] if user else name
    )
    if asked.get("SRP_A") or asked.get("CHALLENGE_NAME") == "SRP_A":
        session["srp_a"] = asked.get("SRP_A") or ""
        cognito._append_challenge_to_session(session, "SRP_A", True, None, {}, {})
    return _define(pool, user, token, session)


def _answering(respond: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def answer(data: Any) -> Answer:
        if data.get("ChallengeName") != _CHALLENGE:
            return respond(data)
        return _verify(data)

    return answer


def _verify(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    token = data.get("Session")
    session = cognito._challenge_sessions.get(token)
    if session is None or cognito._awaits_password_proof(session):
        return refuse("NotAuthorizedException", "Invalid session for the user.")
    if session["client_id"] != data.get("ClientId"):
        return refuse("NotAuthorizedException", "Invalid session for the user.")
    if time.time() > session["expires_at"]:
        del cognito._challenge_sessions[token]
        return refuse("NotAuthorizedException", "Invalid session for the user, session is expired.")
    given = data.get("ChallengeResponses") or {}
    if "ANSWER" not in given:
        return refuse("InvalidParameterException", "Missing required parameter ANSWER")
    pool = cognito._user_pools.get(session["pool_id"])
    if pool is None:
        return refuse("NotAuthorizedException", "Invalid session for the user.")
    user, _ = cognito._resolve_user(pool, session["username"])
    last = session["challenges"][-1]
    request = {
        "userAttributes": event_attributes(user) if user else {},
        "privateChallengeParameters": last["privateChallengeParameters"],
        "challengeAnswer": given["ANSWER"],
        "userNotFound": user is None,
    }
    answer = _run(pool, session, "VerifyAuthChallengeResponse", request, {"answerCorrect": None})
    is_correct = answer.get("answerCorrect")
    if not isinstance(is_correct, bool | None):
        raise unrecognizable()
    last["challengeResult"] = bool(is_correct)
    return _define(pool, user, token, session)


def _after_password(
    token: Any, session: Any, user: Any, _attributes: Any, _metadata: Any, _defined: Any
) -> Answer:
    from ministack.services import cognito

    return _define(cognito._user_pools[session["pool_id"]], user, token, session)


def _define(pool: Any, user: Any, token: Any, session: Any) -> Answer:
    """What the define trigger wants next: tokens, an end, or another challenge."""
    from ministack.services import cognito

    skeleton = dict.fromkeys(("challengeName", "issueTokens", "failAuthentication"))
    try:
        answer = _run(pool, session, "DefineAuthChallenge", _request(user, session), skeleton)
        decided = {name: answer.get(name) for name in skeleton}
        flags = (decided["issueTokens"], decided["failAuthentication"])
        if not all(isinstance(flag, bool | None) for flag in flags):
            raise unrecognizable()
        if decided["failAuthentication"] or (decided["issueTokens"] and user is None):
            return _end(token, refuse(*_INCORRECT))
        if decided["issueTokens"]:
            result = cognito._build_auth_result(pool["Id"], session["client_id"], user)
            return _end(token, cognito.json_response({"AuthenticationResult": result}))
        if decided["challengeName"] in _PASSWORD_STEPS:
            return _ask_for_password(user, token, session)
        if decided["challengeName"] != _CHALLENGE:
            raise unrecognizable()
        return _create(pool, user, token, session)
    except TriggerRefusedError:
        cognito._challenge_sessions.pop(token, None)
        raise


def _create(pool: Any, user: Any, token: Any, session: Any) -> Answer:
    from ministack.services import cognito

    skeleton = dict.fromkeys(
        ("publicChallengeParameters", "privateChallengeParameters", "challengeMetadata")
    )
    request = {**_request(user, session), "challengeName": _CHALLENGE}
    answer = _run(pool, session, "CreateAuthChallenge", request, skeleton)
    shown = _texts(answer.get("publicChallengeParameters"))
    metadata = answer.get("challengeMetadata")
    if not isinstance(metadata, str | None):
        raise unrecognizable()
    cognito._append_challenge_to_session(
        session, _CHALLENGE, None, metadata, shown, _texts(answer.get("privateChallengeParameters"))
    )
    told: Answer = cognito.json_response(
        {
            "ChallengeName": _CHALLENGE,
            "Session": token,
            "ChallengeParameters": {"USERNAME": session["username"], **shown},
        }
    )
    return told


def _ask_for_password(user: Any, token: Any, session: Any) -> Answer:
    """Cognito's own challenge; for nobody, one that no password answers."""
    from ministack.services import cognito

    told, session["srp"] = cognito._srp_challenge(
        session["pool_id"],
        user,
        session["username"],
        session.get("srp_a", ""),
        base64.b64encode(secrets.token_bytes(32)).decode(),
    )
    session["pending_builtin_challenge"] = "PASSWORD_VERIFIER"
    answer: Answer = cognito.json_response(
        {"ChallengeName": "PASSWORD_VERIFIER", "Session": token, "ChallengeParameters": told}
    )
    return answer


def _request(user: Any, session: Any) -> dict[str, Any]:
    from ministack.services import cognito

    return {
        "userAttributes": event_attributes(user) if user else {},
        "session": cognito._build_session_list(session),
        "userNotFound": user is None,
    }


def _run(
    pool: Any,
    session: Any,
    trigger: str,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
) -> Mapping[str, Any]:
    answer = run_trigger(
        pool, f"{trigger}_Authentication", session["username"], with_metadata(request), response
    )
    if answer is None:
        raise TriggerRefusedError(
            "InvalidParameterException",
            "Custom auth lambda trigger is not configured for the user pool.",
        )
    return answer


def _texts(parameters: Any) -> dict[str, str]:
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise unrecognizable()
    if any(isinstance(value, Mapping | list) for value in parameters.values()):
        raise unrecognizable()
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
        if value is not None
    }


def _end(token: Any, answer: Answer) -> Answer:
    from ministack.services import cognito

    cognito._challenge_sessions.pop(token, None)
    return answer
