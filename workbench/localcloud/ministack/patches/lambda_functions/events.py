"""Invocations' events: ministack takes text that is not JSON as an empty event."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_INVOCATION = re.compile(r"^/[^/]+/functions/[^/]+/(?:response-streaming-)?invocations/?$")


def install() -> None:
    """Look at an invocation's event before the function is looked up."""
    from ministack.services import lambda_svc

    lambda_svc.handle_request = _checked(lambda_svc.handle_request)


def _checked(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Any:
        if method == "POST" and body and _INVOCATION.match(path):
            try:
                json.loads(body)
            except (ValueError, RecursionError) as error:
                return _refusal(error)
        return await handle(method, path, headers, body, query_params)

    return handle_request


def _refusal(error: Exception) -> Any:
    from ministack.core.responses import error_response_json

    message = f"Could not parse request body into json: {error}"
    return error_response_json("InvalidRequestContentException", message, 400)
