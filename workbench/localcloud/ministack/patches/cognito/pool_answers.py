"""Answers about pools: ministack tells empty settings and has ids of its own form; Cognito neither.

Cognito leaves out what is not set, tells the texts of the message template by their old names too,
and client ids and secrets are of digits and small letters.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html
"""

from __future__ import annotations

import secrets
import string
from typing import Any

_LETTERS = string.digits + string.ascii_lowercase
_UNSET = (
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "SmsAuthenticationMessage",
    "SmsConfiguration",
    "AccountRecoverySetting",
    "AutoVerifiedAttributes",
    "AliasAttributes",
    "UsernameAttributes",
    "Domain",
    "CustomDomain",
)
_BY_OLD_NAMES = {
    "SmsVerificationMessage": "SmsMessage",
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
}


def install() -> None:
    """Tell pools as Cognito does."""
    from ministack.services import cognito

    tell = cognito._pool_out

    def tell_set(pool: Any) -> Any:
        told = tell(pool)
        template = {"DefaultEmailOption": "CONFIRM_WITH_CODE"}
        template.update(told.get("VerificationMessageTemplate") or {})
        for old, new in _BY_OLD_NAMES.items():
            text = template.get(new) or told.get(old)
            if text:
                told[old] = template[new] = text
        told["VerificationMessageTemplate"] = template
        for name in _UNSET:
            if not told.get(name):
                told.pop(name, None)
        return told

    cognito._pool_out = tell_set
    cognito._client_id = lambda: _letters(26)
    cognito._client_secret = lambda: _letters(51)


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
