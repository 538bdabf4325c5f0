"""Setting up an authenticator app: ministack ties it to no sign-in; Cognito does.

Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    go_on,
    of_client,
    owner,
    refuse,
    reply,
    waiting,
)

KIND = "SOFTWARE_TOKEN_MFA"


def install() -> None:
    """Bind a secret to the sign-in that asks for its set-up."""
    from ministack.services import cognito

    cognito._associate_software_token = _associating(cognito._associate_software_token)
    cognito._verify_software_token = _verifying(cognito._verify_software_token)


def _associating(associate: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_session(data: Any) -> Answer:
        from ministack.services import cognito

        if data.get("AccessToken"):
            answer = associate(data)
            found = json.loads(answer[2])
            # By an access token there is no session to go on with.
            cognito._totp_session_secrets.pop(found.pop("Session", ""), None)
            return reply(found) if answer[0] == 200 else answer
        issued = waiting(data.get("Session"), "MFA_SETUP")
        if isinstance(issued, tuple):
            return issued
        answer = associate({})
        found = json.loads(answer[2])
        cognito._totp_session_secrets.pop(found["Session"], None)
        found["Session"] = go_on(data["Session"], replace(issued, secret=found["SecretCode"]))
        of_client(found["Session"], issued.client_id)
        return reply(found)

    return with_session


def _verifying(verify: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_session(data: Any) -> Answer:
        from ministack.services import cognito

        if data.get("AccessToken"):
            user = cognito._user_for_access_token(data["AccessToken"])
            enabled = list((user or {}).get("_mfa_enabled", ()))
            preferred = (user or {}).get("_preferred_mfa", "")
            answer = verify(data)
            if user is not None:
                # Verifying makes it possible; asking for it is a preference of its own.
                user.update(_mfa_enabled=enabled, _preferred_mfa=preferred)
            return answer
        issued = waiting(data.get("Session"), "MFA_SETUP")
        if isinstance(issued, tuple):
            return issued
        found = owner(issued)
        if len(found) == 3:
            return found
        if not cognito._totp_matches(issued.secret, data.get("UserCode", "")):
            return refuse("EnableSoftwareTokenMFAException", "Code mismatch")
        _, user = found
        user.update(_totp_secret=issued.secret, _preferred_mfa=KIND)
        user["_mfa_enabled"] = sorted({*user.get("_mfa_enabled", ()), KIND})
        session = go_on(data["Session"], replace(issued, is_set_up=True))
        of_client(session, issued.client_id)
        return reply({"Status": "SUCCESS", "Session": session})

    return with_session
