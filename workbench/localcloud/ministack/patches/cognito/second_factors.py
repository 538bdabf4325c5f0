"""Second factors: ministack knows authenticator apps alone; Cognito texts and e-mails codes too.

What a user has chosen counts, or what the pool allows and the user can use where it requires one.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
"""

from __future__ import annotations

import json
from typing import Any

from workbench.localcloud.ministack.patches.cognito import (
    device_proofs,
    devices,
    one_time_codes,
    totp_setup,
)
from workbench.localcloud.ministack.patches.cognito.sessions import attributes_of, challenge

_VERIFIED = {"SMS_MFA": "phone_number_verified", "EMAIL_OTP": "email_verified"}


def install() -> None:
    """Ask for every kind of second factor."""
    from ministack.services import cognito

    cognito._mfa_challenge_for_user = _following


def following(pool: Any, user: Any) -> dict[str, Any] | None:
    """What a user must prove after the password; None for nothing."""
    device = devices.remembered(user) if pool.get("DeviceConfiguration") else None
    return device_proofs.ask(pool, user, device) if device else after_device(pool, user)


def after_device(pool: Any, user: Any) -> dict[str, Any] | None:
    """The second factor, after a remembered device; None for nothing."""
    if devices.remembered(user) and stands_in(pool):
        return None
    required = pool.get("MfaConfiguration", "OFF")
    if required == "OFF":
        return None
    own = list(user.get("_mfa_enabled", ()))
    preferred = user.get("_preferred_mfa")
    if preferred in own:
        return ask(pool, user, preferred)
    if not own and required == "ON":
        own = choices(pool, user)
        if not own:
            return _set_up(pool, user)
    if len(own) > 1:
        told = {"MFAS_CAN_CHOOSE": json.dumps(own), "USER_ID_FOR_SRP": user["Username"]}
        return challenge(pool["Id"], user, "SELECT_MFA_TYPE", told)
    return ask(pool, user, own[0]) if own else None


def stands_in(pool: Any) -> bool:
    """Whether a remembered device takes the place of a second factor."""
    return bool((pool.get("DeviceConfiguration") or {}).get("ChallengeRequiredOnNewDevice"))


def allowed(pool: Any) -> list[str]:
    """The kinds of second factor that a pool allows."""
    found = []
    if pool.get("SmsMfaConfiguration") is not None:
        found.append("SMS_MFA")
    if (pool.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"):
        found.append(totp_setup.KIND)
    if pool.get("EmailMfaConfiguration") is not None:
        found.append("EMAIL_OTP")
    return found


def choices(pool: Any, user: Any) -> list[str]:
    """What a user may answer to SELECT_MFA_TYPE."""
    own = list(user.get("_mfa_enabled", ()))
    return own or [kind for kind in allowed(pool) if _can_use(user, kind)]


def _can_use(user: Any, kind: str) -> bool:
    """Whether a user has what a kind needs, chosen or not."""
    if kind == totp_setup.KIND:
        return bool(user.get("_totp_secret"))
    return attributes_of(user).get(_VERIFIED[kind]) == "true"


def ask(pool: Any, user: Any, kind: str) -> dict[str, Any]:
    """The challenge of one kind; sends its code."""
    if kind == totp_setup.KIND:
        told = {"USER_ID_FOR_SRP": user["Username"], "FRIENDLY_DEVICE_NAME": "TOTP device"}
        return challenge(pool["Id"], user, kind, told)
    return one_time_codes.send(pool, user, kind, digits=6)


def _following(pool: Any, user: Any, _pid: str, _username: str) -> dict[str, Any] | None:
    return following(pool, user)


def _set_up(pool: Any, user: Any) -> dict[str, Any]:
    kinds = json.dumps(allowed(pool) or [totp_setup.KIND])
    told = {"MFAS_CAN_SETUP": kinds, "USER_ID_FOR_SRP": user["Username"]}
    return challenge(pool["Id"], user, "MFA_SETUP", told)
