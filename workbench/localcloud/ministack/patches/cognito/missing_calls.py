"""UpdateGroup, AdminListDevices and e-mail as a second factor: ministack lacks what Cognito has.

ministack ignores EmailMfaSettings, and accepts a preferred second factor that the user cannot use.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.ministack.patches.cognito.served_actions import serve
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
)

_GROUP_MEMBERS = ("Description", "Precedence", "RoleArn")


def install() -> None:
    """Answer the missing calls; check a preference before it is set."""
    from ministack.services import cognito

    apply = cognito._apply_mfa_preference
    by_admin = cognito._admin_set_user_mfa_preference
    by_user = cognito._set_user_mfa_preference

    def apply_all(user: Any, data: Any) -> None:
        apply(user, data)
        email = data.get("EmailMfaSettings", {})
        enabled = user.setdefault("_mfa_enabled", [])
        if email.get("Enabled") and "EMAIL_OTP" not in enabled:
            enabled.append("EMAIL_OTP")
        if email.get("Enabled") and email.get("PreferredMfa"):
            user["_preferred_mfa"] = "EMAIL_OTP"
        if email.get("Enabled") is False:
            enabled[:] = [kind for kind in enabled if kind != "EMAIL_OTP"]
            if user.get("_preferred_mfa") == "EMAIL_OTP":
                user["_preferred_mfa"] = ""

    def admin_checked(data: Any) -> Answer:
        pool, _ = cognito._resolve_pool(data.get("UserPoolId"))
        user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
        answer: Answer = _preference_refused(user, data) or by_admin(data)
        return answer

    def user_checked(data: Any) -> Answer:
        user = cognito._user_for_access_token(data.get("AccessToken"))
        answer: Answer = _preference_refused(user, data) or by_user(data)
        return answer

    serve("UpdateGroup", _update_group)
    serve("AdminListDevices", _list_devices)
    cognito._apply_mfa_preference = apply_all
    cognito._admin_set_user_mfa_preference = admin_checked
    cognito._set_user_mfa_preference = user_checked


def _preference_refused(user: Any, data: Any) -> Answer | None:
    """A factor that the user has no secret, number or address for cannot be turned on."""
    if user is None:
        return None
    attributes = attributes_of(user)
    if data.get("SoftwareTokenMfaSettings", {}).get("Enabled") and not user.get("_totp_secret"):
        return refuse("InvalidParameterException", "User has not verified software token mfa")
    if data.get("SMSMfaSettings", {}).get("Enabled") and not attributes.get("phone_number"):
        return refuse(
            "InvalidParameterException",
            "User does not have delivery config set to turn on SMS_MFA",
        )
    if data.get("EmailMfaSettings", {}).get("Enabled") and not attributes.get("email"):
        return refuse(
            "InvalidParameterException",
            "User does not have delivery config set to turn on EMAIL_OTP",
        )
    return None


def _update_group(data: Any) -> Answer:
    from ministack.core.iam_evaluator import validate_role_arn
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return refused  # type: ignore[no-any-return]
    group = pool["_groups"].get(data.get("GroupName"))
    if group is None:
        return refuse("ResourceNotFoundException", "Group not found.")
    role = data.get("RoleArn", "")
    wrong = validate_role_arn(role) if role else ""
    if wrong:
        return refuse("InvalidParameterException", wrong)
    group.update({name: data[name] for name in _GROUP_MEMBERS if name in data})
    group["LastModifiedDate"] = cognito._now_epoch()
    answer: Answer = cognito.json_response({"Group": cognito._group_out(group)})
    return answer


def _list_devices(data: Any) -> Answer:
    """Nobody has any: devices are not remembered here."""
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if not refused:
        _, refused = cognito._resolve_user(pool, data.get("Username"))
    answer: Answer = refused or cognito.json_response({"Devices": []})
    return answer
