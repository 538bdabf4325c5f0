"""Errors of SNS: ministack gives exceptions' names for codes, and adds to AWS's words.

SDKs find an exception by its code: ``InvalidParameter`` is ``InvalidParameterException``.
Source: docs.aws.amazon.com/sns/latest/api/CommonErrors.html and each action's page there.
"""

from __future__ import annotations

from typing import Any

_CODES = {
    "InvalidParameterException": "InvalidParameter",
    "InvalidParameterValueException": "ParameterValueInvalid",
    "AuthorizationErrorException": "AuthorizationError",
    "NotFoundException": "NotFound",
    "ResourceNotFoundException": "ResourceNotFound",
}
_MISSING = (
    "Topic does not exist",
    "Subscription does not exist",
    "Endpoint does not exist",
    "PlatformApplication does not exist",
)
_TOO_LONG = "Invalid parameter: Message too long"
_WORDS = {
    "Token is required": "Invalid parameter: Token",
    "The batch request contains more entries than permissible": "The batch request contains more "
    "entries than permissible.",
    "Batch entry ids must be distinct": "Two or more batch entries in the request have the same "
    "Id.",
    "Invalid parameter: The MessageDeduplicationId parameter is required for FIFO topics when "
    "ContentBasedDeduplication is not enabled": "Invalid parameter: The topic should either have "
    "ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
}


def install() -> None:
    """Say each refusal with the service's code and words."""
    from ministack.services import sns

    error = sns._error

    def worded(code: str, message: str, status: int) -> Any:
        for words in _MISSING:
            if message.startswith(f"{words}:"):
                message = words
        if message.startswith(_TOO_LONG):
            message = _TOO_LONG
        if message.startswith("Invalid parameter: Endpoint ") and message.endswith("SQS ARN"):
            message = "Invalid parameter: SQS endpoint ARN"
        if message.startswith("Invalid attribute name:"):
            message = "Invalid parameter: AttributeName"
        return error(_CODES.get(code, code), _WORDS.get(message, message), status)

    sns._error = worded
