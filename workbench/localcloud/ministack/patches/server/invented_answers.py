"""Bedrock, Transcribe, Translate and Java functions: ministack invents answers; AWS computes them.

An invented translation, or the text "Mock response", looks like success: a fault that is then found
on AWS. Here such a call fails, and says why.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

NOT_HERE = "NotAvailableLocally"
_NAMES = {
    "bedrock-runtime": "AWS Bedrock",
    "bedrock-agent-runtime": "AWS Bedrock",
    "transcribe": "Amazon Transcribe",
    "translate": "Amazon Translate",
}
_RUN_HERE = ("nodejs", "python", "provided")


def install() -> None:
    """Refuse what nothing here can compute."""
    import ministack.app
    from ministack.services import lambda_svc

    run = lambda_svc._execute_function_local

    def run_or_fail(function: Any, event: Any, *more: Any) -> Any:
        runtime = str((function.get("config") or function).get("Runtime", ""))
        if runtime.startswith(_RUN_HERE):
            return run(function, event, *more)
        why = f"The local cloud runs functions of Node.js and Python; {runtime} needs AWS."
        return {"body": {"errorMessage": why, "errorType": NOT_HERE}, "error": True}

    lambda_svc._execute_function_local = run_or_fail
    for service, name in _NAMES.items():
        ministack.app.SERVICE_HANDLERS[service] = _refusing(name)


def _refusing(name: str) -> Callable[..., Awaitable[Any]]:
    why = (
        f"This needs {name}, which the local cloud does not have. Deploy to an AWS account to try "
        "it."
    )
    document = json.dumps({"__type": NOT_HERE, "message": why}).encode()
    headers = {"content-type": "application/json", "x-amzn-errortype": NOT_HERE}

    async def refuse(*_request: Any) -> Any:
        return 400, headers, document

    return refuse
