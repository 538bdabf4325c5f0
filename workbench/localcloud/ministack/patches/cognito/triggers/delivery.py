"""Messages: ministack knows its own texts alone; Cognito asks the custom message or sender trigger.

Whatever is sent is kept with the pool's messages, also what a custom sender's function got.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html,
user-pool-lambda-custom-email-sender.html, user-pool-lambda-custom-sms-sender.html
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from workbench.localcloud.contract import CONFIRM_PATH
from workbench.localcloud.ministack.patches.cognito.inbox import keep_message
from workbench.localcloud.ministack.patches.cognito.sessions import attributes_of
from workbench.localcloud.ministack.patches.cognito.triggers import senders
from workbench.localcloud.ministack.patches.cognito.triggers.calls import (
    TriggerRefusedError,
    current_call,
)
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    event_attributes,
    has_trigger,
    run_trigger,
    unrecognizable,
    with_metadata,
)

Source = Literal[
    "SignUp",
    "AdminCreateUser",
    "ResendCode",
    "ForgotPassword",
    "UpdateUserAttribute",
    "VerifyUserAttribute",
    "Authentication",
]
"""Why a message is sent, as the names of trigger sources end."""

_LINKS = re.compile(r"\{##(.+?)##\}")
_CODE, _USERNAME, _LINK = "{####}", "{username}", "{##Click Here##}"
_INVITATION = "Your username is {username} and temporary password is {####}."
_LONGEST = {"smsMessage": 140, "emailMessage": 20_000, "emailSubject": 140}
_KINDS: Mapping[Source, str] = {
    "AdminCreateUser": "invitation",
    "ForgotPassword": "password code",
    "Authentication": "sign-in code",
}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a message goes; ``address`` is unmasked."""

    medium: Literal["EMAIL", "SMS"]
    address: str

    @property
    def masked(self) -> str:
        """The address as Cognito tells it to whoever asked for the message."""
        if self.medium == "SMS":
            return f"+*******{self.address[-4:]}"
        local, _, domain = self.address.partition("@")
        return f"{local[:1]}***@{domain[:1]}***"


def destination_of(user: Any, *attributes: str) -> Destination | None:
    """The first of ``email`` and ``phone_number``, in the order given, that the user has."""
    own = attributes_of(user)
    for name in attributes:
        if own.get(name):
            return Destination("EMAIL" if name == "email" else "SMS", own[name])
    return None


def deliver(pool: Any, user: Any, source: Source, to: Destination, code: str) -> None:
    """Send a code, or an invitation's temporary password, in the way that the pool defines.

    Raises TriggerRefusedError, which the caller of the API sees: nothing needs to catch it.
    """
    sender: senders.Sender = "CustomEmailSender" if to.medium == "EMAIL" else "CustomSMSSender"
    if has_trigger(pool, sender):
        function = senders.send(pool, user, sender, source, code)
        message = {"subject": "", "body": f"Sent to the {sender} function {function}: {code}"}
    else:
        message = compose(pool, user, source, to.medium, code)
    keep_message(
        pool,
        medium="email" if to.medium == "EMAIL" else "sms",
        recipient=to.address,
        username=user["Username"],
        kind=_KINDS.get(source, "code"),
        code="" if source == "AdminCreateUser" else code,
        **message,
    )


def compose(pool: Any, user: Any, source: Source, medium: str, code: str) -> dict[str, str]:
    """The subject and the body of a message: the custom message trigger's, or the pool's."""
    texts = _templates(pool, source)
    texts.update(_custom(pool, user, source))
    filling = _shown_name(pool, user), code, _confirmation_link(user, code)
    if medium == "SMS":
        return {"subject": "", "body": _filled(texts["smsMessage"], *filling)}
    return {
        "subject": _filled(texts["emailSubject"], *filling),
        "body": _filled(texts["emailMessage"], *filling),
    }


def _custom(pool: Any, user: Any, source: Source) -> dict[str, str]:
    """What the custom message trigger says of each text; those that it leaves out are missing."""
    is_invitation = source == "AdminCreateUser"
    answer = run_trigger(
        pool,
        f"CustomMessage_{source}",
        user["Username"],
        with_metadata(
            {
                "userAttributes": event_attributes(user),
                "codeParameter": _CODE,
                "linkParameter": _LINK,
                "usernameParameter": _USERNAME if is_invitation else None,
            }
        ),
        {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    )
    if answer is None:
        return {}
    found = {name: answer[name] for name in _LONGEST if answer.get(name) is not None}
    for name, text in found.items():
        if not isinstance(text, str) or len(text) > _LONGEST[name]:
            raise unrecognizable()
        if text and name != "emailSubject":
            _check_parameters(name, text, source)
    return {name: text for name, text in found.items() if text}


def _check_parameters(name: str, text: str, source: Source) -> None:
    """A message without its code is of no use to whoever gets it: Cognito refuses it."""
    is_link = name == "emailMessage" and "{##" in text
    needed = (_CODE, _USERNAME) if source == "AdminCreateUser" else (_CODE,)
    missing = [each for each in needed if each not in text and not (is_link and each == _CODE)]
    if missing:
        raise TriggerRefusedError(
            "InvalidLambdaResponseException",
            f"CustomMessage response's {name} must contain {' and '.join(missing)}.",
        )


def _templates(pool: Any, source: Source) -> dict[str, str]:
    """The texts that the pool defines, else Cognito's own."""
    from ministack.services import cognito

    if source == "AdminCreateUser":
        subject, body, _ = cognito._resolve_invite_template(pool)
        invitation = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
        sms = invitation.get("SMSMessage") or _INVITATION
    elif source == "Authentication":
        mail = pool.get("EmailMfaConfiguration") or {}
        subject = mail.get("Subject") or cognito._DEFAULT_EMAIL_OTP_SUBJECT
        body = mail.get("Message") or cognito._DEFAULT_EMAIL_OTP_MESSAGE
        sms = (
            (pool.get("SmsMfaConfiguration") or {}).get("SmsAuthenticationMessage")
            or pool.get("SmsAuthenticationMessage")
            or "Your authentication code is {####}."
        )
    else:
        template = pool.get("VerificationMessageTemplate") or {}
        by_link = template.get("DefaultEmailOption") == "CONFIRM_WITH_LINK" and source in (
            "SignUp",
            "ResendCode",
        )
        subject, body = cognito._resolve_verification_template(pool, by_link=by_link)
        sms = (
            template.get("SmsMessage")
            or pool.get("SmsVerificationMessage")
            or "Your verification code is {####}"
        )
    return {"emailSubject": subject, "emailMessage": body, "smsMessage": sms}


def _shown_name(pool: Any, user: Any) -> str:
    from ministack.services import cognito

    found: str = cognito._template_username(pool, user["Username"], attributes_of(user))
    return found


def _filled(text: str, username: str, code: str, link: str) -> str:
    from ministack.services import cognito

    found: str = cognito._expand_template(text, username, code)
    return _LINKS.sub(lambda each: f'<a href="{html.escape(link)}">{each[1]}</a>', found)


def _confirmation_link(user: Any, code: str) -> str:
    """Where a click confirms a user; AWS has it at the pool's domain."""
    asked = {
        "client_id": current_call().client_id,
        "user_name": user["Username"],
        "confirmation_code": code,
    }
    port = os.environ.get("GATEWAY_PORT", "4566")
    return f"http://127.0.0.1:{port}{CONFIRM_PATH}?{urlencode(asked)}"
