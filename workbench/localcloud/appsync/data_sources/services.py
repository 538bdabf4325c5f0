"""The local cloud's services as data sources call them, however they are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class HttpError(Exception):
    """An HTTP endpoint could not be reached, or did not answer as HTTP."""


@dataclass(frozen=True, slots=True)
class FunctionReply:
    """A Lambda function's answer; ``error`` is ``Unhandled`` or ``Handled`` if it failed.

    ``payload`` is JSON: the function's result, or its error (``errorMessage``, ``errorType``).
    """

    payload: bytes
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """The signature of an HTTP data source's requests (``awsIamConfig``)."""

    region: str
    service: str


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request of an HTTP data source; the query is part of ``url``."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    signing: Signing | None = None


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An endpoint's answer; ``headers`` are joined by name, as AppSync gives them."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Services(Protocol):
    """The local cloud as a data source sees it, in one account and region."""

    def at(self, account: str, region: str) -> Services:
        """The same in another account and region."""

    async def call(
        self, service: str, action: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """One call of a JSON-protocol service (``dynamodb``, ``events``) by its API name.

        Raises :class:`ServiceError`.
        """

    async def invoke_function(self, arn: str, payload: bytes, event: bool) -> FunctionReply:
        """Invoke a Lambda function where its ARN says, other work going on meanwhile.

        With ``event`` nothing is waited for.
        Raises :class:`ServiceError` where the function could not be invoked at all.
        """

    async def http(self, request: HttpRequest) -> HttpReply:
        """Send a request anywhere; raises :class:`HttpError`."""
