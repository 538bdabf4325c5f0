"""Whether a role trusts an identity pool's identity to take it on; ministack never asks.

Cognito calls AssumeRoleWithWebIdentity with a token of its own, so the trust policy's conditions on
``aud``, ``amr`` and ``sub`` decide; with principal tags it needs ``sts:TagSession`` too.
Source: docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.localcloud.iam.trust import trusts_provider
from workbench.localcloud.iam.wildcards import Values
from workbench.localcloud.ministack.patches.sts.sts_requests import role_of

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
    from ministack.services import cognito

    role = role_of(role_arn)
    if role is None:
        return False
    context: dict[str, Values] = {
        f"{_PROVIDER}:aud": pool_id,
        f"{_PROVIDER}:sub": identity_id,
        f"{_PROVIDER}:amr": cognito._identity_login_fields(logins)[0],
    }
    if tags:
        context["aws:tagkeys"] = list(tags)
        context.update({f"aws:requesttag/{key.lower()}": value for key, value in tags.items()})
    actions = [_ASSUME, "sts:TagSession"] if tags else [_ASSUME]
    return trusts_provider(role.get("AssumeRolePolicyDocument"), _PROVIDER, actions, context)
