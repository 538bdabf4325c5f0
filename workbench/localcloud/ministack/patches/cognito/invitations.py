"""Invitations: ministack sends none by SMS and cannot resend one to a user name; Cognito does both.

A resent invitation has a new temporary password.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html
"""

from __future__ import annotations

import json
from typing import Any

from workbench.localcloud.ministack.patches.cognito.messages import keep_sms
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
)

_SMS = "Your username is {username} and temporary password is {####}."


def install() -> None:
    """Stand before AdminCreateUser."""
    from ministack.services import cognito

    create = cognito._admin_create_user

    def create_and_invite(data: Any) -> Answer:
        action = (data.get("MessageAction") or "").upper()
        if action == "RESEND":
            return _again(data)
        answer: Answer = create(data)
        if answer[0] == 200 and action != "SUPPRESS":
            name = json.loads(answer[2])["User"]["Username"]
            pool = cognito._user_pools[data["UserPoolId"]]
            _invite_by_sms(pool, cognito._resolve_user(pool, name)[0], data)
        return answer

    cognito._admin_create_user = create_and_invite


def _again(data: Any) -> Answer:
    """A new temporary password, sent as the first one was."""
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return refused  # type: ignore[no-any-return]
    user, refused = cognito._resolve_user(pool, data.get("Username"))
    if refused:
        return refused  # type: ignore[no-any-return]
    if user.get("UserStatus") != "FORCE_CHANGE_PASSWORD":
        return refuse(
            "UnsupportedUserStateException",
            f"Resend not possible. {user['Username']} status is not FORCE_CHANGE_PASSWORD",
        )
    password = data.get("TemporaryPassword") or cognito._generate_temp_password()
    refused = cognito._validate_password(pool, password)
    if refused:
        return refused  # type: ignore[no-any-return]
    user.update(_password=password, UserLastModifiedDate=cognito._now_epoch())
    attributes = attributes_of(user)
    if cognito._wants_email_delivery(data) and attributes.get("email"):
        subject, body = cognito._render_invitation_message(
            pool, user["Username"], password, attributes, data.get("ClientMetadata")
        )
        cognito._deliver_invitation_email(pool, user["Username"], attributes, subject, body)
    _invite_by_sms(pool, user, data)
    answer: Answer = cognito.json_response({"User": cognito._user_out(user)})
    return answer


def _invite_by_sms(pool: Any, user: Any, data: Any) -> None:
    """Cognito's own default medium is SMS."""
    number = attributes_of(user).get("phone_number", "")
    if number and "SMS" in (data.get("DesiredDeliveryMediums") or ["SMS"]):
        template = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
        text = template.get("SMSMessage") or _SMS
        body = text.replace("{####}", user["_password"]).replace("{username}", number)
        keep_sms(pool, user["Username"], number, "invitation", body)
