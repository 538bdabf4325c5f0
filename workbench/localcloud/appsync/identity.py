"""The caller of a request: the outcome of authorizing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.appsync.records import AuthMode


@dataclass(frozen=True, slots=True)
class Caller:
    """An authorized caller; ``identity`` is ``ctx.identity`` as AppSync shapes it for the mode.

    ``groups`` are those of the token (for ``@aws_auth`` and ``cognito_groups``). ``denied_fields``
    (a Lambda authorizer's, ``Type.field`` or a field's ARN) answer null with an Unauthorized error.
    ``expires`` (seconds since 1970) is when the credentials end; None where they never do.
    ``access_key`` is the signer's, to whom IAM grants fields.
    """

    mode: AuthMode
    identity: Mapping[str, Any] | None = None
    groups: frozenset[str] = frozenset()
    denied_fields: frozenset[str] = field(default_factory=frozenset)
    expires: float | None = None
    access_key: str = ""


class RefusedError(Exception):
    """No caller: HTTP 401 with ``errorType`` ``UnauthorizedException`` (or as given).

    ``fields`` (``Type.field``) are those that the caller has no grant for.
    """

    def __init__(
        self,
        message: str,
        error_type: str = "UnauthorizedException",
        status: int = 401,
        fields: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.fields = tuple(fields)
        self.status = status
        self.message = message
        self.error_type = error_type
