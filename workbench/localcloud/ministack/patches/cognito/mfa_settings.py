"""A pool's second factors: ministack changes what is named; Cognito sets all that a call says.

A call that does not name MfaConfiguration turns it off, and cannot name a factor beside.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
API_SetUserPoolMfaConfig.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_FACTORS = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration")
_MODES = ("OFF", "ON", "OPTIONAL")


def install() -> None:
    """Stand before SetUserPoolMfaConfig."""
    from ministack.services import cognito

    cognito._set_user_pool_mfa_config = _setting_all(cognito._set_user_pool_mfa_config)


def _setting_all(change: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def checked(data: Any) -> Answer:
        from ministack.services import cognito

        mode = data.get("MfaConfiguration") or "OFF"
        named = [name for name in _FACTORS if data.get(name) is not None]
        wrong = _wrong(mode, named, data)
        if wrong:
            return refuse("InvalidParameterException", wrong)
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        if pool is not None:
            for name in _FACTORS:
                pool.pop(name, None)
        return change({**data, "MfaConfiguration": mode})

    return checked


def _wrong(mode: str, named: list[str], data: Any) -> str:
    if mode not in _MODES:
        return "[MfaConfiguration] must be one of 'ON', 'OFF', or 'OPTIONAL'."
    if mode == "OFF" and named:
        return "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
    if mode == "ON" and not named:
        return (
            "At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be "
            "provided."
        )
    sms = data.get("SmsMfaConfiguration")
    if sms is not None and not sms.get("SmsConfiguration"):
        return "[SmsConfiguration] is a required member of [SoftwareTokenMfaConfiguration]."
    return ""
