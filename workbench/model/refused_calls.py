"""What IAM refused on the local cloud: who asked for what, how often, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

CallerKind = Literal["guest", "authenticated", "group", "function", "user", "role"]


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A call that IAM refused, or several alike.

    ``caller`` is the group's, function's, user's or role's name, empty for guests and users who
    signed in; ``identity`` an identity pool's id of who asked. ``denied_by`` names the statement
    that denies it, empty where nothing allows it; ``kind`` is the kind of policy that decided.
    ``times`` counts the calls, ``resources`` the different resources of an entry for several.
    """

    at: float
    caller_kind: CallerKind
    caller: str
    identity: str
    role: str
    action: str
    resource: str
    kind: str
    denied_by: str = ""
    times: int = 1
    resources: int = 1

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def refused_call(document: Mapping[str, Any]) -> RefusedCall | None:
    """The record of such a document; None for one of another release."""
    known = {each.name for each in fields(RefusedCall)}
    try:
        return RefusedCall(**{name: document[name] for name in document if name in known})
    except TypeError:
        return None
