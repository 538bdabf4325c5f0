"""What AWS's error answers say, read in one place."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

FOREIGN_ANSWER = "AWS answered with something that is not its API (a proxy?)"


class ForeignAnswerError(BotoCoreError):
    """Something between here and AWS answered in its place (``workbench.aws.foreign_answers``)."""

    fmt = FOREIGN_ANSWER + ": {answer}"


def is_foreign_answer(error: BaseException) -> bool:
    """True where a proxy or a gateway answered; with a 5xx status it is an error answer's text."""
    return isinstance(error, ForeignAnswerError) or error_message(error).startswith(FOREIGN_ANSWER)


def error_code(error: BaseException) -> str:
    """The service's error code, such as ``ValidationError``; empty for other exceptions."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""


def error_message(error: BaseException) -> str:
    """The service's own words, without botocore's preamble."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Message", "")) or str(error)
    return str(error)


def refusal(error: ClientError) -> tuple[str, str]:
    """The code, and the message without its full stop; the code again where there is no message."""
    code = error_code(error)
    return code, str(error.response.get("Error", {}).get("Message") or code).rstrip(".")


_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "TooManyRequestsException",
        "SlowDown",
    }
)


def passes(error: BaseException) -> bool:
    """True if the same call may well succeed later: throttled, an error of AWS, out of reach."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _THROTTLED or status >= 500
    return isinstance(error, HTTPClientError | BotoConnectionError | ForeignAnswerError)


def is_missing(error: BaseException) -> bool:
    """True where the thing asked for does not exist (CloudFormation says so in words only)."""
    code = error_code(error)
    if code in {"ValidationError", "ValidationException"}:
        return "does not exist" in error_message(error)
    return code in {
        "404",
        "NoSuchKey",
        "NoSuchBucket",
        "NotFound",
        "NotFoundException",
        "ParameterNotFound",
        "ResourceNotFoundException",
        "ChangeSetNotFound",
    }
