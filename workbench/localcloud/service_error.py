"""A refusal of one of the local cloud's services, as data sources and providers see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ServiceError(Exception):
    """A service refused a call: AWS's error ``code``, its message and the rest of its answer."""

    def __init__(
        self, code: str, message: str, status: int = 400, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
        self.status = status
        self.details: Mapping[str, Any] = details or {}
