"""What Parameter Store refuses, on its way to the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Answer = Any
Call = Callable[[dict[str, Any]], Answer]


class ParameterStoreRefusalError(Exception):
    """A call that is refused, with AWS's code and words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid(message: str) -> ParameterStoreRefusalError:
    """A ValidationException."""
    return ParameterStoreRefusalError("ValidationException", message)


def checked(name: str, check: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Run ``check`` before ministack's call ``name``, with what it returns in place of its data."""
    from ministack.services import ssm

    call: Call = getattr(ssm, name)

    def run(data: dict[str, Any]) -> Answer:
        try:
            changed = check(data)
        except ParameterStoreRefusalError as refused:
            return ssm.error_response_json(refused.code, str(refused), 400)
        return call(data if changed is None else changed)

    setattr(ssm, name, run)
