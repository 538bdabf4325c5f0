"""Identity pools: ministack takes any parameters; AWS checks lengths, patterns and allowed values.

Source: docs.aws.amazon.com/cognitoidentity/latest/APIReference
"""

from __future__ import annotations

from typing import Any

from workbench.localcloud.ministack.bridge.model_constraints import violations
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse


def install() -> None:
    """Check the parameters before the call."""
    from ministack.services import cognito

    dispatch = cognito._dispatch_identity

    async def checked(action: str, data: Any) -> Answer:
        wrong = violations("cognito-identity", action, data)
        if wrong:
            return refuse("ValidationException", wrong)
        answer: Answer = await dispatch(action, data)
        return answer

    cognito._dispatch_identity = checked
