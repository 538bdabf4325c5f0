"""A code's tokens: ministack gives them whatever the pre token generation trigger says.

Whoever exchanges the hosted sign-in's code is told what the trigger refuses.
Source: docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
"""

from __future__ import annotations

import json
from typing import Any

from workbench.localcloud.ministack.patches.cognito.triggers.calls import TriggerRefusedError


def install() -> None:
    """Stand before the token endpoint."""
    from ministack.services import cognito

    exchange = cognito._oauth2_token

    def exchange_or_refuse(*given: Any, **named: Any) -> Any:
        try:
            return exchange(*given, **named)
        except TriggerRefusedError as refused:
            told = {"error": "invalid_request", "error_description": str(refused)}
            return 400, {"Content-Type": "application/json"}, json.dumps(told).encode()

    cognito._oauth2_token = exchange_or_refuse
