"""A swap that the credentials may not do: CloudFormation, which acts in its own role, does it."""

from __future__ import annotations

from workbench.aws.permissions import is_denied


class SwapDeniedError(Exception):
    """The service carried a swap out with the caller's rights, and these do not suffice."""


def is_swap_denied(error: BaseException) -> bool:
    """Whether an error says that the caller lacks a right."""
    return isinstance(error, SwapDeniedError) or is_denied(error)
