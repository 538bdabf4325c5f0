"""Running the function of a trigger, with Cognito's limit of time, its retries and its texts.

Source:
docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal

from workbench import debug_clock
from workbench.localcloud.ministack.patches.cognito.sessions import attributes_of
from workbench.localcloud.ministack.patches.cognito.triggers.calls import (
    TriggerRefusedError,
    current_call,
)
from workbench.localcloud.ministack.patches.cognito.triggers.permissions import may_invoke
from workbench.localcloud.ministack.patches.cognito.turns import out_of_turn

Trigger = Literal[
    "PreSignUp",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "CustomMessage",
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
    "PreTokenGeneration",
    "UserMigration",
    "CustomEmailSender",
    "CustomSMSSender",
]

_OTHER_NAMES = {"TokenGeneration": "PreTokenGeneration"}
"""Triggers whose sources begin otherwise."""

LIMIT_SECONDS = 5.0
ATTEMPTS = 3

Invoke = Callable[[], Mapping[str, Any]]


def has_trigger(pool: Any, trigger: Trigger) -> bool:
    """Whether the pool has a function for it."""
    return bool(function_arn(pool, trigger))


def function_arn(pool: Any, trigger: str) -> str:
    """The function of a trigger, "" if it has none."""
    config = pool.get("LambdaConfig") or {}
    value = config.get(f"{trigger}Config") or config.get(trigger)
    if isinstance(value, Mapping):
        value = value.get("LambdaArn")
    return str(value or "")


def run_trigger(
    pool: Any,
    source: str,
    user_name: str,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
    *,
    version: str = "1",
) -> Mapping[str, Any] | None:
    """The ``response`` of the trigger's function; None if the pool has no such trigger.

    ``source`` is such as ``PreSignUp_SignUp``, ``response`` what the event brings to be filled in.
    Raises TriggerRefusedError, which the caller of the API sees: nothing needs to catch it.
    """
    trigger = source.partition("_")[0]
    trigger = _OTHER_NAMES.get(trigger, trigger)
    if not function_arn(pool, trigger):
        return None
    event = trigger_event(pool, source, user_name, request, response) | {"version": version}
    return _response(trigger, answered(trigger, _invocation(pool, trigger, event)))


def trigger_event(
    pool: Any,
    source: str,
    user_name: str,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
) -> dict[str, Any]:
    """The event that a function gets."""
    from ministack.services import cognito

    return {
        "version": "1",
        "region": cognito._pool_region(pool["Id"]),
        "userPoolId": pool["Id"],
        "userName": user_name,
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": current_call().client_id,
        },
        "triggerSource": source,
        "request": dict(request),
        "response": dict(response),
    }


def event_attributes(user: Any) -> dict[str, str]:
    """A user's attributes as events have them, with the state of the account."""
    status = str(user.get("UserStatus", "CONFIRMED"))
    return {**attributes_of(user), "cognito:user_status": status}


def with_metadata(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request with the call's ClientMetadata; without the member if it has none."""
    metadata = current_call().metadata
    return {**request, "clientMetadata": dict(metadata)} if metadata else dict(request)


def find_function(pool: Any, trigger: str) -> dict[str, Any]:
    """The function that Cognito invokes.

    Raises TriggerRefusedError if it is missing, or does not let Cognito invoke it.
    """
    from ministack.services import lambda_svc

    arn = function_arn(pool, trigger)
    record, config, _name = lambda_svc._get_func_record_for_ref(arn)
    if record is None or config is None:
        # Without the function there is no policy either that would allow the invocation.
        raise _not_invoked(trigger, "AccessDeniedException")
    found: dict[str, Any] = lambda_svc._execution_record_for_config(record, config)
    if not may_invoke(pool, arn, found):
        raise _not_invoked(trigger, "AccessDeniedException")
    return found


def answered(
    trigger: str, invoke: Invoke, *, limit: float = LIMIT_SECONDS, attempts: int = ATTEMPTS
) -> Mapping[str, Any]:
    """What the function answers in time; it is invoked again if it takes too long."""
    for _ in range(attempts):
        answer = _within(limit, invoke)
        if answer is not None:
            return answer
    raise _not_invoked(trigger, "Socket timeout while invoking Lambda function")


def _invocation(pool: Any, trigger: str, event: Mapping[str, Any]) -> Invoke:
    from ministack.services import lambda_svc

    record = find_function(pool, trigger)

    def invoke() -> Mapping[str, Any]:
        found: Mapping[str, Any] = lambda_svc._execute_function_with_config_scope(record, event)
        return found

    return invoke


@out_of_turn
def _within(seconds: float, invoke: Invoke) -> Mapping[str, Any] | None:
    """The answer; None if it takes longer. The function then goes on without a caller, as on AWS.

    Other requests get their turn at Cognito's records meanwhile.
    """
    answers: list[Mapping[str, Any]] = []
    context = contextvars.copy_context()
    runner = threading.Thread(
        target=lambda: answers.append(context.run(invoke)), name="cognito-trigger", daemon=True
    )
    runner.start()
    deadline = debug_clock.now() + seconds
    while runner.is_alive() and (left := deadline - debug_clock.now()) > 0:
        runner.join(left)
    if answers:
        return answers[0]
    # A thread that ended without an answer failed inside of the emulator; it has said so itself.
    return None if runner.is_alive() else {"error": True, "body": {"errorMessage": "Unhandled"}}


def _response(trigger: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    body = answer.get("body")
    if answer.get("throttle"):
        raise _not_invoked(trigger, "TooManyRequestsException")
    if answer.get("error"):
        message = body.get("errorMessage") if isinstance(body, Mapping) else body
        raise TriggerRefusedError(
            "UserLambdaValidationException", f"{trigger} failed with error {message}."
        )
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except ValueError:
            body = None
    if not isinstance(body, Mapping):
        raise TriggerRefusedError(
            "InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON"
        )
    response = body.get("response")
    if not isinstance(response, Mapping):
        raise unrecognizable()
    return response


def unrecognizable() -> TriggerRefusedError:
    """The refusal of an answer that is JSON, but not what the trigger may answer."""
    return TriggerRefusedError("InvalidLambdaResponseException", "Unrecognizable lambda output")


def _not_invoked(trigger: str, reason: str) -> TriggerRefusedError:
    return TriggerRefusedError(
        "UnexpectedLambdaException", f"{trigger} invocation failed due to error {reason}."
    )
