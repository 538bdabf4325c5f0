"""Password history: ministack keeps the setting only; Cognito takes none of the last passwords.

What is kept of an old password is a hash.
Source: docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html,
"Password history"
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    ISSUED,
    Answer,
    attributes_of,
    refuse,
)

_KEY = "_old_passwords"
_CHANGES = frozenset(
    (
        "AdminRespondToAuthChallenge",
        "AdminSetUserPassword",
        "ChangePassword",
        "ConfirmForgotPassword",
        "RespondToAuthChallenge",
    )
)

_changing: ContextVar[Any] = ContextVar("cognito_password_change", default=None)


def install() -> None:
    """Compare a new password with those before it, once it meets the policy."""
    from ministack.services import cognito

    run, validate = cognito._run_idp_handler, cognito._validate_password

    def run_remembering(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in cognito._UNSIGNED_IDP_ACTIONS:
            cognito._pin_unsigned_idp_scope(data)
        pool, user = _whose(action, data) if action in _CHANGES else (None, None)
        if user is None or not _size(pool):
            answer: Answer = run(handler, action, data)
            return answer
        before = user.get("_password")
        token = _changing.set(user)
        try:
            answer = run(handler, action, data)
        finally:
            _changing.reset(token)
        if before and user.get("_password") != before:
            kept = [*user.get(_KEY, ()), _hashed(user, before)]
            user[_KEY] = kept[-_size(pool) :]
        return answer

    def validate_new(pool: Any, password: Any) -> Answer | None:
        refused: Answer | None = validate(pool, password)
        user = _changing.get()
        if refused is None and user is not None and _was_used(pool, user, password):
            return refuse(
                "PasswordHistoryPolicyViolationException",
                "Password has previously been used. Choose a different password.",
            )
        return refused

    cognito._run_idp_handler = run_remembering
    cognito._validate_password = validate_new


def _size(pool: Any) -> int:
    policy = (pool.get("Policies") or {}).get("PasswordPolicy") or {}
    return int(policy.get("PasswordHistorySize") or 0)


def _was_used(pool: Any, user: Any, password: str) -> bool:
    """Whether it is the password now, or one of those before: as many in all as the pool says."""
    before = _size(pool) - 1
    old = user.get(_KEY, ())[-before:] if before else ()
    return password == user.get("_password") or _hashed(user, password) in old


def _hashed(user: Any, password: str) -> str:
    salt = attributes_of(user).get("sub", user["Username"]).encode()
    return hashlib.scrypt(password.encode(), salt=salt, n=2**10, r=8, p=1).hex()


def _whose(action: str, data: Mapping[str, Any]) -> tuple[Any, Any]:
    """The pool and the user whose password a call changes; None for nobody."""
    from ministack.services import cognito

    if "AccessToken" in data:
        user, pool = cognito._user_pool_for_access_token(data["AccessToken"])
        return pool, user
    issued = ISSUED.get(data.get("Session") or "")
    if action.endswith("RespondToAuthChallenge"):
        pool = cognito._get_pool_unscoped(issued.pool_id) if issued else None
        return pool, pool["_users"].get(issued.username) if pool and issued else None
    if action == "AdminSetUserPassword":
        pool = cognito._user_pools.get(data.get("UserPoolId"))
    else:
        pool = cognito._pool_for_client(data.get("ClientId"))[0]
    return pool, cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
