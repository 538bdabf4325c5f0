"""Temporary passwords: in ministack they last for ever; in Cognito as long as the pool says.

Source: docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_KEY = "_temporary_since"
_DAY = 86400
_DEFAULT_DAYS = 7


def install() -> None:
    """Note when a temporary password was set; refuse an old one."""
    from ministack.services import cognito

    after_password = cognito._password_auth_result

    def in_time(pool: Any, pid: str, cid: str, user: Any, *more: Any, **named: Any) -> Answer:
        if is_expired(pool, user, time.time()):
            return refuse(
                "NotAuthorizedException",
                "Temporary password has expired and must be reset by an administrator.",
            )
        answer: Answer = after_password(pool, pid, cid, user, *more, **named)
        return answer

    cognito._password_auth_result = in_time
    cognito._admin_create_user = _noting(cognito._admin_create_user)
    cognito._admin_set_user_password = _noting(cognito._admin_set_user_password)


def is_expired(pool: Mapping[str, Any], user: Mapping[str, Any], now: float) -> bool:
    """Whether a user has waited too long to change the temporary password."""
    if user.get("UserStatus") != "FORCE_CHANGE_PASSWORD" or _KEY not in user:
        return False
    policy = (pool.get("Policies") or {}).get("PasswordPolicy") or {}
    older = (pool.get("AdminCreateUserConfig") or {}).get("UnusedAccountValidityDays")
    days = policy.get("TemporaryPasswordValidityDays") or older or _DEFAULT_DAYS
    return now - float(user[_KEY]) > float(days) * _DAY


def _noting(change: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def noted(data: Any) -> Answer:
        from ministack.services import cognito

        answer = change(data)
        if answer[0] == 200:
            pool = cognito._user_pools[data["UserPoolId"]]
            user, _ = cognito._resolve_user(pool, data.get("Username"))
            if user is not None:
                user[_KEY] = time.time()
        return answer

    return noted
