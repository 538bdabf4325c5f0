"""Invocations' ClientContext: ministack drops it; here it is in the handler's context."""

from __future__ import annotations

import base64
import json
from contextvars import ContextVar
from typing import Any

CURRENT: ContextVar[dict[str, Any] | None] = ContextVar("client_context", default=None)
"""What the caller of this context's invocation says of itself."""

_LONGEST = 3583


def install() -> None:
    """Stand before the invocation."""
    from ministack.core.responses import error_response_json
    from ministack.services import lambda_svc

    invoke = lambda_svc._invoke

    async def with_client_context(
        name: str, event: Any, headers: dict[str, str], *given: Any, **named: Any
    ) -> Any:
        text = headers.get("x-amz-client-context")
        if not text:
            return await invoke(name, event, headers, *given, **named)
        try:
            told = json.loads(base64.b64decode(text, validate=True))
        except ValueError:
            told = None
        if not isinstance(told, dict) or len(text) > _LONGEST:
            message = "Client context must be a valid Base64-encoded JSON object."
            return error_response_json("InvalidRequestContentException", message, 400)
        token = CURRENT.set(told)
        try:
            return await invoke(name, event, headers, *given, **named)
        finally:
            CURRENT.reset(token)

    lambda_svc._invoke = with_client_context
