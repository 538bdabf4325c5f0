"""Auth's outputs, read from the resources at the end so that overrides of the user are in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.backend.constructs.auth.resources import AuthResources
from workbench.backend.definitions.auth import AuthDefinition

_FACTORS = {"SMS_MFA": "SMS", "SOFTWARE_TOKEN_MFA": "TOTP", "EMAIL_OTP": "EMAIL"}
_REQUIREMENTS = {
    "require_numbers": "REQUIRES_NUMBERS",
    "require_lowercase": "REQUIRES_LOWERCASE",
    "require_uppercase": "REQUIRES_UPPERCASE",
    "require_symbols": "REQUIRES_SYMBOLS",
}


def auth_outputs(auth: AuthDefinition, made: AuthResources, region: str) -> dict[str, str]:
    """The payload of ``AWS::Amplify::Auth``, in Amplify's order."""
    cfn = made.cfn_resources
    pool, client = cfn.cfn_user_pool, cfn.cfn_user_pool_client
    password = _part(pool.policies, "password_policy")
    schema = pool.schema or []
    required = [
        str(_part(each, "name")).lower()
        for each in schema
        if _part(each, "required") and _part(each, "name")
    ]
    requirements = [name for key, name in _REQUIREMENTS.items() if _part(password, key)]
    factors = [_FACTORS[factor] for factor in pool.enabled_mfas or [] if factor in _FACTORS]
    domain = made.providers.domain
    length = _part(password, "minimum_length")
    return {
        "userPoolId": made.user_pool.user_pool_id,
        "webClientId": made.user_pool_client.user_pool_client_id,
        "identityPoolId": made.identity_pool_id,
        "authRegion": region,
        "allowUnauthenticatedIdentities": str(
            cfn.cfn_identity_pool.allow_unauthenticated_identities is True
        ).lower(),
        "signupAttributes": _json(required),
        "usernameAttributes": _json([each.lower() for each in pool.username_attributes or []]),
        "verificationMechanisms": _json(pool.auto_verified_attributes or []),
        "passwordPolicyMinLength": str(int(length)) if length else "",
        "passwordPolicyRequirements": _json(requirements) if password else "",
        "mfaConfiguration": pool.mfa_configuration or "OFF",
        "mfaTypes": _json(factors),
        "passwordlessOptions": _passwordless(auth, pool),
        "socialProviders": _json(made.providers.names) if made.providers.names else "",
        "oauthCognitoDomain": f"{domain.domain_name}.auth.{region}.amazoncognito.com"
        if domain
        else "",
        "oauthScope": _json(client.allowed_o_auth_scopes or []),
        "oauthRedirectSignIn": ",".join(client.callback_ur_ls or []),
        "oauthRedirectSignOut": ",".join(client.logout_ur_ls or []),
        "oauthResponseType": ",".join(client.allowed_o_auth_flows or []),
        "oauthClientId": client.ref,
        "groups": _json(
            [
                {name: {"precedence": int(group.cfn_user_group.precedence)}}
                for name, group in made.groups.items()
            ]
        ),
    }


def _passwordless(auth: AuthDefinition, pool: Any) -> str:
    options: dict[str, Any] = {}
    policy = _part(pool.policies, "sign_in_policy")
    if policy:
        factors: Sequence[str] = _part(policy, "allowed_first_auth_factors") or []
        options["emailOtpEnabled"] = "EMAIL_OTP" in factors
        options["smsOtpEnabled"] = "SMS_OTP" in factors
        if "WEB_AUTHN" in factors:
            options["webAuthn"] = {
                "relyingPartyId": pool.web_authn_relying_party_id or "",
                "userVerification": pool.web_authn_user_verification or "preferred",
            }
    if auth.preferred_challenge:
        options["preferredChallenge"] = auth.preferred_challenge
    return _json(options) if options else ""


def _part(value: Any, name: str) -> Any:
    """A property of a struct, which CDK gives back as an object or as a mapping."""
    if value is None:
        return None
    if isinstance(value, dict):
        first, *rest = name.split("_")
        camel = first + "".join(word.capitalize() for word in rest)
        return value.get(name, value.get(camel))
    return getattr(value, name, None)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
