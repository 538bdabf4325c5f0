"""The decision on a request, in the order that AWS documents, within one account.

An explicit deny anywhere wins. Then a resource's own policy may allow a caller by name: a user or a
session whatever its limits are, a role within them. Else the identity's policies must allow it, and
the permissions boundary and session policies too.
Source: "Policy evaluation logic", IAM user guide, with "Determining whether a request is allowed
or denied within an account".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from workbench.localcloud.iam.policies import Policies, Principals, Statement
from workbench.localcloud.iam.requests import (
    Decision,
    PolicyKind,
    Principal,
    Request,
    ResourcePolicy,
)
from workbench.localcloud.iam.wildcards import Lookup, Values

_RESOURCE_TAG = "aws:resourcetag/"


def decide(
    principal: Principal, request: Request, resource_policy: ResourcePolicy | None = None
) -> Decision:
    """Whether IAM allows a principal's request."""
    lookup = lookup_of(principal, request)
    own = None if resource_policy is None else resource_policy.policies
    layers = [(PolicyKind.IDENTITY, principal.identity)]
    if principal.boundary is not None:
        layers.append((PolicyKind.BOUNDARY, principal.boundary))
    layers += [(PolicyKind.SESSION, each) for each in principal.sessions]
    for kind, policies in layers:
        denied = _first(policies.about(request.action)[0], request, lookup)
        if denied is not None:
            return Decision(False, kind, denied)
    named: dict[bool, Statement] = {}
    delegated = None
    if own is not None:
        denying, allowing = own.about(request.action)
        about = [each for each in denying if _is_denied(each.principals, principal)]
        denied = _first(about, request, lookup)
        if denied is not None:
            return Decision(False, PolicyKind.RESOURCE, denied)
        for each in allowing:
            how = _how_named(each.principals, principal)
            if how is not None and each.applies(request.resource, lookup):
                if how == "account":
                    delegated = delegated or each
                else:
                    named.setdefault(how == "itself", each)
    if True in named:
        return Decision(True, PolicyKind.RESOURCE, named[True])
    allowed = _first(principal.identity.about(request.action)[1], request, lookup)
    if resource_policy is not None and resource_policy.required and not named and not delegated:
        return Decision(False, PolicyKind.RESOURCE)
    kind = PolicyKind.IDENTITY
    if False in named:
        allowed, kind = named[False], PolicyKind.RESOURCE
    if allowed is None:
        return Decision(False, PolicyKind.IDENTITY)
    for limit, policies in layers[1:]:
        if _first(policies.about(request.action)[1], request, lookup) is None:
            return Decision(False, limit)
    return Decision(True, kind, allowed)


def decide_service(service: str, request: Request, policy: ResourcePolicy | None) -> Decision:
    """Whether a resource's policy lets an AWS service (``s3.amazonaws.com``) make a request."""
    statements = [] if policy is None else policy.policies.statements
    about = Policies([each for each in statements if _names_service(each.principals, service)])
    lookup = _lookup({}, request)
    denying, allowing = about.about(request.action)
    denied = _first(denying, request, lookup)
    if denied is not None:
        return Decision(False, PolicyKind.RESOURCE, denied)
    allowed = _first(allowing, request, lookup)
    return Decision(allowed is not None, PolicyKind.RESOURCE, allowed)


def lookup_of(principal: Principal, request: Request) -> Lookup:
    """The condition keys of a request: its own, the caller's, and those of every request."""
    return _lookup(
        {
            "aws:principalarn": principal.role_arn or principal.arn,
            "aws:principalaccount": principal.account,
            "aws:principaltype": "AssumedRole" if principal.role_arn else "User",
            **principal.keys,
        },
        request,
    )


def _lookup(caller: dict[str, Values], request: Request) -> Lookup:
    context = request.context

    def lookup(key: str) -> Values | None:
        found = context.get(key)
        if found is None:
            found = caller.get(key)
        if found is None and key == "aws:currenttime":
            return datetime.now(UTC).isoformat()
        if found is None and key == "aws:epochtime":
            return str(int(time.time()))
        if found is None and key.startswith(_RESOURCE_TAG) and request.tags is not None:
            return _tag(request.tags(), key.removeprefix(_RESOURCE_TAG))
        return found

    return lookup


def _tag(tags: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in tags.items() if key.lower() == name), None)


def _first(statements: list[Statement], request: Request, lookup: Lookup) -> Statement | None:
    resource = request.resource
    return next((each for each in statements if each.applies(resource, lookup)), None)


def _how_named(principals: Principals | None, caller: Principal) -> str | None:
    """How an allowing statement names a caller: ``itself``, its ``role``, its ``account``."""
    if principals is None:
        return None
    how = _names(principals, caller)
    if not principals.others:
        return how
    return "role" if how is None else None


def _names(principals: Principals, caller: Principal) -> str | None:
    best: str | None = None
    for named in principals.aws:
        if named == caller.arn:
            return "itself"
        if named == "*" or (caller.role_arn and named == caller.role_arn):
            best = "role"
        elif _is_account(named, caller.account) and best is None:
            best = "account"
    return best


def _is_account(named: str, account: str) -> bool:
    return named == account or (named.startswith("arn:") and named.endswith(f"iam::{account}:root"))


def _is_denied(principals: Principals | None, caller: Principal) -> bool:
    if principals is None:
        return False
    if not principals.others:
        return _names(principals, caller) is not None
    # To except a session, AWS asks that NotPrincipal names session and role; the account is
    # not enough for either.
    return _names(principals, caller) in {None, "account"}


def _names_service(principals: Principals | None, service: str) -> bool:
    if principals is None:
        return False
    named = "*" in principals.aws or service.lower() in principals.services
    return named is not principals.others
