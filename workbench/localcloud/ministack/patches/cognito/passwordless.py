"""Users without a password: ministack makes none, and lets one sign in with any password.

In a pool that allows codes as a first factor, users sign up without a password, and go on from the
confirmation to their first sign-in without another code.
Source: docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.ministack.patches.cognito.auth_flows import allowed_flows
from workbench.localcloud.ministack.patches.cognito.hidden_users import allowed_by
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    issue,
    of_client,
    refuse,
    reply,
    use_up,
    waiting,
)

_SIGN_UP = "SIGN_UP"
_CONFIRMED = "CONFIRMED_SIGN_UP"
_ADDRESSES = {"EMAIL_OTP": "email", "SMS_OTP": "phone_number"}

_without_password: ContextVar[bool] = ContextVar("sign_up_without_password", default=False)


def install() -> None:
    """Let users sign up without a password; never take one of them."""
    from ministack.services import cognito

    validate, refused = cognito._validate_password, cognito._password_signin_refused
    is_proof = cognito._srp_proof_valid

    def validate_given(pool: Any, password: Any) -> Answer | None:
        if _without_password.get() and not password:
            return None
        problem: Answer | None = validate(pool, password)
        return problem

    def refused_without(user: Any) -> Answer | None:
        # An imported user has none yet, and is told to reset it.
        if not user.get("_password") and user.get("UserStatus") != "RESET_REQUIRED":
            return refuse("NotAuthorizedException", "Incorrect username or password.")
        problem: Answer | None = refused(user)
        return problem

    def proves(pool_id: str, user: Any, *given: Any) -> bool:
        if not user.get("_password"):
            return bool(user.get("UserStatus") == "RESET_REQUIRED")
        return bool(is_proof(pool_id, user, *given))

    cognito._validate_password = validate_given
    cognito._srp_proof_valid = proves
    cognito._password_signin_refused = refused_without
    cognito._sign_up = _signing_up(cognito._sign_up)
    cognito._admin_create_user = _making(cognito._admin_create_user)
    cognito._resolve_invite_template = _inviting(cognito._resolve_invite_template)
    cognito._confirm_sign_up = _confirming(cognito._confirm_sign_up)
    cognito._initiate_auth = _first_sign_in(cognito._initiate_auth)
    cognito._admin_initiate_auth = _first_sign_in(cognito._admin_initiate_auth)


def _signing_up(sign_up: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_or_without(data: Any) -> Answer:
        from ministack.services import cognito

        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        given = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
        name = data.get("Username") or ""
        may_go_without = pool is not None and _may_go_without(pool, given)
        token = _without_password.set(may_go_without and not data.get("Password"))
        try:
            answer = sign_up({**data, "Password": data.get("Password") or ""})
        finally:
            _without_password.reset(token)
        if answer[0] == 200 and not json.loads(answer[2]).get("UserConfirmed"):
            return _with_session(answer, pool, name, data, _SIGN_UP)
        return answer

    return with_or_without


def _may_go_without(pool: Any, given: Mapping[str, str]) -> bool:
    """Whether a code can reach a user with these attributes, in a pool that signs in by codes."""
    return any(
        given.get(attribute) or attribute in (pool.get("UsernameAttributes") or ())
        for factor, attribute in _ADDRESSES.items()
        if factor in allowed_by(pool)
    )


def _making(create: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """A user whom an administrator makes without a password needs none: a code will do."""

    def with_or_without(data: Any) -> Answer:
        from ministack.services import cognito

        pool = cognito._user_pools.get(data.get("UserPoolId"))
        given = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
        has_one = data.get("TemporaryPassword") or data.get("MessageAction") == "RESEND"
        if pool is None or has_one or not _may_go_without(pool, given):
            return create(data)
        token = _without_password.set(True)
        try:
            answer = create(data)
        finally:
            _without_password.reset(token)
        if answer[0] != 200:
            return answer
        found = json.loads(answer[2])
        user = pool["_users"][found["User"]["Username"]]
        user.update(_password="", UserStatus="CONFIRMED")
        found["User"]["UserStatus"] = "CONFIRMED"
        return reply(found)

    return with_or_without


def _inviting(texts: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def without_password(pool: Any) -> Any:
        own = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
        subject, body, *more = texts(pool)
        if _without_password.get() and not own.get("EmailMessage"):
            body = "Your username is {username}."
        return (subject, body, *more)

    return without_password


def _confirming(confirm: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def and_go_on(data: Any) -> Answer:
        from ministack.services import cognito

        answer = confirm(data)
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        if answer[0] != 200 or pool is None:
            return answer
        use_up(data.get("Session") or "")
        return _with_session(answer, pool, data.get("Username"), data, _CONFIRMED)

    return and_go_on


def _with_session(answer: Answer, pool: Any, name: Any, data: Any, step: str) -> Answer:
    """The answer, with a session to go on with where the client signs in by choice."""
    from ministack.services import cognito

    client = pool["_clients"][data["ClientId"]]
    user, _ = cognito._resolve_user(pool, name)
    if user is None or "ALLOW_USER_AUTH" not in allowed_flows(client):
        return answer
    session = issue(pool["Id"], user, step)
    of_client(session, data["ClientId"])
    return reply({**json.loads(answer[2]), "Session": session})


def _first_sign_in(initiate: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """The code of a confirmed sign-up is the first factor of the sign-in that follows it."""

    def with_session(data: Any) -> Answer:
        from ministack.services import cognito

        session = data.get("Session")
        if data.get("AuthFlow") != "USER_AUTH" or not session:
            return initiate(data)
        issued = waiting(session, _CONFIRMED)
        if isinstance(issued, tuple):
            return issued
        pool = cognito._get_pool_unscoped(issued.pool_id)
        name = (data.get("AuthParameters") or {}).get("USERNAME")
        user, _ = cognito._resolve_user(pool, name) if pool else (None, None)
        if user is None or user["Username"] != issued.username:
            return refuse("NotAuthorizedException", "Invalid session for the user.")
        if not user.get("Enabled", True):
            return refuse("NotAuthorizedException", "User is disabled.")
        if issued.client_id != data.get("ClientId"):
            return refuse("NotAuthorizedException", "Invalid session for the user.")
        use_up(session)
        result = cognito._build_auth_result(pool["Id"], data["ClientId"], user)
        return reply({"AuthenticationResult": result})

    return with_session
