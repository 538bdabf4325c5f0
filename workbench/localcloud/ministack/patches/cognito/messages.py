"""Sign-in codes of the hosted UI: ministack sends its own text; Cognito sends as the pool says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.triggers.delivery import Destination, deliver


def install() -> None:
    """Send a code of the hosted UI's as every other code is sent."""
    from ministack.services import cognito

    cognito._send_email_otp = _send_otp


def _send_otp(pool: Any, username: str, attributes: Mapping[str, str], code: str) -> None:
    from ministack.services import cognito

    user, _ = cognito._resolve_user(pool, username)
    if user is not None:
        deliver(pool, user, "Authentication", Destination("EMAIL", attributes["email"]), code)
