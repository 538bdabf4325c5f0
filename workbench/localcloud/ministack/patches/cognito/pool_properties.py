"""Pools from templates: ministack drops second factors other than apps, passkeys and rotation.

``EnabledMfas``, ``EmailAuthenticationMessage`` and ``WebAuthnRelyingPartyID`` are properties of
CloudFormation; Cognito's own API has them in SetUserPoolMfaConfig.
Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
aws-resource-cognito-userpool.html, aws-resource-cognito-userpoolclient.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import totp_setup
from workbench.localcloud.ministack.patches.cognito.sessions import Answer

_logger = logging.getLogger("cognito")

_WEB_AUTHN = {
    "WebAuthnRelyingPartyID": "RelyingPartyId",
    "WebAuthnUserVerification": "UserVerification",
    "WebAuthnFactorConfiguration": "FactorConfiguration",
}
_ROTATION = "RefreshTokenRotation"


def install() -> None:
    """Set what a template says of factors; keep a client's refresh token rotation."""
    from ministack.services import cognito
    from ministack.services.cloudformation import provisioners

    read = cognito._get_user_pool_mfa_config
    create = cognito._create_user_pool_client
    update = cognito._update_user_pool_client

    def factors(pool_id: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        if (new.get("UserPoolAddOns") or {}).get("AdvancedSecurityMode", "OFF") != "OFF":
            _logger.warning(
                "The user pool %s asks for threat protection: the local cloud records sign-in "
                "events, but finds no risk in any.",
                pool_id,
            )
        _set_factors(cognito._user_pools[pool_id], old, new)

    def read_all(data: Any) -> Answer:
        answer: Answer = read(data)
        pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
        # Empty, it turns e-mail on with Cognito's own text.
        if answer[0] == 200 and pool.get("EmailMfaConfiguration") == {}:
            return _with(answer, "EmailMfaConfiguration", {})
        return answer

    provisioners._cognito_user_pool_software_token_mfa = factors
    provisioners._COGNITO_USER_POOL_CLIENT_UPDATABLE[_ROTATION] = None
    cognito._get_user_pool_mfa_config = read_all
    cognito._create_user_pool_client = _rotating(create)
    cognito._update_user_pool_client = _rotating(update)


def _set_factors(pool: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    was, now = (set(props.get("EnabledMfas") or ()) for props in (old, new))
    sms = {
        "SmsAuthenticationMessage": new.get("SmsAuthenticationMessage"),
        "SmsConfiguration": new.get("SmsConfiguration"),
    }
    email = {
        "Message": new.get("EmailAuthenticationMessage"),
        "Subject": new.get("EmailAuthenticationSubject"),
    }
    for kind, name, settings in (
        ("SMS_MFA", "SmsMfaConfiguration", sms),
        ("EMAIL_OTP", "EmailMfaConfiguration", email),
    ):
        if kind in now:
            pool[name] = {key: value for key, value in settings.items() if value}
        elif kind in was:
            pool.pop(name, None)
    was_app, is_app = (totp_setup.KIND in kinds for kinds in (was, now))
    if was_app != is_app:
        pool["SoftwareTokenMfaConfiguration"] = {"Enabled": is_app}
    passkeys = {name: new[key] for key, name in _WEB_AUTHN.items() if new.get(key)}
    if passkeys:
        pool["WebAuthnConfiguration"] = passkeys
    elif any(old.get(key) for key in _WEB_AUTHN):
        pool.pop("WebAuthnConfiguration", None)


def _rotating(change: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def keeping(data: Any) -> Answer:
        from ministack.services import cognito

        answer = change(data)
        if answer[0] == 200 and data.get("AnalyticsConfiguration"):
            _logger.warning(
                "The app client %s asks for analytics: the local cloud sends none to Pinpoint.",
                data.get("ClientName") or data.get("ClientId"),
            )
        if answer[0] != 200 or _ROTATION not in data:
            return answer
        made = json.loads(answer[2])["UserPoolClient"]
        client = cognito._user_pools[made["UserPoolId"]]["_clients"][made["ClientId"]]
        client[_ROTATION] = data[_ROTATION]
        return _with(answer, "UserPoolClient", {**made, _ROTATION: data[_ROTATION]})

    return keeping


def _with(answer: Answer, name: str, value: Any) -> Answer:
    from ministack.services import cognito

    changed: Answer = cognito.json_response({**json.loads(answer[2]), name: value})
    return changed
