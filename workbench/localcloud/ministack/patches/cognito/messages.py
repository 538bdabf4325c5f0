"""Codes: ministack gives everyone the same and never checks them; Cognito does.

Its codes are 123456 and 654321, checked only with its signature checks on, and nothing is sent to
phone numbers. Here codes are random and always checked; the messages are kept and saved with the
pool.
Source: docs.aws.amazon.com/cognito/latest/developerguide, "Configuring email and SMS messages"
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

KEPT = 200
"""Messages of one pool; older ones are forgotten."""

_KINDS = {
    "CognitoInvitationMessage": "invitation",
    "CognitoVerificationMessage": "code",
    "CognitoEmailOtpMessage": "sign-in code",
}
_SMS = "Your verification code is {####}"

Answer = tuple[int, Any, Any]


def install() -> None:
    """Record messages, make new codes for each, check them always."""
    from ministack.services import cognito

    send = cognito._send_verification_email
    run = cognito._run_idp_handler
    cognito._deliver_cognito_email = _keep_email

    def send_code(
        pool: Any, username: str, attributes: Any, code: str, attribute_name: str = "email"
    ) -> Any:
        user, _ = cognito._resolve_user(pool, username)
        code = _new_code(user, code) if user else code
        if attributes.get("email"):
            return send(pool, username, attributes, code, attribute_name)
        return _keep_sms(pool, username, attributes, code, attribute_name)

    def run_checked(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        refused: Answer | None = cognito._confirmation_code_error(action, data)
        if refused:
            return refused
        answer: Answer = run(handler, action, data)
        if action == "SignUp" and answer[0] == 200:
            return _sign_up_by_phone(data, answer, send_code)
        return answer

    cognito._send_verification_email = send_code
    cognito._run_idp_handler = run_checked


def messages(pool_id: str) -> Sequence[Mapping[str, Any]] | None:
    """What was sent in a pool's name, newest first; None if there is no such pool."""
    from ministack.services import cognito

    pool = cognito._user_pools.get(pool_id)
    return None if pool is None else list(reversed(pool.get("_inbox", ())))


def _new_code(user: dict[str, Any], old: str) -> str:
    """A code of six digits in place of the emulator's own, which is the same for everybody."""
    code = f"{secrets.randbelow(1_000_000):06}"
    for name in ("_reset_code", "_confirmation_code"):
        if user.get(name) == old:
            user[name] = code
            break
    return code


def _sign_up_by_phone(
    data: Mapping[str, Any], answer: Answer, send_code: Callable[..., Any]
) -> Answer:
    """The code that goes to a number, where a new user has no address."""
    from ministack.services import cognito

    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user, _ = cognito._resolve_user(pool, data.get("Username")) if pool else (None, None)
    attributes = cognito._attr_list_to_dict(user["Attributes"]) if user else {}
    number = attributes.get("phone_number")
    if user is None or user["UserStatus"] != "UNCONFIRMED" or attributes.get("email") or not number:
        return answer
    send_code(pool, user["Username"], attributes, user["_confirmation_code"], "phone_number")
    told = json.loads(answer[2])
    told["CodeDeliveryDetails"] = {
        "Destination": f"+*******{number[-4:]}",
        "DeliveryMedium": "SMS",
        "AttributeName": "phone_number",
    }
    changed: Answer = cognito.json_response(told)
    return changed


def _keep_email(*sent: Any, type_name: str, extra: Mapping[str, Any]) -> None:
    pool, to, subject, body = sent
    if to:
        kind = _KINDS.get(type_name, type_name)
        if extra.get("AttributeName") == "password":
            kind = "password code"
        message = {"medium": "email", "recipient": to, "kind": kind, "subject": subject}
        keep_message(pool, **message, username=str(extra.get("Username", "")), body=body)


def _keep_sms(pool: Any, username: str, attributes: Any, code: str, attribute_name: str) -> None:
    number = attributes.get("phone_number")
    if number:
        template = (pool.get("VerificationMessageTemplate") or {}).get("SmsMessage")
        text = template or pool.get("SmsVerificationMessage") or _SMS
        kind = "password code" if attribute_name == "password" else "code"
        body = text.replace("{####}", code).replace("{username}", username)
        keep_sms(pool, username, number, kind, body)


def keep_sms(pool: Any, username: str, number: str, kind: str, body: str) -> None:
    """Keep an SMS to ``number`` with the pool's messages."""
    message = {"medium": "sms", "recipient": number, "kind": kind, "subject": ""}
    keep_message(pool, **message, username=username, body=body)


def keep_message(pool: Any, **message: str) -> None:
    """Keep a message with the pool's."""
    kept = pool.setdefault("_inbox", [])
    kept.append({"id": uuid.uuid4().hex, "at": time.time(), **message})
    del kept[:-KEPT]
