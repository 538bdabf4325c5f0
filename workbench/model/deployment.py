"""The nouns between the stages of a deployment: diff, plan, progress, failure.

All are frozen dataclasses. A stack path is the tuple of nested-stack logical ids from the root
(``()`` is the root stack itself).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

StackPath = tuple[str, ...]
Offer = Literal["", "recreate", "install", "start-local-cloud", "retry", "login", "target"]
"""What a front end can do about a failure for the user."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Effect(StrEnum):
    """What a change does to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DESTROY = "destroy"


class Method(StrEnum):
    """How a diff is deployed."""

    NONE = "none"
    HOTSWAP = "hotswap"
    CLOUDFORMATION = "cloudformation"


class DeploymentResult(StrEnum):
    """How a deployment ended."""

    SUCCEEDED = "succeeded"
    NO_CHANGE = "no change"
    FAILED = "failed"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property's change; ``path`` is dotted, values are short display texts without secrets.

    ``note`` says what else the service does with the change, such as refusing it.
    """

    path: str
    before: str | None
    after: str | None
    replaces: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource's change; ``holds_data`` marks tables, user pools, buckets and their like."""

    stack: StackPath
    logical_id: str
    construct_path: str
    type: str
    effect: Effect
    properties: tuple[PropertyChange, ...] = ()
    holds_data: bool = False
    physical_id: str = ""


@dataclass(frozen=True, slots=True)
class Diff:
    """The change from what is live to an assembly, across nested stacks.

    ``assets`` are the hashes of assets that the new assembly has and the live stack does not refer
    to; ``outputs`` the paths of stack outputs that change (``stack/path:OutputName``). ``warnings``
    say what the change does to stored data that it keeps.
    """

    changes: tuple[ResourceChange, ...] = ()
    assets: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    first: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where nothing would be deployed."""
        return not (self.changes or self.outputs)


@dataclass(frozen=True, slots=True)
class Loss:
    """Data that a deployment would destroy: the resource and why it goes."""

    construct_path: str
    type: str
    physical_id: str
    reason: str
    contents: str = ""


@dataclass(frozen=True, slots=True)
class ResourceProgress:
    """One status change of one resource, from CloudFormation or a hot-swap."""

    stack: StackPath
    logical_id: str
    construct_path: str
    type: str
    status: str
    physical_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LiveResource:
    """One deployed resource; ``console_url`` is empty on the local cloud."""

    stack: StackPath
    logical_id: str
    construct_path: str
    type: str
    status: str
    physical_id: str
    console_url: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a deployment failed, in plain words, and what to do next.

    ``offer`` names an action that the front end can carry out for the user.
    """

    title: str
    reason: str
    fix: str
    construct_path: str = ""
    logical_id: str = ""
    type: str = ""
    offer: Offer = ""
    details: tuple[str, ...] = field(default=())
