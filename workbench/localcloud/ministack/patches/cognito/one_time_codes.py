"""Codes of a sign-in, by e-mail or SMS, as a first or a second factor.

Source:
docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-sms-email-message.html
"""

from __future__ import annotations

import secrets
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    Issued,
    attributes_of,
    challenge,
)
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import Destination, deliver

ANSWERED_BY = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
}
"""The name of the answer to each challenge with a code."""


def send(pool: Any, user: Any, kind: str, *, digits: int) -> dict[str, Any]:
    """Send a new code; the challenge that asks for it.

    A code that signs in alone has eight digits, one after a password six.
    """
    code = f"{secrets.randbelow(10**digits):0{digits}}"
    own = attributes_of(user)
    if kind == "EMAIL_OTP":
        destination = Destination("EMAIL", own.get("email", ""))
    else:
        destination = Destination("SMS", own.get("phone_number", ""))
    deliver(pool, user, "Authentication", destination, code)
    told = {
        "CODE_DELIVERY_DELIVERY_MEDIUM": destination.medium,
        "CODE_DELIVERY_DESTINATION": destination.masked,
        "USER_ID_FOR_SRP": user["Username"],
    }
    return challenge(pool["Id"], user, kind, told, code=code)


def is_right(issued: Issued, given: Any) -> bool:
    """Whether an answer has the code that was sent."""
    told = given.get(ANSWERED_BY[issued.challenge])
    return (
        isinstance(told, str)
        and not issued.is_simulated
        and secrets.compare_digest(told.strip().encode(), issued.code.encode())
    )
