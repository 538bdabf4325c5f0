"""Custom resources whose function crashes: ministack, like AWS, waits an hour for an answer.

Here a developer waits, so a function that ends with an error and without an answer fails its
resource at once, with the function's own error. A refusal is worded as AWS does: "Received
response status [FAILED] from custom resource. Message returned: …".
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

_CALLBACK = "/_ministack/cfn-response/"


def install() -> None:
    """Watch the function's result and the answers."""
    execute = lambda_svc._execute_function_with_config_scope
    deliver = custom_resource.deliver_response

    def execute_and_look(func: dict[str, Any], event: Any) -> Any:
        result = execute(func, event)
        token = _token(event)
        if token and isinstance(result, dict) and result.get("error"):
            _fail_unanswered(token, _error_text(result))
        return result

    def deliver_in_aws_words(token: str, response: dict[str, Any]) -> bool:
        if response.get("Status") == "FAILED":
            reason = response.get("Reason") or "See the function's log."
            response = {
                **response,
                "Reason": "Received response status [FAILED] from custom resource. "
                f"Message returned: {reason}",
            }
        return bool(deliver(token, response))

    lambda_svc._execute_function_with_config_scope = execute_and_look
    custom_resource.deliver_response = deliver_in_aws_words


def _token(event: Any) -> str:
    url = event.get("ResponseURL", "") if isinstance(event, dict) else ""
    return url.rpartition(_CALLBACK)[2] if isinstance(url, str) and _CALLBACK in url else ""


def _fail_unanswered(token: str, error: str) -> None:
    with custom_resource._lock:
        entry = custom_resource._pending.get(token)
        if entry is None or entry["result"] is not None:
            return
        reason = f"The function ended with an error and without an answer: {error}"
        entry["result"] = {"Status": "FAILED", "Reason": reason}
        entry["event"].set()


def _error_text(result: dict[str, Any]) -> str:
    body = result.get("body")
    if isinstance(body, (bytes, str)):
        try:
            body = json.loads(body)
        except ValueError:
            return str(body)[:500]
    if isinstance(body, dict):
        return str(body.get("errorMessage") or body)[:500]
    return str(body)[:500]
