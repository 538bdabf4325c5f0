"""Pre token generation: ministack ignores its failures, asks once a token and merges any claim.

It also looks for the groups of the second version at the wrong place, and keeps those of the first
out of access tokens.
Source:
docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.ministack.patches.cognito import device_proofs
from workbench.localcloud.ministack.patches.cognito.group_roles import replace_groups, roles_of
from workbench.localcloud.ministack.patches.cognito.triggers.calls import current_call, of_call
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    event_attributes,
    has_trigger,
    run_trigger,
    unrecognizable,
    with_metadata,
)

_RESERVED = frozenset(
    (
        "acr",
        "amr",
        "at_hash",
        "aud",
        "auth_time",
        "azp",
        "cognito:username",
        "exp",
        "iat",
        "identities",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "sub",
        "token_use",
    )
)
_RESERVED_IN_ACCESS_TOKENS = _RESERVED | {
    "client_id",
    "device_key",
    "event_id",
    "scope",
    "username",
    "version",
}
_OF_GROUPS = ("cognito:groups", "cognito:roles", "cognito:preferred_role")
"""Set by groupOverrideDetails alone."""
_OF_DEVELOPERS = "dev:"

_answers: ContextVar[dict[str, Any] | None] = ContextVar("pre_token_generation", default=None)


def install() -> None:
    """Take the place of ministack's trigger; ask once for all tokens of a sign-in."""
    from ministack.services import cognito

    cognito._apply_pretoken_trigger = _with_trigger
    cognito._build_auth_result = _asking_once(cognito._build_auth_result)
    cognito._oauth2_token = _asking_once(cognito._oauth2_token)


def _asking_once(make: Callable[..., Any]) -> Callable[..., Any]:
    def making(*given: Any, **named: Any) -> Any:
        if _answers.get() is not None:
            return make(*given, **named)
        token = _answers.set({})
        try:
            return make(*given, **named)
        finally:
            _answers.reset(token)

    return making


def _with_trigger(
    *,
    pool_id: str,
    claims: dict[str, Any],
    token_type: str,
    trigger_source: str,
    client_id: str,
    username: str,
    groups: Iterable[str],
    client_metadata: Mapping[str, str] | None = None,
    scope: str = "",
    **_more: Any,
) -> dict[str, Any]:
    """The claims of a token as the trigger's function wants them. Raises TriggerRefusedError."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id)
    if pool is None or not has_trigger(pool, "PreTokenGeneration"):
        return claims
    version = _version(pool)
    if current_call().data.get("ChallengeName") == device_proofs.VERIFIER:
        trigger_source = "TokenGeneration_AuthenticateDevice"
    if trigger_source == "TokenGeneration_ClientCredentials" and version != "3":
        return claims
    asked = _answers.get()
    if asked is not None and trigger_source in asked:
        response = asked[trigger_source]
    else:
        user = cognito._resolve_user(pool, username)[0] if username else None
        request = _request(pool_id, user, groups, scope if version != "1" else None)
        call = current_call()
        # The hosted UI's calls are not the API's.
        data = call.data if call.action else {"ClientId": client_id}
        if not call.action and client_metadata:
            data = {**data, "ClientMetadata": client_metadata}
        with of_call(call.action, data):
            response = run_trigger(
                pool,
                trigger_source,
                user["Username"] if user else "ClientCredentials",
                with_metadata(request),
                {_details_name(version): None},
                version=version,
            )
        if asked is not None:
            asked[trigger_source] = response
    return _applied(claims, token_type, (response or {}).get(_details_name(version)), version)


def _version(pool: Any) -> str:
    """The version of the trigger's events: "1", "2" or "3"."""
    config = (pool.get("LambdaConfig") or {}).get("PreTokenGenerationConfig") or {}
    if not config.get("LambdaArn"):
        return "1"
    return str(config.get("LambdaVersion") or "V1_0")[1:2]


def _details_name(version: str) -> str:
    return "claimsOverrideDetails" if version == "1" else "claimsAndScopeOverrideDetails"


def _request(pool_id: str, user: Any, groups: Iterable[str], scope: str | None) -> dict[str, Any]:
    from ministack.services import cognito

    names = list(groups)
    roles, preferred = roles_of(pool_id, names)
    request: dict[str, Any] = {
        "userAttributes": event_attributes(user) if user else {},
        "groupConfiguration": {
            "groupsToOverride": names,
            "iamRolesToOverride": roles,
            "preferredRole": preferred,
        },
    }
    if scope is not None:
        request["scopes"] = cognito._aws_scope_order(scope.split(), presized=False)
    return request


def _applied(claims: dict[str, Any], token_type: str, details: Any, version: str) -> dict[str, Any]:
    if details is None:
        return claims
    found = _mapping(details)
    if version != "1":
        is_id = token_type == "id"
        section = _mapping(found.get("idTokenGeneration" if is_id else "accessTokenGeneration"))
    else:
        section = found if token_type == "id" else {}
    reserved = _RESERVED if token_type == "id" else _RESERVED_IN_ACCESS_TOKENS
    for name, value in _mapping(section.get("claimsToAddOrOverride")).items():
        if _may_be_set(name, value, claims, reserved) and value is not None:
            claims[name] = _as_text(value) if version == "1" else value
    for name in _names(section.get("claimsToSuppress")):
        if name not in reserved:
            claims.pop(name, None)
    if version != "1" and token_type == "access":
        _change_scopes(claims, section)
    if "groupOverrideDetails" in found:
        replace_groups(claims, _mapping(found["groupOverrideDetails"]), token_type)
    return claims


def _may_be_set(name: str, value: Any, claims: Mapping[str, Any], reserved: frozenset[str]) -> bool:
    if name == "aud" and claims.get("token_use") == "access":
        return bool(value == claims.get("client_id"))
    return not (name in reserved or name in _OF_GROUPS or name.startswith(_OF_DEVELOPERS))


def _change_scopes(claims: dict[str, Any], section: Mapping[str, Any]) -> None:
    added = _names(section.get("scopesToAdd"))
    suppressed = _names(section.get("scopesToSuppress"))
    if added or suppressed:
        kept = str(claims.get("scope") or "").split()
        wanted = dict.fromkeys((*kept, *added))
        claims["scope"] = " ".join(each for each in wanted if each not in suppressed)


def _as_text(value: Any) -> str:
    """A value of the first version, whose claims are texts."""
    if isinstance(value, Mapping | list):
        raise unrecognizable()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise unrecognizable()
    return value


def _names(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise unrecognizable()
    return value
