"""How long tokens and sign-ins last: ministack takes any number; Cognito has limits.

Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
API_CreateUserPoolClient.html; docs.aws.amazon.com/cognito/latest/developerguide/limits.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_LIMITS = {
    "AccessToken": ("hours", 300, 86400),
    "IdToken": ("hours", 300, 86400),
    "RefreshToken": ("days", 3600, 3650 * 86400),
}
"""The unit where none is given; the shortest and the longest time in seconds."""

_SESSION = "AuthSessionValidity"
_SHORTEST_SESSION, _LONGEST_SESSION = 3, 15


def install() -> None:
    """Check the times of an app client before it is made or changed."""
    from ministack.services import cognito

    cognito._create_user_pool_client = _checked(cognito._create_user_pool_client)
    cognito._update_user_pool_client = _checked(cognito._update_user_pool_client)


def _checked(change: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def checked(data: Any) -> Answer:
        return _refused(data) or change(data)

    return checked


def _refused(data: Mapping[str, Any]) -> Answer | None:
    units = data.get("TokenValidityUnits") or {}
    for kind, (unit, shortest, longest) in _LIMITS.items():
        value = data.get(f"{kind}Validity")
        # None and, for refresh tokens, 0 stand for Cognito's own.
        if not value:
            continue
        seconds = int(value) * _SECONDS.get(units.get(kind) or unit, 0)
        if not shortest <= seconds <= longest:
            return refuse("InvalidParameterException", "Invalid range for token validity.")
    minutes = data.get(_SESSION)
    if minutes is not None and not _SHORTEST_SESSION <= minutes <= _LONGEST_SESSION:
        bound = (
            f"greater than or equal to {_SHORTEST_SESSION}"
            if minutes < _SHORTEST_SESSION
            else f"less than or equal to {_LONGEST_SESSION}"
        )
        return refuse(
            "InvalidParameterException",
            f"1 validation error detected: Value '{minutes}' at 'authSessionValidity' failed to "
            f"satisfy constraint: Member must have value {bound}",
        )
    return None
