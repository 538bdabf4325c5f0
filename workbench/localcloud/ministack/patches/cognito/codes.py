"""The codes that a user of a local pool was sent: each for one purpose, for a time, until used.

They are saved with the user.
Source: docs.aws.amazon.com/cognito/latest/developerguide/limits.html (code validity)
"""

from __future__ import annotations

import secrets
import time
from typing import Any, Literal

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

Attribute = Literal["email", "phone_number"]
Purpose = Attribute | Literal["sign-up", "password"]
"""Why a code was sent; an attribute's name to verify its value."""

_KEY = "_codes"
_HOUR = 3600
_LASTS = {"sign-up": 24 * _HOUR, "password": _HOUR, "email": 24 * _HOUR, "phone_number": 24 * _HOUR}
_MOST_MISTAKES = 10


def new_code(user: Any, purpose: Purpose, attribute: Attribute, value: str) -> str:
    """A code that replaces an earlier one; it proves that the user has this address or number."""
    code = f"{secrets.randbelow(1_000_000):06}"
    user.setdefault(_KEY, {})[purpose] = {
        "code": code,
        "attribute": attribute,
        "value": value,
        "until": time.time() + _LASTS[purpose],
        "mistakes": 0,
    }
    return code


def pending(user: Any, purpose: Purpose) -> Any:
    """What the last code was sent for: ``attribute`` and ``value``; None where none waits."""
    return user.get(_KEY, {}).get(purpose)


def code_refused(user: Any, purpose: Purpose, given: Any) -> Answer | None:
    """Why Cognito would not take a code; None where it would."""
    issued = pending(user, purpose)
    if issued is None or issued["until"] < time.time():
        return refuse("ExpiredCodeException", "Invalid code provided, please request a code again.")
    if issued["mistakes"] >= _MOST_MISTAKES:
        return refuse(
            "LimitExceededException", "Attempt limit exceeded, please try after some time."
        )
    if not isinstance(given, str) or not secrets.compare_digest(
        given.encode(), issued["code"].encode()
    ):
        issued["mistakes"] += 1
        return wrong_code()
    return None


def wrong_code() -> Answer:
    """The refusal of a code that is not the one that was sent."""
    return refuse("CodeMismatchException", "Invalid verification code provided, please try again.")


def use_up(user: Any, purpose: Purpose) -> None:
    """A code counts once."""
    user.get(_KEY, {}).pop(purpose, None)
