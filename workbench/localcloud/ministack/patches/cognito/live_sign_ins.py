"""Sign-ins that go on: ministack keeps what has ended, for ever; here a user has what still lasts.

ministack lists every sign-in that was revoked, in one set that only grows, keeps every refresh
token of the hosted UI, walks over all of them and over all users for a sign-out or a refresh, and
compares whole seconds. It takes the time of a refresh for that of the sign-in, and cannot rotate
refresh tokens. Here each user's record has the sign-ins whose tokens are still taken: ending one is
removing it, and the sign-ins of a deleted user are gone with the record.
Source: docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html,
amazon-cognito-user-pools-using-the-refresh-token.html
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
)

_KEY = "_sign_ins"
_LOOKED_AT = 2
"""Sign-ins of a user that each new one looks at, to drop them if they have expired."""


def install() -> None:
    """Keep each sign-in with its user; end it there; let tokens tell of it."""
    from ministack.services import cognito

    build, sign = cognito._build_auth_result, cognito._signed_jwt
    exchange = cognito._oauth2_token

    def build_live(
        pool_id: str, client_id: str, user: Any, *more: Any, origin_jti: str = "", **named: Any
    ) -> Any:
        origin = origin_jti or begin(pool_id, client_id, user)
        try:
            return build(pool_id, client_id, user, *more, origin_jti=origin, **named)
        except BaseException:
            # A trigger has refused: there are no tokens, so there was no sign-in.
            if not origin_jti:
                end(user, [origin])
            raise

    def sign_live(claims: dict[str, Any], pool_id: str = "", use: str = "") -> Any:
        if pool_id and ("username" in claims or "cognito:username" in claims):
            record = sign_in_of(claims)
            if record is not None:
                claims["auth_time"] = record["auth_time"]
                claims["event_id"] = record["event_id"]
                if record.get("device") and claims["token_use"] == "access":
                    claims["device_key"] = record["device"]
                if not _is_revocable(pool_id, record):
                    claims = {k: v for k, v in claims.items() if k not in ("origin_jti", "jti")}
        return sign(claims, pool_id, use)

    def exchange_without_registry(*given: Any, **named: Any) -> Any:
        # Refresh tokens tell their owner and scope themselves. With ministack's list of them it
        # would check less, and forget the groups of whoever refreshes.
        cognito._refresh_tokens.clear()
        answer = exchange(*given, **named)
        cognito._refresh_tokens.clear()
        return answer

    cognito._build_auth_result = build_live
    cognito._signed_jwt = sign_live
    cognito._oauth2_token = exchange_without_registry
    cognito._user_from_token = _user_from_token
    cognito._user_pool_for_access_token = _user_and_pool
    cognito._global_sign_out = _global_sign_out
    cognito._revoke_token = _revoke
    cognito._admin_user_global_sign_out = _ending(cognito._admin_user_global_sign_out)
    cognito._admin_disable_user = _ending(cognito._admin_disable_user)


def begin(pool_id: str, client_id: str, user: Any) -> str:
    """A new sign-in of a user; its name is what the tokens call ``origin_jti``."""
    from ministack.services import cognito

    now, live = int(time.time()), of(user)
    for old in list(islice(live, _LOOKED_AT)):
        record = live.pop(old)
        if record["until"] > now:
            live[old] = record
    lasts = max(cognito._token_validity(pool_id, client_id, use) for use in ("refresh", "access"))
    origin = str(uuid.uuid4())
    live[origin] = {
        "auth_time": now,
        "event_id": str(uuid.uuid4()),
        "until": now + lasts,
        "client": client_id,
    }
    return origin


def of(user: Any) -> dict[str, Any]:
    """A user's sign-ins by name."""
    live: dict[str, Any] = user.setdefault(_KEY, {})
    # What ministack's own code or an earlier release has noted, without its time.
    for origin in user.pop("_origin_jtis", ()):
        now = int(time.time())
        live.setdefault(
            origin,
            {
                "auth_time": now,
                "event_id": str(uuid.uuid4()),
                "until": now + 30 * 86400,
                "client": "",
            },
        )
    return live


def end(user: Any, origins: Iterable[str] | None = None) -> None:
    """End a user's sign-ins: all of them, or those named."""
    live = of(user)
    for origin in list(live) if origins is None else origins:
        live.pop(origin, None)


def sign_in_of(claims: Mapping[str, Any]) -> dict[str, Any] | None:
    """The sign-in that a token came from; None where it was ended or its user deleted."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(str(claims.get("iss", "")).rpartition("/")[2])
    user = _user_of(pool, claims) if pool else None
    if user is None:
        return None
    origin, live = claims.get("origin_jti"), of(user)
    if origin is None and (event := claims.get("event_id")) is not None:
        # Of a client without revocation: such tokens end by a sign-out all the same.
        return next((each for each in live.values() if each["event_id"] == event), None)
    if not isinstance(origin, str) or origin in cognito._revoked_tokens:
        return None
    found: dict[str, Any] | None = live.get(origin)
    return found


def _is_revocable(pool_id: str, record: Mapping[str, Any]) -> bool:
    """Whether tokens tell which of them belong together: a client may turn revocation off."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id) or {}
    client = (pool.get("_clients") or {}).get(record["client"]) or {}
    return bool(client.get("EnableTokenRevocation", True))


def _claims(token: Any) -> Mapping[str, Any]:
    from ministack.services import cognito

    found: Mapping[str, Any] = cognito._token_claims(token)
    return found


def _user_of(pool: Any, claims: Mapping[str, Any]) -> Any:
    """Whom a token of a pool names: never another user who has got the name since."""
    from ministack.services import cognito

    sub = claims.get("sub")
    if not isinstance(sub, str):
        return None
    name = claims.get("username") or claims.get("cognito:username")
    if isinstance(name, str):
        user = pool["_users"].get(name)
    else:
        user = cognito._resolve_user(pool, sub)[0]
    return user if user is not None and attributes_of(user).get("sub") == sub else None


def _user_from_token(token: str, pool: Any) -> Any:
    return _user_of(pool, _claims(token))


def _user_and_pool(token: Any) -> tuple[Any, Any]:
    from ministack.services import cognito

    claims = _claims(token) if token else {}
    pool = cognito._user_pools.get(str(claims.get("iss", "")).rpartition("/")[2])
    user = _user_of(pool, claims) if pool else None
    return (user, pool) if user is not None else (None, None)


def _global_sign_out(data: Any) -> Answer:
    from ministack.services import cognito

    user, _ = _user_and_pool(data.get("AccessToken"))
    if user is None:
        return refuse("NotAuthorizedException", "Invalid Access Token")
    end(user)
    answer: Answer = cognito.json_response({})
    return answer


def _revoke(data: Any) -> Answer:
    from ministack.services import cognito

    claims = _claims(data.get("Token"))
    pool = cognito._get_pool_unscoped(str(claims.get("iss", "")).rpartition("/")[2])
    user = _user_of(pool, claims) if pool else None
    if user is not None:
        end(user, [str(claims.get("origin_jti"))])
    answer: Answer = cognito.json_response({})
    return answer


def _ending(action: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def and_end(data: Any) -> Answer:
        from ministack.services import cognito

        answer = action(data)
        if answer[0] == 200:
            pool = cognito._user_pools[data["UserPoolId"]]
            end(cognito._resolve_user(pool, data.get("Username"))[0])
        return answer

    return and_end
