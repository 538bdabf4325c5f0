"""Parameters: ministack takes any; Cognito checks lengths, patterns and allowed values first.

Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.bridge.model_constraints import violations
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_TOKENS = frozenset(("TokenModelType",))
"""What a token must be is checked with its signature."""


def install() -> None:
    """Check the parameters of user pools' calls; a user's access token is looked at before."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_checked(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        wrong = violations("cognito-idp", action, data, without=_TOKENS)
        if wrong:
            return refuse("InvalidParameterException", wrong)
        answer: Answer = run(handler, action, data)
        return answer

    cognito._run_idp_handler = run_checked
