"""Identity pools: ministack takes any login; AWS only those of providers that the pool trusts.

ministack checks logins only with its AUTH switch on, which also turns on checks that local keys do
not pass. It also gives guests an identity in pools without guests, and credentials for an identity
of no pool.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
)
from workbench.localcloud.ministack.patches.cognito.tokens import claims_of, is_revoked

_NO_GUESTS = "Unauthenticated access is not supported for this identity pool."


def install() -> None:
    """Check tokens before an identity or its keys are given."""
    from ministack.services import cognito

    get_id = cognito._get_id

    def get_id_checked(data: Any) -> Answer:
        pool = cognito._identity_pools.get(data.get("IdentityPoolId"))
        refused = _refused(pool, None, data) if pool else None
        answer: Answer = refused or get_id(data)
        return answer

    cognito._get_id = get_id_checked
    cognito._get_credentials_for_identity = of_identity(cognito._get_credentials_for_identity)
    cognito._get_open_id_token = of_identity(cognito._get_open_id_token)


def of_identity(call: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """A call for an identity that is there, with logins that are its own."""

    def checked(data: Any) -> Answer:
        identity_id = data.get("IdentityId")
        pool = pool_of(identity_id)
        if pool is None:
            return refuse("ResourceNotFoundException", f"Identity '{identity_id}' not found.")
        return _refused(pool, identity_id, data) or call(data)

    return checked


def pool_of(identity_id: Any) -> Any:
    """The pool of an identity; None for an identity of no pool."""
    from ministack.services import cognito

    if not isinstance(identity_id, str):
        return None
    pools = cognito._identity_pools.values()
    return next((pool for pool in pools if identity_id in pool["_identities"]), None)


def _refused(pool: Any, identity_id: str | None, data: Mapping[str, Any]) -> Answer | None:
    from ministack.services import cognito

    logins = data.get("Logins") or {}
    if not logins and not pool.get("AllowUnauthenticatedIdentities"):
        identity = pool["_identities"][identity_id] if identity_id else {}
        if not identity.get("Logins"):
            return refuse("NotAuthorizedException", _NO_GUESTS)
    refused: Answer | None = cognito._identity_logins_error(pool, identity_id, logins)
    if refused is not None:
        return refused
    for provider, token in logins.items():
        if _is_asked_about(pool, provider) and not _is_in_force(token):
            return refuse("NotAuthorizedException", "Invalid login token. Token is revoked.")
    return None


def _is_asked_about(pool: Any, provider: str) -> bool:
    """Whether the identity pool asks the user pool about its users, beside the token."""
    return any(
        each.get("ProviderName") == provider and each.get("ServerSideTokenCheck")
        for each in pool.get("CognitoIdentityProviders") or ()
    )


def _is_in_force(token: str) -> bool:
    from ministack.services import cognito

    claims = claims_of(token)
    pool = cognito._user_pools.get(str(claims.get("iss", "")).rpartition("/")[2])
    user = pool["_users"].get(claims.get("cognito:username")) if pool else None
    if user is None or attributes_of(user).get("sub") != claims.get("sub"):
        return False
    return bool(user.get("Enabled", True)) and not is_revoked(claims)
