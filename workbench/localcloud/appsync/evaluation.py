"""Input and output of evaluating a mapping template or a JavaScript handler.

The context is one plain, mutable JSON object for a whole field, so that VTL and JavaScript share
what they put into it: ``arguments`` (and ``args``, the same object), ``identity``, ``source``,
``request`` (``headers``, ``domainName``), ``info``, ``stash``, ``prev`` (``result``), ``result``,
``error`` (``message``, ``type``), ``env``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Context = dict[str, Any]

AUTH_TYPES = {
    "API_KEY": "API Key Authorization",
    "AMAZON_COGNITO_USER_POOLS": "User Pool Authorization",
    "AWS_IAM": "IAM Authorization",
    "OPENID_CONNECT": "Open ID Connect Authorization",
    "AWS_LAMBDA": "Lambda Authorization",
}
"""What ``$util.authType()`` says, by mode."""


class FieldError(Exception):
    """An error of one field in AppSync's shape: ``$util.error``, a denial, a data source's."""

    def __init__(
        self, message: str, error_type: str | None = None, data: Any = None, info: Any = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type
        self.data = data
        self.info = info


class TemplateError(FieldError):
    """A template or handler that could not be evaluated: the field fails, nothing is allowed."""

    def __init__(self, message: str, error_type: str = "MappingTemplate") -> None:
        super().__init__(message, error_type)


@dataclass(slots=True)
class Effects:
    """Side effects of a field's templates, gathered over the whole pipeline."""

    errors: list[FieldError] = field(default_factory=list)
    response_headers: dict[str, str] = field(default_factory=dict)
    subscription_filter: dict[str, Any] | None = None
    invalidation_filter: dict[str, Any] | None = None
    invalidations: list[dict[str, Any]] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)

    def add(self, later: Effects) -> None:
        """Take what another evaluation did after these."""
        self.errors += later.errors
        self.response_headers.update(later.response_headers)
        self.invalidations += later.invalidations
        self.logs += later.logs
        if later.subscription_filter is not None:
            self.subscription_filter = later.subscription_filter
        if later.invalidation_filter is not None:
            self.invalidation_filter = later.invalidation_filter


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about the request that a template may ask for besides its context."""

    auth_type: str
    """One of :data:`AUTH_TYPES`' values."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of one template or handler.

    ``returned``: ``#return`` or ``runtime.earlyReturn`` ended it. A function that returns early in
    its request leaves out its data source and its response; a resolver's own template ends the
    resolver. ``skip_to`` is ``END`` where the rest of the pipeline is left out too.
    """

    value: Any
    returned: bool = False
    skip_to: Literal["NEXT", "END"] = "NEXT"
