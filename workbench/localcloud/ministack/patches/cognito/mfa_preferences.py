"""A user's second factors: ministack knows no e-mail, and takes one that the user cannot use.

It never takes a preference back, either, and knows neither of the two calls for an administrator.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
API_SetUserMFAPreference.html, API_AdminDeleteSoftwareToken.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import totp_setup
from workbench.localcloud.ministack.patches.cognito.served_actions import serve
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
    reply,
)

_SETTINGS = {
    "SMSMfaSettings": "SMS_MFA",
    "SoftwareTokenMfaSettings": totp_setup.KIND,
    "EmailMfaSettings": "EMAIL_OTP",
}
_NEEDS = {"SMS_MFA": "phone_number", "EMAIL_OTP": "email"}


def install() -> None:
    """Take the place of both calls that set a preference; serve the missing one."""
    from ministack.services import cognito

    def by_admin(data: Any) -> Answer:
        user = _named(data)
        return user if isinstance(user, tuple) else _set(user, data)

    def by_user(data: Any) -> Answer:
        user = cognito._user_for_access_token(data.get("AccessToken"))
        if user is None:
            return refuse("UserNotFoundException", "User does not exist.")
        return _set(user, data)

    cognito._get_user = _without_empty(cognito._get_user)
    cognito._admin_get_user = _without_empty(cognito._admin_get_user)
    cognito._admin_set_user_mfa_preference = by_admin
    cognito._set_user_mfa_preference = by_user
    serve("AdminDeleteSoftwareToken", _delete_software_token)


def _without_empty(get: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """Who has no second factor is not told of an empty one."""

    def shown(data: Any) -> Answer:
        answer = get(data)
        if answer[0] != 200:
            return answer
        found = json.loads(answer[2])
        for name in ("UserMFASettingList", "PreferredMfaSetting"):
            if not found.get(name):
                found.pop(name, None)
        return reply(found)

    return shown


def _named(data: Any) -> Any:
    """The user whom an administrator names, or the refusal."""
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return refused
    user, refused = cognito._resolve_user(pool, data.get("Username"))
    return refused or user


def _set(user: Any, data: Any) -> Answer:
    asked = {
        kind: data[name] for name, kind in _SETTINGS.items() if isinstance(data.get(name), Mapping)
    }
    refused = _refused(user, asked)
    if refused:
        return refused
    enabled = list(user.get("_mfa_enabled", ()))
    preferred = user.get("_preferred_mfa", "")
    for kind, given in asked.items():
        is_on = bool(given.get("Enabled", kind in enabled))
        if is_on and kind not in enabled:
            enabled.append(kind)
        elif not is_on and kind in enabled:
            enabled.remove(kind)
        if is_on and given.get("PreferredMfa"):
            preferred = kind
        elif preferred == kind and (not is_on or given.get("PreferredMfa") is False):
            preferred = ""
    user.update(_mfa_enabled=enabled, _preferred_mfa=preferred)
    return reply({})


def _refused(user: Any, asked: Mapping[str, Mapping[str, Any]]) -> Answer | None:
    """A factor that the user has no secret, number or address for cannot be turned on."""
    attributes = attributes_of(user)
    for kind, given in asked.items():
        if not given.get("Enabled"):
            continue
        if kind == totp_setup.KIND and not user.get("_totp_secret"):
            return refuse("InvalidParameterException", "User has not verified software token mfa")
        if kind in _NEEDS and not attributes.get(_NEEDS[kind]):
            return refuse(
                "InvalidParameterException",
                f"User does not have delivery config set to turn on {kind}",
            )
    if sum(bool(given.get("PreferredMfa")) for given in asked.values()) > 1:
        return refuse("InvalidParameterException", "Only one MFA method can be set as preferred.")
    return None


def _delete_software_token(data: Any) -> Answer:
    user = _named(data)
    if isinstance(user, tuple):
        return user
    if user.pop("_totp_secret", None) is None:
        return refuse("ResourceNotFoundException", "User does not have a software token.")
    user["_mfa_enabled"] = [
        each for each in user.get("_mfa_enabled", ()) if each != totp_setup.KIND
    ]
    if user.get("_preferred_mfa") == totp_setup.KIND:
        user["_preferred_mfa"] = ""
    return reply({})
