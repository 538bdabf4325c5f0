"""Refuses calls as Lambda does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Reply = tuple[int, dict[str, str], Any]
Handle = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Reply]]


class LambdaRefusalError(Exception):
    """A call that Lambda refuses: its code, its words and its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status

    def answer(self) -> Reply:
        """What the caller is answered."""
        from ministack.core.responses import error_response_json

        refused: Reply = error_response_json(self.code, str(self), self.status)
        return refused


def invalid(message: str) -> LambdaRefusalError:
    """A value that does not do."""
    return LambdaRefusalError("InvalidParameterValueException", message)


def not_found(message: str) -> LambdaRefusalError:
    """A resource that is not there."""
    return LambdaRefusalError("ResourceNotFoundException", message, 404)


def conflict(message: str) -> LambdaRefusalError:
    """A resource that is there already, or in use."""
    return LambdaRefusalError("ResourceConflictException", message, 409)


def stale(call: str) -> LambdaRefusalError:
    """A revision that has been replaced; ``call`` tells the newest one."""
    return LambdaRefusalError(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        f"Call the {call} API to retrieve the latest Revision Id",
        412,
    )


def refusing(call: Callable[..., Reply]) -> Callable[..., Reply]:
    """A call that may raise ``LambdaRefusalError``."""

    def answered(*given: Any, **named: Any) -> Reply:
        try:
            return call(*given, **named)
        except LambdaRefusalError as refusal:
            return refusal.answer()

    return answered
