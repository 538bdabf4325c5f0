"""Asks IAM whether a signer may reach fields of an AppSync API."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.localcloud.iam.denials import Refusal
from workbench.localcloud.iam.evaluation import decide
from workbench.localcloud.iam.policies import Policies
from workbench.localcloud.iam.requests import Context, Principal, Request
from workbench.localcloud.ministack.authorization import enforcement
from workbench.localcloud.ministack.authorization.principals import principal_of
from workbench.localcloud.ministack.bridge.issued_credentials import issued

_ACTION = "appsync:GraphQL"
_MOST_KEPT = 1000

_Layers = tuple[Policies | None, ...]
"""A caller's policies; the same objects as long as no document is another."""


class EmulatorGrants:
    """The emulator's IAM as :class:`workbench.localcloud.appsync.execution.granted_fields.Grants`.

    Finding a caller's policies costs 25 µs, and a decision 1.5 µs for each resource that they name:
    300 µs for a hundred models. What was allowed is kept with the policies it follows from, unless
    conditions or variables have a say in it.
    """

    def __init__(self) -> None:
        self._allowed: dict[_Layers, set[str] | None] = {}

    def allow_all(self, access_key: str, resources: Sequence[str]) -> bool:
        """Whether the owner of the key may reach every one of the fields."""
        principal = _held_to_policies(access_key)
        if principal is None:
            return True
        allowed = self._allowed_by(principal)
        if allowed is not None and allowed.issuperset(resources):
            return True
        refusals = (_refusal(principal, each) for each in resources)
        refused = next((each for each in refusals if each is not None), None)
        if refused is not None:
            enforcement.report(refused)
        elif allowed is not None and len(allowed) < _MOST_KEPT:
            allowed.update(resources)
        return refused is None

    def allow_any(self, access_key: str, resources: Iterable[str]) -> bool:
        """Whether the owner of the key may reach one of them."""
        principal = _held_to_policies(access_key)
        if principal is None:
            return True
        first: Refusal | None = None
        for resource in resources:
            refused = _refusal(principal, resource)
            if refused is None:
                return True
            first = first or refused
        if first is not None:
            enforcement.report(first)
        return first is None

    def _allowed_by(self, principal: Principal) -> set[str] | None:
        """What is known to be allowed by the same policies; None where they do not alone decide."""
        layers = (principal.identity, principal.boundary, *principal.sessions)
        if layers not in self._allowed:
            if len(self._allowed) >= _MOST_KEPT:
                self._allowed.clear()
            self._allowed[layers] = set() if _decide_alone(layers) else None
        return self._allowed[layers]


def _decide_alone(layers: _Layers) -> bool:
    """Whether the policies say the same of every request of whoever has them."""
    about = (layer.about(_ACTION) for layer in layers if layer is not None)
    return not any(
        each.conditions or any("${" in resource.text for resource in each.resources or ())
        for statements in about
        for each in (*statements[0], *statements[1])
    )


@functools.cache
def _context(region: str) -> Context:
    return {
        "aws:requestedregion": region,
        "aws:resourceaccount": LOCAL_ACCOUNT,
        "aws:securetransport": "true",
        "aws:sourceip": "127.0.0.1",
    }


def _held_to_policies(access_key: str) -> Principal | None:
    """The caller; None for one who may do everything."""
    known = issued(access_key) if enforcement.is_enforced() else None
    return principal_of(known) if known is not None else None


def _refusal(principal: Principal, resource: str) -> Refusal | None:
    request = Request(_ACTION, resource, _context(resource.split(":", 4)[3]))
    decision = decide(principal, request)
    return None if decision.allowed else Refusal(principal, request, decision)
