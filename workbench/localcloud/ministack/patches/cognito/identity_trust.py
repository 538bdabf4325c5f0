"""Whether a role trusts an identity pool's identity to take it on; ministack never asks.

Cognito calls AssumeRoleWithWebIdentity with a token of its own, so the trust policy's conditions on
``aud``, ``amr`` and ``sub`` decide; with principal tags it needs ``sts:TagSession`` too.
Source: docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_PROVIDER = "cognito-identity.amazonaws.com"
_ASSUME = "sts:AssumeRoleWithWebIdentity"


def trusts(
    role_arn: str,
    pool_id: str,
    identity_id: str,
    logins: Mapping[str, str],
    tags: Mapping[str, str],
) -> bool:
    """Whether the role is there and its trust policy lets the identity in."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_trust_policy
    from ministack.core.responses import get_region
    from ministack.services import cognito, iam

    if role_arn.count(":") < 5:
        return False
    account = role_arn.split(":")[4]
    role = iam._roles.get_scoped(account, None, role_arn.rpartition("/")[2])
    if role is None:
        return False
    keys = {
        f"{_PROVIDER}:aud": pool_id,
        f"{_PROVIDER}:sub": identity_id,
        f"{_PROVIDER}:amr": cognito._identity_login_fields(logins)[0],
    }
    context = EvalContext(
        principal_arn=_PROVIDER,
        principal_type="WebIdentityUser",
        principal_account=account,
        action=_ASSUME,
        resource_arn=role_arn,
        region=get_region(),
        service_context=dict(keys),
        request_tags=dict(tags),
        tag_keys=list(tags),
    )
    document = role.get("AssumeRolePolicyDocument") or "{}"
    policy = json.loads(document) if isinstance(document, str) else document
    if not evaluate_trust_policy(policy, _PROVIDER, context):
        return False
    return not tags or evaluate_trust_policy(_for_tags(policy), _PROVIDER, context)


def _for_tags(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The statements on ``sts:TagSession``, which ministack lets no federated caller do."""
    from ministack.core.iam_evaluator import fnmatch_iam

    given = policy.get("Statement") or []
    found = []
    for statement in given if isinstance(given, list) else [given]:
        actions = statement.get("Action") or []
        named = [actions] if isinstance(actions, str) else actions
        if any(fnmatch_iam("sts:TagSession", each) for each in named):
            found.append({**statement, "Action": _ASSUME})
    return {"Statement": found}
