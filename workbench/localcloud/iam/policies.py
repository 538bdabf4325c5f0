"""Policy documents, read once: their statements as they are asked of a request.

Source: "Grammar of the IAM JSON policy language", IAM user guide. A statement that IAM would not
accept, such as one without an action or with an unknown operator, never matches.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.iam.conditions import Condition, conditions_of
from workbench.localcloud.iam.wildcards import (
    Lookup,
    Parts,
    Pattern,
    UnresolvedVariableError,
    fixed,
    is_like,
)

_WITH_VARIABLES = "2012-10-17"
_MOST_ACTIONS = 512


@dataclass(frozen=True, slots=True)
class Principals:
    """Who a statement of a resource's policy is about: ``Principal``, or with ``others`` not."""

    aws: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    others: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``policy`` is the name of its policy, ``sid`` its own if it has one.

    Only statements of resources' policies have ``principals``; without ``resources`` (a trust
    policy) it is about the resource that it belongs to.
    """

    policy: str
    sid: str
    allows: bool
    actions: tuple[Parts, ...]
    not_actions: bool
    resources: tuple[Pattern, ...] | None
    not_resources: bool
    conditions: tuple[Condition, ...]
    principals: Principals | None = None

    def is_about(self, action: str) -> bool:
        """Whether it is about an action, given in lower case."""
        return any(is_like(action, each) for each in self.actions) is not self.not_actions

    def applies(self, resource: str, lookup: Lookup) -> bool:
        """Whether resource and conditions match; an unresolved variable matches nothing."""
        try:
            return self._names(resource, lookup) and all(
                condition.holds(lookup) for condition in self.conditions
            )
        except UnresolvedVariableError:
            return False

    def _names(self, resource: str, lookup: Lookup) -> bool:
        if self.resources is None:
            return True
        if not resource:
            every = any(each.text == "*" for each in self.resources)
            return self.allows or every is not self.not_resources
        if self.not_resources:
            return not any(each.matches(resource, lookup) for each in self.resources)
        for each in self.resources:
            try:
                if each.matches(resource, lookup):
                    return True
            except UnresolvedVariableError:
                continue
        return False


class Policies:
    """The statements of some policies, sorted by the actions that were asked about."""

    __slots__ = ("_by_action", "statements")

    def __init__(self, statements: Sequence[Statement] = ()) -> None:
        self.statements = tuple(statements)
        self._by_action: dict[str, tuple[list[Statement], list[Statement]]] = {}

    def about(self, action: str) -> tuple[list[Statement], list[Statement]]:
        """The statements about an action: those that deny it, and those that allow it."""
        found = self._by_action.get(action)
        if found is None:
            lower = action.lower()
            about = [each for each in self.statements if each.is_about(lower)]
            found = (
                [each for each in about if not each.allows],
                [each for each in about if each.allows],
            )
            if len(self._by_action) < _MOST_ACTIONS:
                self._by_action[action] = found
        return found


def statements_of(
    name: str,
    document: str | Mapping[str, Any] | None,
    resource_name: Callable[[str], str] = str,
) -> tuple[Statement, ...]:
    """The statements of a policy document; none of one that cannot be read.

    ``resource_name`` gives a resource its whole name.
    """
    if isinstance(document, str | bytes):
        try:
            document = json.loads(document)
        except ValueError:
            return ()
    if not isinstance(document, Mapping):
        return ()
    variables = document.get("Version") == _WITH_VARIABLES
    given = document.get("Statement")
    found = (
        _statement(name, each, resource_name, variables=variables)
        for each in (given if isinstance(given, list) else [given])
        if isinstance(each, Mapping)
    )
    return tuple(each for each in found if each is not None)


def _statement(
    name: str,
    given: Mapping[str, Any],
    resource_name: Callable[[str], str],
    *,
    variables: bool,
) -> Statement | None:
    actions, not_actions = _texts(given.get("Action")), _texts(given.get("NotAction"))
    resources, not_resources = _texts(given.get("Resource")), _texts(given.get("NotResource"))
    conditions = conditions_of(given.get("Condition"), variables=variables)
    if given.get("Effect") not in {"Allow", "Deny"} or conditions is None:
        return None
    if bool(actions) is bool(not_actions) or (resources and not_resources):
        return None
    named = resources or not_resources
    return Statement(
        name,
        str(given.get("Sid") or ""),
        given["Effect"] == "Allow",
        tuple(fixed(each.lower()) for each in actions or not_actions),
        bool(not_actions),
        tuple(Pattern(resource_name(each), variables=variables) for each in named)
        if named
        else None,
        bool(not_resources),
        conditions,
        _principals(given),
    )


def _principals(given: Mapping[str, Any]) -> Principals | None:
    others = "NotPrincipal" in given
    named = given.get("NotPrincipal" if others else "Principal")
    if named == "*":
        return Principals(("*",), others=others)
    if not isinstance(named, Mapping):
        return None
    return Principals(
        tuple(_texts(named.get("AWS"))),
        tuple(each.lower() for each in _texts(named.get("Service"))),
        tuple(_texts(named.get("Federated"))),
        others,
    )


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
