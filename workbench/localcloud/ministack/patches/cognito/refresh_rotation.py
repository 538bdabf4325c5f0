"""Refresh token rotation: ministack has none; a client of Cognito may get a new one each time.

The old one is taken for the grace period that the client sets, for a retry, and then no more.
Source: docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-using-the-refresh-token.html, "Refresh token rotation"
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import live_sign_ins
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse, reply


def install() -> None:
    """Give a new refresh token where the client rotates them; refuse one that was rotated out."""
    from ministack.services import cognito

    refresh_user = cognito._refresh_auth_user
    by_token = cognito._get_tokens_from_refresh_token
    by_hosted_ui = cognito._oauth2_refresh_api_issued_token

    def refresh_current(pool: Any, pid: str, cid: str, token: Any) -> tuple[Any, Any]:
        user, refused = refresh_user(pool, pid, cid, token)
        if user and not refused and not _is_current(cognito._token_claims(token)):
            return None, refuse(
                "RefreshTokenReuseException",
                "The refresh token has been invalidated by refresh token rotation.",
            )
        return user, refused

    def get_tokens(data: Any) -> Answer:
        client_id = data.get("ClientId")
        pool, _ = cognito._pool_for_client(client_id)
        client = pool["_clients"][client_id] if pool else {}
        secret = client.get("ClientSecret")
        if secret and data.get("ClientSecret") != secret:
            return refuse("NotAuthorizedException", "Invalid client secret.")
        answer: Answer = by_token(data)
        if answer[0] != 200:
            return answer
        found = json.loads(answer[2])
        new = _rotated(client, data["RefreshToken"])
        if new:
            found["AuthenticationResult"]["RefreshToken"] = new
        return reply(found)

    def refresh_hosted(token: str, client_id: str, secret: str) -> Any:
        status, headers, body = by_hosted_ui(token, client_id, secret)
        if status != 200:
            return status, headers, body
        found = json.loads(body)
        claims = cognito._token_claims(token)
        pool = cognito._get_pool_unscoped(str(claims["iss"]).rpartition("/")[2])
        told = cognito._token_claims(found["access_token"])
        found["expires_in"] = told["exp"] - told["iat"]
        new = _rotated(pool["_clients"][claims["client_id"]], token)
        if new:
            found["refresh_token"] = new
        return status, headers, json.dumps(found).encode()

    cognito._refresh_auth_user = refresh_current
    cognito._get_tokens_from_refresh_token = get_tokens
    cognito._oauth2_refresh_api_issued_token = refresh_hosted
    cognito._create_user_pool_client = _checked(cognito._create_user_pool_client)
    cognito._update_user_pool_client = _checked(cognito._update_user_pool_client)


def is_on(client: Mapping[str, Any]) -> bool:
    """Whether a client's refresh tokens are rotated."""
    rotation = client.get("RefreshTokenRotation") or {}
    return bool(rotation.get("Feature") == "ENABLED")


def _is_current(claims: Mapping[str, Any]) -> bool:
    record = live_sign_ins.sign_in_of(claims)
    if record is None or "refresh" not in record or record["refresh"] == claims.get("jti"):
        return True
    return bool(record["before"] == claims.get("jti") and time.time() < record["before_until"])


def _rotated(client: Mapping[str, Any], token: str) -> str:
    """The refresh token that follows; it lasts no longer. "" where none does."""
    from ministack.services import cognito

    claims = cognito._token_claims(token)
    record = live_sign_ins.sign_in_of(claims)
    if not is_on(client) or record is None:
        return ""
    following = {**claims, "jti": str(uuid.uuid4()), "iat": int(time.time())}
    if record.get("before") != claims["jti"]:
        grace = client["RefreshTokenRotation"].get("RetryGracePeriodSeconds") or 0
        record.update(before=claims["jti"], before_until=time.time() + grace)
    record["refresh"] = following["jti"]
    pool_id = str(claims["iss"]).rpartition("/")[2]
    signed: str = cognito._signed_jwt(following, pool_id, "access")
    return signed


def _checked(change: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """A client that rotates cannot be one that refreshes in the way that does not."""

    def checked(data: Any) -> Answer:
        from ministack.services import cognito

        pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
        before = (pool.get("_clients") or {}).get(data.get("ClientId")) or {}
        after = {**before, **data}
        flows = after.get("ExplicitAuthFlows") or []
        if is_on(after) and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
            return refuse(
                "InvalidParameterException",
                "ALLOW_REFRESH_TOKEN_AUTH cannot be used with refresh token rotation.",
            )
        return change(data)

    return checked
