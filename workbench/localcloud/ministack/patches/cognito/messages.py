"""Codes: ministack gives everyone the same and never checks them; Cognito does.

Its codes are 123456 and 654321, checked only with its signature checks on, and nothing is sent to
phone numbers. Here codes are random and always checked, and sent as the pool's triggers say.
Source: docs.aws.amazon.com/cognito/latest/developerguide, "Configuring email and SMS messages"
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer
from workbench.localcloud.ministack.patches.cognito.triggers.calls import current_call
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import (
    Destination,
    Source,
    deliver,
    destination_of,
)

_SENT_BY: Mapping[str, Source] = {
    "SignUp": "SignUp",
    "ResendConfirmationCode": "ResendCode",
    "ForgotPassword": "ForgotPassword",
    "AdminResetUserPassword": "ForgotPassword",
}


def install() -> None:
    """Make new codes for each message, send them, check them always."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_checked(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        refused: Answer | None = cognito._confirmation_code_error(action, data)
        if refused:
            return refused
        answer: Answer = run(handler, action, data)
        if action == "SignUp" and answer[0] == 200:
            return _sign_up_by_phone(data, answer)
        return answer

    cognito._send_verification_email = _send_code
    cognito._send_email_otp = _send_otp
    cognito._run_idp_handler = run_checked


def _send_code(pool: Any, username: str, _attributes: Any, code: str, **_named: str) -> None:
    from ministack.services import cognito

    user, _ = cognito._resolve_user(pool, username)
    if user is None:
        return
    code = _new_code(user, code)
    destination = destination_of(user, "email", "phone_number")
    if destination:
        deliver(pool, user, _SENT_BY.get(current_call().action, "SignUp"), destination, code)


def _send_otp(pool: Any, username: str, attributes: Mapping[str, str], code: str) -> None:
    from ministack.services import cognito

    user, _ = cognito._resolve_user(pool, username)
    if user is not None:
        deliver(pool, user, "Authentication", Destination("EMAIL", attributes["email"]), code)


def _new_code(user: dict[str, Any], old: str) -> str:
    """A code of six digits in place of the emulator's own, which is the same for everybody."""
    code = f"{secrets.randbelow(1_000_000):06}"
    for name in ("_reset_code", "_confirmation_code"):
        if user.get(name) == old:
            user[name] = code
            break
    return code


def _sign_up_by_phone(data: Mapping[str, Any], answer: Answer) -> Answer:
    """The code that goes to a number, where a new user has no address."""
    from ministack.services import cognito

    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user, _ = cognito._resolve_user(pool, data.get("Username")) if pool else (None, None)
    if user is None or user["UserStatus"] != "UNCONFIRMED":
        return answer
    destination = destination_of(user, "email", "phone_number")
    if destination is None or destination.medium == "EMAIL":
        return answer
    _send_code(pool, user["Username"], None, user["_confirmation_code"])
    told = json.loads(answer[2])
    told["CodeDeliveryDetails"] = {
        "Destination": destination.masked,
        "DeliveryMedium": "SMS",
        "AttributeName": "phone_number",
    }
    changed: Answer = cognito.json_response(told)
    return changed
