"""Asks IAM whether a signer may reach fields of an AppSync API."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.localcloud.iam.denials import Refusal
from workbench.localcloud.iam.evaluation import decide
from workbench.localcloud.iam.requests import Context, Principal, Request
from workbench.localcloud.ministack.authorization import enforcement
from workbench.localcloud.ministack.authorization.principals import principal_of
from workbench.localcloud.ministack.bridge.issued_credentials import issued

_ACTION = "appsync:GraphQL"


class EmulatorGrants:
    """The emulator's IAM as :class:`workbench.localcloud.appsync.execution.granted_fields.Grants`.

    A decision costs 10 µs, and finding the caller's policies as much: nothing is kept that a
    changed policy would make wrong.
    """

    def allow_all(self, access_key: str, resources: Sequence[str]) -> bool:
        """Whether the owner of the key may reach every one of the fields."""
        principal = _held_to_policies(access_key)
        if principal is None:
            return True
        refusals = (_refusal(principal, each) for each in resources)
        refused = next((each for each in refusals if each is not None), None)
        if refused is not None:
            enforcement.report(refused)
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
