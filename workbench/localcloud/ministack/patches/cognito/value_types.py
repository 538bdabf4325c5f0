"""Values of a wrong type, as a number for a text: ministack fails at them; Cognito refuses them.

It takes null for absent, where ministack fails too.

Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from workbench.localcloud.ministack.bridge.model_types import given, wrong_type
from workbench.localcloud.ministack.patches.cognito.sessions import Answer

_TOKENS = frozenset(("TokenModelType",))
"""What is no token at all is refused as a token."""

Dispatch = Callable[[str, Any], Awaitable[Answer]]


def install() -> None:
    """Look at each call's values before anything else does."""
    from ministack.services import cognito

    cognito._dispatch_idp = _checked("cognito-idp", cognito._dispatch_idp)
    cognito._dispatch_identity = _checked("cognito-identity", cognito._dispatch_identity)


def _checked(service: str, dispatch: Dispatch) -> Dispatch:
    async def checked(action: str, data: Any) -> Answer:
        from ministack.services import cognito

        wrong = wrong_type(service, action, data, without=_TOKENS)
        if not wrong:
            return await dispatch(action, given(service, action, data))
        refused: Answer = cognito.error_response_json(
            "SerializationException", wrong, 400, message_key="Message"
        )
        return refused

    return checked
