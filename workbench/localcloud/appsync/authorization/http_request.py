"""The request and the account as authorization sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class HttpRequestFacts:
    """The request itself, as a signature covers it and as a Lambda authorizer is told of it.

    ``path`` is the path as sent, without the query. A real-time connection signs
    ``<path of the API>/connect`` with the body ``{}``, and each ``start`` the API's path with the
    message's ``data`` as the body; both by POST.
    """

    method: str
    path: str
    body: bytes
    source_ip: str = "127.0.0.1"
    query: str = ""
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    query_string: str = ""


@dataclass(frozen=True, slots=True)
class CognitoIdentity:
    """The identity of an identity pool that temporary credentials were issued to."""

    pool_id: str
    id: str
    auth_type: str
    """``authenticated`` or ``unauthenticated``."""
    logins: Mapping[str, str] = field(default_factory=dict)
    """By provider, the ``sub`` of the user who signed in there; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key that the local cloud knows; ``expires`` in seconds since 1970."""

    access_key: str
    secret: str = field(repr=False)
    arn: str
    user_id: str
    account: str
    session_token: str | None = field(default=None, repr=False)
    expires: float | None = None
    cognito: CognitoIdentity | None = None


class Keys(Protocol):
    """Access to the local cloud and to the network, to verify a caller."""

    def pool_keys(self, pool_id: str) -> Sequence[Mapping[str, Any]]:
        """The public keys (JWK) of a user pool; empty for one that does not exist."""

    def credentials(self, access_key: str) -> Credentials | None:
        """The credentials of an access key; None for one that the local cloud did not issue."""

    async def invoke_function(self, arn: str, event: Mapping[str, Any]) -> Any:
        """A Lambda function's answer; raises FunctionFailedError when it fails."""

    async def fetch_json(self, url: str) -> Any:
        """A JSON document at a web address; raises FetchFailedError."""


class FunctionFailedError(Exception):
    """A Lambda function that failed or could not be invoked."""


class FetchFailedError(Exception):
    """A document that could not be fetched."""
