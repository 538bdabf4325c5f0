"""A swap that the credentials may not do: CloudFormation, which acts in its own role, does it."""

from __future__ import annotations

from workbench.aws.client_errors import error_code

_CODES = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedException"})


class SwapDeniedError(Exception):
    """The service carried a swap out with the caller's rights, and these do not suffice."""


def is_denied(error: BaseException) -> bool:
    """Whether an error says that the caller lacks a right."""
    return isinstance(error, SwapDeniedError) or error_code(error) in _CODES
