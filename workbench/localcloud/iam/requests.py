"""Who asks for what, and what IAM says to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.localcloud.iam.policies import Policies, Statement
from workbench.localcloud.iam.wildcards import Values

Context = Mapping[str, Values]
"""Condition keys, in lower case, with their values."""


class PolicyKind(StrEnum):
    """The kinds of policies, in the words of AWS's refusals."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: a role's session, or a user, with the policies that count for it.

    ``role_arn`` is the session's role, empty for a user. ``boundary`` and ``sessions`` are None
    where there are none; each of ``sessions`` must allow what the caller asks for.
    """

    arn: str
    account: str
    identity: Policies
    role_arn: str = ""
    keys: Context = field(default_factory=dict)
    boundary: Policies | None = None
    sessions: tuple[Policies, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource.

    ``resource`` is ``*`` where the action takes none, and empty where it is not known: then
    only a statement about all resources denies, and any allows. ``tags`` reads the resource's
    tags, for policies that ask for them.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    tags: Callable[[], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """What a resource's own policy says; only a ``required`` one may keep its account out."""

    policies: Policies
    required: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is allowed, which kind of policy decided, and its statement.

    A refusal without a ``statement`` is an implicit one: nothing of that kind allows it.
    """

    allowed: bool
    kind: PolicyKind
    statement: Statement | None = None
