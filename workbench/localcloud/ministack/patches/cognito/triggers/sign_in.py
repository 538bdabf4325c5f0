"""Sign-in: ministack runs neither the pre nor the post authentication trigger; Cognito runs both.

The first runs before the password is looked at, for users who do not exist only where the client
hides who exists; the second once everything is proven and before there are tokens. A refresh runs
neither, and a custom sign-in runs the first only where it begins with SRP.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html,
user-pool-lambda-post-authentication.html, user-pool-lambda-define-auth-challenge.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import devices
from workbench.localcloud.ministack.patches.cognito.sessions import Answer
from workbench.localcloud.ministack.patches.cognito.triggers.calls import current_call
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    event_attributes,
    has_trigger,
    run_trigger,
    with_metadata,
)

_BEGINNINGS = ("InitiateAuth", "AdminInitiateAuth")
_WITH_PASSWORD = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH")
_REFRESHES = ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")
_NOT_A_SIGN_IN = ("TokenGeneration_RefreshTokens", "TokenGeneration_HostedAuth")
"""Tokens of a refresh; the hosted UI has signed in before its code is exchanged for tokens."""


def install() -> None:
    """Stand before the start of a sign-in, and before its tokens."""
    from ministack.services import cognito

    run, build = cognito._run_idp_handler, cognito._build_auth_result

    def run_after_trigger(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in _BEGINNINGS and data.get("AuthFlow") not in _REFRESHES:
            _begin(action, data)
        answer: Answer = run(handler, action, data)
        return answer

    def build_after_trigger(
        pool_id: str,
        client_id: str,
        user: Any,
        *more: Any,
        trigger_source: str = "TokenGeneration_Authentication",
        **named: Any,
    ) -> Any:
        # Tokens without a call are the developer's, who runs as a user: nobody signs in.
        if trigger_source not in _NOT_A_SIGN_IN and current_call().action:
            pool = cognito._get_pool_unscoped(pool_id)
            post_authentication(pool, user)
        return build(pool_id, client_id, user, *more, trigger_source=trigger_source, **named)

    cognito._run_idp_handler = run_after_trigger
    cognito._build_auth_result = build_after_trigger


def pre_authentication(pool: Any, user: Any, user_name: str) -> None:
    """Ask whether a user may try to sign in; ``user`` is None where nobody has this name.

    Raises TriggerRefusedError.
    """
    if not has_trigger(pool, "PreAuthentication"):
        return
    validation = current_call().validation_data
    run_trigger(
        pool,
        "PreAuthentication_Authentication",
        user["Username"] if user else user_name,
        {
            "userAttributes": event_attributes(user) if user else {},
            "validationData": dict(validation) if validation else None,
            "userNotFound": user is None,
        },
        {},
    )


def post_authentication(pool: Any, user: Any) -> None:
    """Tell of a user who has signed in. Raises TriggerRefusedError: then there are no tokens."""
    if pool is None or not has_trigger(pool, "PostAuthentication"):
        return
    request = {
        "userAttributes": event_attributes(user),
        "newDeviceUsed": _is_new_device(pool, user),
    }
    run_trigger(
        pool, "PostAuthentication_Authentication", user["Username"], with_metadata(request), {}
    )


def _begin(action: str, data: Mapping[str, Any]) -> None:
    from ministack.services import cognito

    asked = data.get("AuthParameters") or {}
    name = asked.get("USERNAME")
    if not name or (data.get("AuthFlow") in _WITH_PASSWORD and not asked.get("PASSWORD")):
        return  # The call itself says what is missing.
    if data.get("AuthFlow") == "CUSTOM_AUTH" and not asked.get("SRP_A"):
        return  # The pool's own challenges decide alone.
    client_id = data.get("ClientId")
    pool = (
        cognito._user_pools.get(data.get("UserPoolId"))
        if action == "AdminInitiateAuth"
        else cognito._pool_for_client(client_id)[0]
    )
    if pool is None or client_id not in pool["_clients"]:
        return
    user, _ = cognito._resolve_user(pool, name)
    if user is not None or cognito._hides_user_existence(pool, client_id):
        pre_authentication(pool, user, name)


def _is_new_device(pool: Any, user: Any) -> bool:
    """Whether a pool that tracks devices does not know the one of this sign-in."""
    return bool(pool.get("DeviceConfiguration")) and devices.asked_key() not in devices.of(user)
