"""Names a refused caller as the developer knows it: a guest, a group, a function by its name."""

from __future__ import annotations

import time

from workbench.localcloud.iam.denials import Refusal
from workbench.localcloud.iam.requests import Principal
from workbench.model.refused_calls import CallerKind, RefusedCall

_SUB = "cognito-identity.amazonaws.com:sub"
_METHODS = "cognito-identity.amazonaws.com:amr"
_FUNCTION = "lambda:sourcefunctionarn"
_FRIENDLY_NAME = "amplify:friendly-name"


def refused_call_of(refusal: Refusal) -> RefusedCall:
    """The record of a refusal."""
    principal, decision = refusal.principal, refusal.decision
    kind, name = _caller(principal)
    statement = decision.statement
    identity = principal.keys.get(_SUB)
    return RefusedCall(
        at=time.time(),
        caller_kind=kind,
        caller=name,
        identity=identity if isinstance(identity, str) else "",
        role=principal.role_arn.rpartition("/")[2],
        action=refusal.request.action,
        resource=refusal.request.resource,
        kind=str(decision.kind),
        denied_by=(statement.sid or statement.policy) if statement else "",
    )


def _caller(principal: Principal) -> tuple[CallerKind, str]:
    role = principal.role_arn.rpartition("/")[2]
    function = principal.keys.get(_FUNCTION)
    if isinstance(function, str):
        return "function", _friendly_name(function)
    if not principal.role_arn:
        return "user", principal.arn.rpartition("/")[2]
    methods = principal.keys.get(_METHODS)
    if methods is None:
        return "role", role
    group = _group_of(principal.role_arn)
    if group:
        return "group", group
    return ("authenticated" if "authenticated" in methods else "guest"), ""


def _friendly_name(function: str) -> str:
    """The name that the function was defined with."""
    from ministack.services import lambda_svc

    name = function.rpartition(":")[2]
    record = lambda_svc._functions.get(name) or {}
    return str((record.get("tags") or {}).get(_FRIENDLY_NAME) or name)


def _group_of(role_arn: str) -> str:
    """The group of a user pool whose members have this role."""
    from ministack.services import cognito

    for _, pool in cognito._user_pools.all_items():
        for name, group in (pool.get("_groups") or {}).items():
            if group.get("RoleArn") == role_arn:
                return str(name)
    return ""
