"""EvaluateCode and EvaluateMappingTemplate: ministack has no templates and needs Node for code.

Both are answered by our own engines. Resolvers and functions with code that AppSync refuses are
refused when they are stored, too; ministack stores any.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]
Handler = Callable[..., Awaitable[Reply]]

_STORING = ("_create_resolver", "_update_resolver", "_create_function", "_update_function")


def install() -> None:
    """Answer both calls, and look at the code of what is stored."""
    from ministack.services import appsync

    appsync.handle_request = _with_evaluation(appsync.handle_request)
    for name in _STORING:
        setattr(appsync, name, _with_checked_code(getattr(appsync, name)))


def _with_evaluation(handle: Handler) -> Handler:
    async def handle_request(
        method: str, path: str, headers: Any, body: Any, *rest: Any, **more: Any
    ) -> Reply:
        if method == "POST" and path.startswith("/v1/dataplane-evaluate"):
            return await answer(path, body)
        return await handle(method, path, headers, body, *rest, **more)

    return handle_request


async def answer(path: str, body: bytes | str) -> Reply:
    """The reply to an evaluation call."""
    # Imported on first use: no deployment should wait for the engine.
    from workbench.localcloud.appsync.workers.shared import evaluator

    return _json(*await evaluator().call(path, body))


def _with_checked_code(store: Callable[..., Reply]) -> Callable[..., Reply]:
    @functools.wraps(store)
    def store_checked(*arguments: Any) -> Reply:
        code = arguments[-1].get("code")
        refusal = code_refusal(code) if code else None
        return store(*arguments) if refusal is None else _json(400, refusal)

    return store_checked


def code_refusal(code: str) -> dict[str, Any] | None:
    """AppSync's answer to code with errors; None where it takes it.

    The message names the first error too, which AWS leaves to ``detail``: CloudFormation shows
    nothing but the message.
    """
    from workbench.localcloud.appsync.javascript.code_errors import (
        CODE_ERRORS,
        LONGEST_CODE,
        code_errors,
    )

    if len(code) > LONGEST_CODE:
        message = f"Code exceeds the limit of {LONGEST_CODE} characters."
        return {"__type": "BadRequestException", "message": message}
    errors = code_errors(code)
    if not errors:
        return None
    first = errors[0]
    return {
        "__type": "BadRequestException",
        "message": f"{CODE_ERRORS} code.js:{first.line}:{first.column}: {first.message}",
        "reason": "CODE_ERROR",
        "detail": {"codeErrors": [error.as_json() for error in errors]},
    }


def _json(status: int, content: Mapping[str, Any]) -> Reply:
    headers = {"Content-Type": "application/json"}
    if "__type" in content:
        headers["x-amzn-ErrorType"] = str(content["__type"])
    return status, headers, json.dumps(content).encode()
