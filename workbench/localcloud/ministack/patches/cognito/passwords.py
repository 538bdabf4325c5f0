"""Passwords: ministack lets users take an old one again, and temporary ones never end.

Cognito keeps a history where the pool says so, and a temporary password counts for some days.
Source: docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse
from workbench.localcloud.ministack.patches.cognito.user_index import find

_HISTORY, _SINCE = "_old_passwords", "_temporary_since"
_DEFAULT_DAYS = 7
_DAY = 86400

_whose: ContextVar[Any] = ContextVar("user_of_new_password", default=None)


def install() -> None:
    """Ask the history before a new password; end temporary ones."""
    from ministack.services import cognito

    run, validate = cognito._run_idp_handler, cognito._validate_password
    result = cognito._password_auth_result

    def run_remembering(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        pool, user = _user_of(action, data)
        before = user.get("_password") if user is not None else None
        token = _whose.set(user)
        try:
            answer: Answer = run(handler, action, data)
        finally:
            _whose.reset(token)
        if answer[0] == 200:
            user = user if user is not None else _user_of(action, data)[1]
            _note(pool, user, before)
        return answer

    def validate_new(pool: Any, password: Any) -> Answer | None:
        refused: Answer | None = validate(pool, password)
        user = _whose.get()
        if refused is None and user is not None and was_used(pool, user, password):
            return refuse(
                "PasswordHistoryPolicyViolationException",
                "Password has previously been used. Choose another one.",
            )
        return refused

    def result_in_time(pool: Any, pid: str, cid: str, user: Any, *more: Any, **named: Any) -> Any:
        if has_expired(pool, user, time.time()):
            return refuse(
                "NotAuthorizedException",
                "Temporary password has expired and must be reset by an administrator.",
            )
        return result(pool, pid, cid, user, *more, **named)

    cognito._run_idp_handler = run_remembering
    cognito._validate_password = validate_new
    cognito._password_auth_result = result_in_time


def was_used(pool: Any, user: Any, password: str) -> bool:
    """Whether a password is among the last ones that the pool does not allow again."""
    size = int(_policy(pool).get("PasswordHistorySize") or 0)
    if not size:
        return False
    if user.get("_password") == password:
        return True
    old = user.get(_HISTORY, [])[-(size - 1) :] if size > 1 else []
    return any(hmac.compare_digest(_digest(each["salt"], password), each["digest"]) for each in old)


def has_expired(pool: Any, user: Any, now: float) -> bool:
    """Whether a user's temporary password counts no more."""
    since = user.get(_SINCE)
    if user.get("UserStatus") != "FORCE_CHANGE_PASSWORD" or since is None:
        return False
    unused = (pool.get("AdminCreateUserConfig") or {}).get("UnusedAccountValidityDays")
    days = int(_policy(pool).get("TemporaryPasswordValidityDays") or unused or _DEFAULT_DAYS)
    return bool(now > since + days * _DAY)


def _policy(pool: Any) -> Mapping[str, Any]:
    return (pool.get("Policies") or {}).get("PasswordPolicy") or {}


def _user_of(action: str, data: Mapping[str, Any]) -> tuple[Any, Any]:
    """The pool and the user whose password a call may set; None for other calls."""
    from ministack.services import cognito

    if action == "ChangePassword":
        user, pool = cognito._user_pool_for_access_token(data.get("AccessToken"))
        return pool, user
    if action in ("AdminSetUserPassword", "AdminCreateUser", "AdminRespondToAuthChallenge"):
        pool = cognito._user_pools.get(data.get("UserPoolId"))
    elif action in ("ConfirmForgotPassword", "RespondToAuthChallenge"):
        pool = cognito._pool_for_client(data.get("ClientId"))[0]
    else:
        return None, None
    name = data.get("Username") or (data.get("ChallengeResponses") or {}).get("USERNAME")
    return pool, (find(pool, name) if pool else None)


def _note(pool: Any, user: Any, before: Any) -> None:
    """Remember the password that a user had, and since when a temporary one counts."""
    if user is None or user.get("_password") == before:
        return
    if user.get("UserStatus") == "FORCE_CHANGE_PASSWORD":
        user[_SINCE] = time.time()
    size = int(_policy(pool).get("PasswordHistorySize") or 0)
    if before and size > 1:
        salt = secrets.token_hex(16)
        kept = user.setdefault(_HISTORY, [])
        kept.append({"salt": salt, "digest": _digest(salt, before)})
        del kept[: -(size - 1)]


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()
