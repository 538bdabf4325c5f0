"""A role that an assembly names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role to act as, by its ARN; without one, the caller's own credentials are used.

    Like all names in an assembly, it may hold ``${AWS::AccountId}`` and other placeholders.
    """

    arn: str = ""
    external_id: str = ""


NO_ROLE = RoleName()
