"""Users of Google, Facebook and other providers, as the hosted sign-in's stand-in page makes them.

Source, "Lambda triggers for federated users":
docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.triggers.calls import (
    TriggerRefusedError,
    of_call,
)
from workbench.localcloud.ministack.patches.cognito.triggers.sign_in import (
    post_authentication,
    pre_authentication,
)
from workbench.localcloud.ministack.patches.cognito.triggers.sign_up import (
    post_confirmation,
    pre_sign_up,
)
from workbench.localcloud.ministack.patches.cognito.turns import in_turn
from workbench.localcloud.service_error import ServiceError


def mapped_attributes(pool_id: str, provider: str) -> tuple[str, ...]:
    """What a provider tells of its users, the e-mail address first; empty without the provider."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id) or {}
    found = pool.get("_identity_providers", {}).get(provider)
    if found is None:
        return ()
    mapping = dict(found.get("AttributeMapping") or {})
    return ("email", *sorted(set(mapping) - {"email", "username"}))


async def sign_in_externally(
    client_id: str, pool_id: str, provider: str, attributes: Mapping[str, str]
) -> str:
    """The name of the pool's user for somebody of a provider; made at the first sign-in.

    Raises ServiceError.
    """
    from ministack.core.concurrency import run_reentrant
    from ministack.core.responses import set_request_region
    from ministack.services import cognito

    set_request_region(cognito._pool_region(pool_id))
    # In a thread: the function of a trigger may ask the local cloud something itself.
    name: str = await run_reentrant(_sign_in, client_id, pool_id, provider, dict(attributes))
    return name


@in_turn
def _sign_in(client_id: str, pool_id: str, provider: str, attributes: dict[str, str]) -> str:
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id)
    # The provider's own id of the user: the same for the same address.
    digest = hashlib.sha256(f"{provider} {attributes['email'].lower()}".encode()).hexdigest()
    own_id = str(int(digest[:20], 16)).zfill(21)[:21]
    linked = cognito._linked_username_for_federation(pool, provider, own_id, attributes)
    name = str(linked or f"{provider}_{own_id}")
    try:
        with of_call("", {"ClientId": client_id}):
            user = pool["_users"].get(name)
            if user is None:
                return _made(pool, provider, own_id, name, attributes)
            pre_authentication(pool, user, name)
            if not user.get("Enabled", True):
                raise ServiceError("NotAuthorizedException", "User is disabled.")
            cognito._merge_federated_attrs(user, attributes, cognito._now_epoch())
            post_authentication(pool, user)
            return name
    except TriggerRefusedError as refused:
        raise ServiceError(refused.code, str(refused)) from None


def _made(pool: Any, provider: str, own_id: str, name: str, attributes: dict[str, str]) -> str:
    from ministack.services import cognito

    decided = pre_sign_up(pool, name, attributes, "PreSignUp_ExternalProvider")
    # The trigger may have linked this somebody to a user of the pool.
    linked = cognito._linked_username_for_federation(pool, provider, own_id, attributes)
    if linked:
        return str(linked)
    verified = {
        attribute: "true"
        for attribute, flag in (
            ("email_verified", decided["autoVerifyEmail"]),
            ("phone_number_verified", decided["autoVerifyPhone"]),
        )
        if flag
    }
    now = cognito._now_epoch()
    given = {**attributes, **verified, "sub": str(uuid.uuid4())}
    pool["_users"][name] = {
        "Username": name,
        "Attributes": cognito._dict_to_attr_list(given),
        "UserCreateDate": now,
        "UserLastModifiedDate": now,
        "Enabled": True,
        "UserStatus": "EXTERNAL_PROVIDER",
        "MFAOptions": [],
        "_password": "",
        "_groups": [],
        "_tokens": [],
    }
    pool["EstimatedNumberOfUsers"] = len(pool["_users"])
    user = pool["_users"][name]
    cognito._start_federated_profile(pool, pool["Id"], user, provider, own_id)
    post_confirmation(pool, user, "PostConfirmation_ConfirmSignUp")
    return name
