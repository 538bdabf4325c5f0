"""Answers of a sign-in: ministack leaves ChallengeParameters out of tokens'; Cognito has it, empty.

Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.triggers.calls import current_call

_SIGN_INS = frozenset(
    (
        "InitiateAuth",
        "AdminInitiateAuth",
        "RespondToAuthChallenge",
        "AdminRespondToAuthChallenge",
    )
)


def install() -> None:
    """Add the member where it is missing."""
    from ministack.services import cognito

    answer = cognito.json_response

    def with_parameters(told: Mapping[str, Any], *more: Any) -> Any:
        if "AuthenticationResult" in told and current_call().action in _SIGN_INS:
            told = {"ChallengeParameters": {}, **told}
        return answer(told, *more)

    cognito.json_response = with_parameters
