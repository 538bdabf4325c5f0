"""Identity pools' credentials: ministack knows two roles; AWS asks mappings, trust and tags too.

The role is chosen by the provider's mapping (the token's roles, or rules on its claims), must
trust the identity pool, and gets the principal tags of the token's claims. Guests of the enhanced
flow reach certain services only.
Source: docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.developer_identities import PROVIDER, tags_of
from workbench.localcloud.ministack.patches.cognito.group_roles import PREFERRED_ROLE, ROLES
from workbench.localcloud.ministack.patches.cognito.guest_services import GUEST_POLICY
from workbench.localcloud.ministack.patches.cognito.identity_logins import pool_of
from workbench.localcloud.ministack.patches.cognito.identity_trust import trusts
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse
from workbench.localcloud.ministack.patches.cognito.tokens import claims_of

_BAD_ROLES = "Invalid identity pool configuration. Check assigned IAM roles for this pool."
_DEFAULT_TAGS = {"username": "sub", "client": "aud"}
"""A user pool's, where the map says that the defaults are to be used."""


class RefusedError(Exception):
    """No role: AWS's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = refuse(code, message)


def install() -> None:
    """Choose the role before keys are given, and note it with them."""
    from ministack.services import cognito

    get_credentials = cognito._get_credentials_for_identity
    set_roles = cognito._set_identity_pool_roles
    load = cognito.load_persisted_state

    def with_role(data: Any) -> Answer:
        pool = pool_of(data.get("IdentityId"))
        if pool is None:
            answer: Answer = get_credentials(data)
            return answer
        logins = data.get("Logins") or {}
        try:
            role = role_for(pool, logins, data.get("CustomRoleArn"))
        except RefusedError as refused:
            return refused.answer
        tags = principal_tags(pool, logins)
        if not trusts(role, pool["IdentityPoolId"], data["IdentityId"], logins, tags):
            return refuse("InvalidIdentityPoolConfigurationException", _BAD_ROLES)
        answer = get_credentials(data)
        if answer[0] == 200:
            _note(json.loads(answer[2])["Credentials"]["AccessKeyId"], role, tags, bool(logins))
        return answer

    def set_by_provider(data: Any) -> Answer:
        mappings = _by_provider(data.get("RoleMappings"))
        wrong = next(filter(None, map(_wrong, mappings.values())), None)
        if wrong:
            return refuse("InvalidParameterException", wrong)
        answer: Answer = set_roles({**data, "RoleMappings": mappings})
        return answer

    def load_by_provider(state: Any) -> None:
        load(state)
        for pool in cognito._identity_pools.all_values():
            name_provider(pool)

    cognito._get_credentials_for_identity = with_role
    cognito._set_identity_pool_roles = set_by_provider
    cognito.load_persisted_state = load_by_provider


def name_provider(pool: dict[str, Any]) -> None:
    """Give a template's mapping its provider, which earlier releases did not save with it.

    Only where the pool has one provider: of several it cannot be known.
    """
    providers = list(pool.get("CognitoIdentityProviders") or ())
    if len(providers) != 1 or not pool.get("_role_mappings"):
        return
    name = f"{providers[0].get('ProviderName')}:{providers[0].get('ClientId')}"
    pool["_role_mappings"] = {
        # Every provider's name has a dot or a colon, no logical id has.
        key if "." in key or ":" in key else name: mapping
        for key, mapping in pool["_role_mappings"].items()
    }


def role_for(pool: Mapping[str, Any], logins: Mapping[str, str], custom: str | None) -> str:
    """The role that an identity with these logins gets; raises RefusedError."""
    roles = pool.get("_roles") or {}
    if not logins:
        return _unless_custom(str(roles.get("unauthenticated") or ""), custom)
    default = str(roles.get("authenticated") or "")
    for provider, token in logins.items():
        claims = claims_of(token)
        mapping = _mapping(pool, provider, claims)
        if mapping is None:
            continue
        by_token = mapping.get("Type") == "Token"
        allowed = _roles_in(claims) if by_token else _roles_by_rules(mapping, claims)
        if custom:
            if custom in allowed:
                return custom
            raise _forbidden(custom)
        found = claims.get(PREFERRED_ROLE) if by_token else next(iter(allowed), None)
        if not found and by_token and len(allowed) == 1:
            found = allowed[0]
        if found:
            return str(found)
        if mapping.get("AmbiguousRoleResolution") != "AuthenticatedRole":
            said = f"The ambiguous role mapping rules for: {provider} denied this request."
            raise RefusedError("NotAuthorizedException", said)
        return default
    return _unless_custom(default, custom)


def principal_tags(pool: Mapping[str, Any], logins: Mapping[str, str]) -> dict[str, str]:
    """The session tags that the pool's attributes for access control make of the claims."""
    found: dict[str, str] = {}
    for provider, token in logins.items():
        if provider == PROVIDER:
            found.update(tags_of(token))
        claims = claims_of(token)
        known = pool.get("_principal_tags") or {}
        wanted = known.get(provider) or known.get(f"{provider}:{claims.get('aud')}")
        if not wanted:
            continue
        tags = _DEFAULT_TAGS if wanted.get("UseDefaults") else wanted.get("PrincipalTags") or {}
        for key, claim in tags.items():
            values = _texts(claims.get(claim))
            if values:
                found[str(key)] = ",".join(values)
    return found


def _unless_custom(role: str, custom: str | None) -> str:
    """Without a mapping there is one role; another one cannot be asked for."""
    if custom and custom != role:
        raise _forbidden(custom)
    return role


def _forbidden(role: str) -> RefusedError:
    return RefusedError("NotAuthorizedException", f"Access to Role '{role}' is forbidden.")


def _by_provider(mappings: Any) -> dict[str, Any]:
    """CloudFormation may name the provider in the mapping in place of its key."""
    found: dict[str, Any] = {}
    for key, mapping in (mappings or {}).items():
        rest = {name: value for name, value in mapping.items() if name != "IdentityProvider"}
        found[str(mapping.get("IdentityProvider") or key)] = rest
    return found


def _wrong(mapping: Mapping[str, Any]) -> str | None:
    """What SetIdentityPoolRoles does not take; its page says so, but not in which words."""
    kind = mapping.get("Type")
    if not mapping.get("AmbiguousRoleResolution"):
        return f"AmbiguousRoleResolution is required for a role mapping of type {kind}."
    if kind == "Rules" and not (mapping.get("RulesConfiguration") or {}).get("Rules"):
        return "RulesConfiguration is required for a role mapping of type Rules."
    return None


def _mapping(
    pool: Mapping[str, Any], provider: str, claims: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    mappings = _by_provider(pool.get("_role_mappings"))
    return mappings.get(f"{provider}:{claims.get('aud')}") or mappings.get(provider)


def _roles_in(claims: Mapping[str, Any]) -> list[str]:
    found = claims.get(ROLES) or ()
    return found.split(",") if isinstance(found, str) else [str(each) for each in found]


def _roles_by_rules(mapping: Mapping[str, Any], claims: Mapping[str, Any]) -> list[str]:
    rules = (mapping.get("RulesConfiguration") or {}).get("Rules") or ()
    return [str(rule.get("RoleARN")) for rule in rules if _matches(rule, claims)]


def _matches(rule: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Whether one rule holds; a claim that is missing fulfils none, not even ``NotEqual``."""
    values, wanted = _texts(claims.get(str(rule.get("Claim")))), str(rule.get("Value", ""))
    kind = rule.get("MatchType")
    if not values:
        return False
    if kind == "NotEqual":
        return wanted not in values
    if kind == "StartsWith":
        return any(value.startswith(wanted) for value in values)
    if kind == "Contains":
        return any(wanted in value for value in values)
    return wanted in values


def _texts(claim: Any) -> list[str]:
    """A claim's values as text; none where it is missing."""
    if claim is None:
        return []
    values = claim if isinstance(claim, list) else [claim]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]


def _note(access_key: str, role: str, tags: Mapping[str, str], signed_in: bool) -> None:
    """Say whose role the new keys are, and what limits them."""
    from ministack.services import sts

    session = sts._sessions[access_key]
    account = role.split(":")[4]
    name = role.rpartition("/")[2]
    session.update(
        Arn=f"arn:aws:sts::{account}:assumed-role/{name}/CognitoIdentityCredentials",
        UserId=f"{sts._role_id(role)}:CognitoIdentityCredentials",
        AccountId=account,
        SessionTags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    if not signed_in:
        session["SessionPolicies"] = {"Policy": GUEST_POLICY, "PolicyArns": []}
