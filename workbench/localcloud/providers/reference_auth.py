"""``Custom::AmplifyRefAuth``: checks a referenced user pool and reads what the outputs need of it.

After Amplify's reference-auth initializer: the same refusals in the same order, and the same
attributes, all texts (lists as JSON).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.providers.request import (
    Properties,
    ProviderAnswer,
    ProviderError,
    ProviderRequest,
)
from workbench.localcloud.providers.services import ProviderServices
from workbench.localcloud.service_error import ServiceError

Json = Mapping[str, Any]

_SOCIAL = {
    "Google": "GOOGLE",
    "Facebook": "FACEBOOK",
    "SignInWithApple": "SIGN_IN_WITH_APPLE",
    "LoginWithAmazon": "LOGIN_WITH_AMAZON",
}
_REQUIREMENTS = {
    "RequireNumbers": "REQUIRES_NUMBERS",
    "RequireLowercase": "REQUIRES_LOWERCASE",
    "RequireUppercase": "REQUIRES_UPPERCASE",
    "RequireSymbols": "REQUIRES_SYMBOLS",
}


@dataclass(frozen=True, slots=True)
class Referenced:
    """Everything that Cognito says of the referenced resources."""

    pool: Json
    policy: Json
    mfa: Json
    groups: Sequence[Json]
    providers: Sequence[Json]
    client: Json
    identity_pool: Json
    roles: Mapping[str, str]


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; Delete has nothing to do."""
    physical_id = str(uuid.uuid4()) if request.kind == "Create" else request.physical_id
    if request.kind == "Delete":
        return ProviderAnswer(physical_id)
    properties = request.properties
    try:
        found = _read(properties, services)
    except ServiceError as problem:
        raise ProviderError(str(problem)) from problem
    if refusal := _refusal(found, properties):
        raise ProviderError(refusal)
    return ProviderAnswer(physical_id, _attributes(found, properties))


def _read(properties: Properties, services: ProviderServices) -> Referenced:
    pool_id = {"UserPoolId": str(properties["userPoolId"])}
    identity_id = {"IdentityPoolId": str(properties["identityPoolId"])}
    pool = services.call("cognito-idp", "DescribeUserPool", pool_id).get("UserPool")
    if not pool:
        raise ProviderError("Failed to retrieve the specified UserPool.")
    policy = (pool.get("Policies") or {}).get("PasswordPolicy")
    if not policy:
        raise ProviderError("Failed to retrieve password policy.")
    client = services.call(
        "cognito-idp",
        "DescribeUserPoolClient",
        {**pool_id, "ClientId": str(properties["userPoolClientId"])},
    ).get("UserPoolClient")
    if not client:
        raise ProviderError("An error occurred while retrieving the user pool client details.")
    roles = services.call("cognito-identity", "GetIdentityPoolRoles", identity_id).get("Roles")
    if not roles:
        raise ProviderError("An error occurred while retrieving the roles for the identity pool.")
    return Referenced(
        pool=pool,
        policy=policy,
        mfa=services.call("cognito-idp", "GetUserPoolMfaConfig", pool_id),
        groups=_all(services, "ListGroups", "Groups", pool_id),
        providers=_all(services, "ListIdentityProviders", "Providers", pool_id),
        client=client,
        identity_pool=services.call("cognito-identity", "DescribeIdentityPool", identity_id),
        roles=roles,
    )


def _all(services: ProviderServices, action: str, member: str, parameters: Json) -> list[Json]:
    items: list[Json] = []
    token: str | None = None
    while True:
        page = services.call(
            "cognito-idp", action, {**parameters, **({"NextToken": token} if token else {})}
        )
        items += page.get(member) or []
        token = page.get("NextToken")
        if not token:
            return items


def _refusal(found: Referenced, properties: Properties) -> str:
    """Why the referenced resources don't fit together; empty where they do."""
    pool, client = found.pool, found.client
    linked = found.identity_pool.get("CognitoIdentityProviders") or []
    if not linked:
        return "The specified identity pool does not have any cognito identity providers."
    if pool.get("AliasAttributes"):
        return (
            "The specified user pool is configured with alias attributes which are not currently "
            "supported."
        )
    if found.providers:
        if not (pool.get("Domain") or pool.get("CustomDomain")):
            return (
                "You must configure a domain for your UserPool if external login providers are "
                "enabled."
            )
        for member, label in (("LogoutURLs", "sign-out"), ("CallbackURLs", "callback")):
            if not client.get(member):
                return (
                    f'Your UserPool client must have "Allowed {label} URLs" configured if '
                    "external login providers are enabled."
                )
    group_roles = {group.get("RoleArn") for group in found.groups}
    for name, role in (properties.get("groups") or {}).items():
        if role not in group_roles:
            return (
                f"The group '{name}' with role '{role}' does not match any group for the "
                "specified user pool."
            )
    provider = f"cognito-idp.{properties['region']}.amazonaws.com/{pool.get('Id')}"
    pair = (provider, client.get("ClientId"))
    if pair not in [(item.get("ProviderName"), item.get("ClientId")) for item in linked]:
        return (
            "The user pool and user pool client pair do not match any cognito identity providers "
            "for the specified identity pool."
        )
    for member, kind in (("authRoleArn", "authenticated"), ("unauthRoleArn", "unauthenticated")):
        if found.roles.get(kind) != properties[member]:
            return (
                f"The provided {member} does not match the {kind} role for the specified "
                "identity pool."
            )
    if client.get("ClientSecret"):
        return "The specified user pool client is not configured as a web client."
    return ""


def _attributes(found: Referenced, properties: Properties) -> dict[str, str]:
    pool, client = found.pool, found.client
    domain = pool.get("CustomDomain") or (
        f"{pool.get('Domain') or ''}.auth.{properties['region']}.amazoncognito.com"
    )
    length = found.policy.get("MinimumLength")
    guests = found.identity_pool.get("AllowUnauthenticatedIdentities") is True
    return {
        "userPoolId": str(properties["userPoolId"]),
        "webClientId": str(properties["userPoolClientId"]),
        "identityPoolId": str(properties["identityPoolId"]),
        "signupAttributes": _json(
            str(attribute["Name"]).lower()
            for attribute in pool.get("SchemaAttributes") or []
            if attribute.get("Required") and attribute.get("Name")
        ),
        "usernameAttributes": _json(
            str(name).lower() for name in pool.get("UsernameAttributes") or []
        ),
        "verificationMechanisms": _json(pool.get("AutoVerifiedAttributes") or []),
        "passwordPolicyMinLength": "" if length is None else str(length),
        "passwordPolicyRequirements": _json(
            word for member, word in _REQUIREMENTS.items() if found.policy.get(member)
        ),
        "mfaConfiguration": str(pool.get("MfaConfiguration") or "OFF"),
        "mfaTypes": _json(_mfa_types(found.mfa)),
        "socialProviders": _json(_social(found.providers)),
        "oauthCognitoDomain": str(domain),
        "allowUnauthenticatedIdentities": "true" if guests else "false",
        "oauthScope": _json(client.get("AllowedOAuthScopes") or []),
        "oauthRedirectSignIn": ",".join(client.get("CallbackURLs") or []),
        "oauthRedirectSignOut": ",".join(client.get("LogoutURLs") or []),
        "oauthResponseType": ",".join(client.get("AllowedOAuthFlows") or []),
        "oauthClientId": str(client.get("ClientId") or ""),
    }


def _mfa_types(mfa: Json) -> list[str]:
    types = []
    if (mfa.get("SmsMfaConfiguration") or {}).get("SmsConfiguration"):
        types.append("SMS_MFA")
    if (mfa.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"):
        types.append("TOTP")
    if mfa.get("EmailMfaConfiguration"):
        types.append("EMAIL_MFA")
    return types


def _social(providers: Sequence[Json]) -> list[str]:
    names = []
    for provider in providers:
        kind, name = provider.get("ProviderType"), provider.get("ProviderName")
        if kind in _SOCIAL:
            names.append(_SOCIAL[str(kind)])
        elif kind in ("OIDC", "SAML") and name:
            names.append(str(name))
    return names


def _json(items: Any) -> str:
    """JSON as JavaScript writes it: without spaces."""
    return json.dumps(list(items), separators=(",", ":"))
