"""Developer identities: ministack has no calls for them, or answers without doing anything.

The app's own server says who somebody is, and gets a token that the client brings as its login.
Source: docs.aws.amazon.com/cognito/latest/developerguide/developer-authenticated-identities.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.identities import disable, unlink
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse
from workbench.localcloud.ministack.patches.cognito.tokens import claims_of, is_signed

PROVIDER = "cognito-identity.amazonaws.com"
_USERS = "_developer_users"
_NAME = "_developer_provider"
_TAGS = "https://aws.amazon.com/tags"
_SECONDS = 900
"""How long a token is good if the call does not say."""
_MISMATCH = (
    "Logins don't match. Please include at least one valid login for this identity or "
    "identity pool."
)


class _RefusedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = refuse(code, message)


def install() -> None:
    """Add the calls, and look at such a token before it counts as a login."""
    from ministack.services import cognito

    dispatch = cognito._dispatch_identity
    check = cognito._identity_logins_error
    names = cognito._identity_login_names
    fields = cognito._identity_login_fields
    own: Mapping[str, Callable[[Any], dict[str, Any]]] = {
        "GetOpenIdTokenForDeveloperIdentity": _get_token,
        "LookupDeveloperIdentity": _look_up,
        "MergeDeveloperIdentities": _merge,
        "UnlinkDeveloperIdentity": _unlink,
    }

    async def with_developers(action: str, data: Any) -> Answer:
        if action not in own:
            answer: Answer = await dispatch(action, data)
            return answer
        try:
            answer = cognito.json_response(own[action](data))
        except _RefusedError as refused:
            return refused.answer
        return answer

    def check_token(pool: Any, identity_id: str | None, logins: Any) -> Answer | None:
        if isinstance(logins, dict) and PROVIDER in logins and pool.get("DeveloperProviderName"):
            refused = _token_refused(pool, identity_id, logins[PROVIDER])
            if refused is not None:
                return refused
        answer: Answer | None = check(pool, identity_id, logins)
        return answer

    def names_of(identity: Any) -> list[str]:
        shown: list[str] = names(identity)
        return [str(identity.get(_NAME)) if each == PROVIDER else each for each in shown]

    def fields_of(logins: Any) -> tuple[list[str], list[str]]:
        amr, providers = fields(logins)
        said = claims_of(logins[PROVIDER]).get("amr") if PROVIDER in logins else None
        if said:
            others = (each for each in amr if not each.startswith(("authenticated", PROVIDER)))
            amr = [*said, *others]
        return amr, providers

    cognito._dispatch_identity = with_developers
    cognito._identity_logins_error = check_token
    cognito._identity_login_names = names_of
    cognito._identity_login_fields = fields_of


def tags_of(token: str) -> dict[str, str]:
    """The principal tags that the server put into the token."""
    told = (claims_of(token).get(_TAGS) or {}).get("principal_tags") or {}
    return {key: values[0] for key, values in told.items()}


def _token_refused(pool: Any, identity_id: str | None, token: Any) -> Answer | None:
    claims = claims_of(token)
    if identity_id is None:
        said = "Invalid login token. Can't pass in a Cognito token."
    elif not claims:
        said = "Invalid login token. Not a valid OpenId Connect identity token."
    elif not is_signed(token) or claims.get("iss") != f"https://{PROVIDER}":
        said = "Invalid login token. Token signature invalid."
    elif claims.get("aud") != pool["IdentityPoolId"] or claims.get("sub") != identity_id:
        said = _MISMATCH
    elif claims["exp"] <= time.time():
        said = f"Invalid login token. Token expired: {int(time.time())} >= {claims['exp']}"
    else:
        return None
    return refuse("NotAuthorizedException", said)


def _pool(data: Any) -> Any:
    from ministack.services import cognito

    pool = cognito._identity_pools.get(data.get("IdentityPoolId"))
    if pool is None:
        missing = f"IdentityPool '{data.get('IdentityPoolId')}' not found."
        raise _RefusedError("ResourceNotFoundException", missing)
    return pool


def _provider(pool: Any, given: Any) -> str:
    name = pool.get("DeveloperProviderName")
    if not name or name not in given:
        raise _RefusedError(
            "NotAuthorizedException",
            "This identity pool does not support the specified developer provider",
        )
    return str(name)


def _identity(pool: Any, identity_id: Any) -> dict[str, Any]:
    found: dict[str, Any] | None = pool["_identities"].get(identity_id)
    if found is None:
        raise _RefusedError("ResourceNotFoundException", f"Identity '{identity_id}' not found.")
    return found


def _of_user(pool: Any, user: Any) -> dict[str, Any] | None:
    return next((each for each in pool["_identities"].values() if user in _users(each)), None)


def _users(identity: Mapping[str, Any]) -> list[str]:
    return list(identity.get(_USERS) or ())


def _found(pool: Any, user: Any) -> dict[str, Any]:
    found = _of_user(pool, user)
    if found is None:
        raise _RefusedError("ResourceNotFoundException", f"Developer identity '{user}' not found.")
    return found


def _get_token(data: Any) -> dict[str, Any]:
    from ministack.services import cognito

    pool, logins = _pool(data), dict(data.get("Logins") or {})
    provider = _provider(pool, logins)
    user = str(logins.pop(provider))
    identity_id, known = data.get("IdentityId"), _of_user(pool, user)
    if identity_id:
        wanted = _identity(pool, identity_id)
        if known is not None and known is not wanted:
            said = "The developer user identifier is already registered with another identity."
            raise _RefusedError("DeveloperUserAlreadyRegisteredException", said)
        known = wanted
        if not logins and wanted["Logins"].keys() - {PROVIDER}:
            raise _RefusedError("NotAuthorizedException", _MISMATCH)
    if logins:
        refused = cognito._identity_logins_error(pool, None, logins)
        if refused is not None:
            raise _refused_as(refused)
        linked = cognito._link_logins(pool, known["IdentityId"] if known else None, logins)
        known = pool["_identities"][linked] if linked else known
    if known is None:
        known = _new(pool, logins)
    duration = int(data.get("TokenDuration") or _SECONDS)
    token = _token(pool, known, provider, user, duration, data.get("PrincipalTags") or {})
    users = dict.fromkeys([*_users(known), user])
    known.update({_USERS: list(users), _NAME: provider})
    known["Logins"] = {**known["Logins"], PROVIDER: token}
    return {"IdentityId": known["IdentityId"], "Token": token}


def _refused_as(answer: Answer) -> _RefusedError:
    told = json.loads(answer[2])
    return _RefusedError(told["__type"], told["message"])


def _new(pool: Any, logins: Mapping[str, str]) -> dict[str, Any]:
    from ministack.services import cognito

    identity_id, now = cognito._identity_id(pool["IdentityPoolId"]), cognito._now_epoch()
    made = {
        "IdentityId": identity_id,
        "Logins": dict(logins),
        "CreationDate": now,
        "LastModifiedDate": now,
    }
    pool["_identities"][identity_id] = made
    return made


def _token(  # noqa: PLR0917 - what the claims say
    pool: Any,
    identity: Mapping[str, Any],
    provider: str,
    user: str,
    duration: int,
    tags: Mapping[str, str],
) -> str:
    from ministack.services import cognito

    now, pool_id = int(time.time()), pool["IdentityPoolId"]
    claims: dict[str, Any] = {
        "sub": identity["IdentityId"],
        "aud": pool_id,
        "amr": ["authenticated", provider, f"{provider}:{pool_id}:{user}"],
        "iss": f"https://{PROVIDER}",
        "iat": now,
        "exp": now + duration,
    }
    if tags:
        claims[_TAGS] = {"principal_tags": {key: [str(value)] for key, value in tags.items()}}
    signed: str = cognito._signed_jwt(claims)
    return signed


def _look_up(data: Any) -> dict[str, Any]:
    pool = _pool(data)
    user, identity_id = data.get("DeveloperUserIdentifier"), data.get("IdentityId")
    if not user and not identity_id:
        said = "Please provide an identity ID or a developer user identifier."
        raise _RefusedError("InvalidParameterException", said)
    found = _identity(pool, identity_id) if identity_id else _found(pool, user)
    if user and user not in _users(found):
        said = "The identity ID and the developer user identifier don't match."
        raise _RefusedError("ResourceConflictException", said)
    users = [str(user)] if user else _users(found)
    begin = int(data.get("NextToken") or 0)
    most = min(int(data.get("MaxResults") or 60), 60)
    told = {
        "IdentityId": found["IdentityId"],
        "DeveloperUserIdentifierList": users[begin : begin + most],
    }
    if begin + most < len(users):
        told["NextToken"] = str(begin + most)
    return told


def _merge(data: Any) -> dict[str, Any]:
    pool = _pool(data)
    _provider(pool, [data.get("DeveloperProviderName")])
    source = _found(pool, data.get("SourceUserIdentifier"))
    into = _found(pool, data.get("DestinationUserIdentifier"))
    if source is not into:
        into[_USERS] = list(dict.fromkeys([*_users(into), *_users(source)]))
        into["Logins"] = {**source["Logins"], **into["Logins"]}
        disable(source)
        source.update({"_merged_into": into["IdentityId"], _USERS: []})
    return {"IdentityId": into["IdentityId"]}


def _unlink(data: Any) -> dict[str, Any]:
    pool, user = _pool(data), data.get("DeveloperUserIdentifier")
    _provider(pool, [data.get("DeveloperProviderName")])
    found = _identity(pool, data.get("IdentityId"))
    if user not in _users(found):
        raise _RefusedError("ResourceNotFoundException", f"Developer identity '{user}' not found.")
    found[_USERS] = [each for each in _users(found) if each != user]
    if not found[_USERS]:
        unlink(found, {PROVIDER})
    return {}
