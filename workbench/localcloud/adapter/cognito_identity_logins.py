"""Identity pools take a user pool's token only where that pool has signed it and it is not expired.

Mends: ministack looks at logins only where its signature checks are on, which local keys do not pass.
Source: docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetId.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from workbench.localcloud.adapter.cognito_sessions import Answer, refuse


def install() -> None:
    """Check tokens before an identity or its keys are given."""
    from ministack.services import cognito

    cognito._get_id = _checked(cognito._get_id)
    cognito._get_credentials_for_identity = _checked(cognito._get_credentials_for_identity)
    cognito._get_open_id_token = _checked(cognito._get_open_id_token)


def _checked(call: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def with_check(data: Any) -> Answer:
        from ministack.services import cognito

        for provider, token in (data.get("Logins") or {}).items():
            pool_id = provider.rpartition("/")[2]
            if not provider.startswith("cognito-idp.") or pool_id not in cognito._user_pools:
                continue
            if not _is_signed(token):
                return refuse(
                    "NotAuthorizedException", "Invalid login token. Token signature invalid."
                )
            if cognito._token_claims(token).get("exp", 0) < time.time():
                return refuse("NotAuthorizedException", "Invalid login token. Token expired.")
        return call(data)

    return with_check


def _is_signed(token: Any) -> bool:
    from ministack.services import cognito

    if not isinstance(token, str) or token.count(".") != 2:
        return False
    return bool(cognito._signature_valid(token))
