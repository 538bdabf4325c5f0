"""The sections of ``amplify_outputs.json`` from a stack's outputs, for each schema version.

The root template's metadata says which stack outputs belong to a section; the outputs of one
section are its payload. Compatible with what ampx writes (client configuration schema 1 to 1.5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, str]
Section = dict[str, Any]

VERSIONS = ("1", "1.1", "1.2", "1.3", "1.4", "1.5")
DEFAULT_VERSION = "1.5"
_SOCIAL = frozenset({"GOOGLE", "FACEBOOK", "LOGIN_WITH_AMAZON", "SIGN_IN_WITH_APPLE"})
_MFA = {"OFF": "NONE", "OPTIONAL": "OPTIONAL", "ON": "REQUIRED"}
_REQUIREMENTS = {
    "REQUIRES_LOWERCASE": "require_lowercase",
    "REQUIRES_NUMBERS": "require_numbers",
    "REQUIRES_SYMBOLS": "require_symbols",
    "REQUIRES_UPPERCASE": "require_uppercase",
}
_AUTH_LISTS = {
    "mfa_methods": "mfaTypes",
    "standard_required_attributes": "signupAttributes",
    "username_attributes": "usernameAttributes",
    "user_verification_types": "verificationMechanisms",
}


class OutputsConflictError(ValueError):
    """Two parts of the outputs claim one key, or different major versions of the schema."""


def auth_section(payload: Payload, version: str = DEFAULT_VERSION) -> Section:
    """The ``auth`` section: groups since 1.3, passwordless since 1.4."""
    auth = _given(
        user_pool_id=payload.get("userPoolId"),
        aws_region=payload.get("authRegion"),
        user_pool_client_id=payload.get("webClientId"),
        identity_pool_id=payload.get("identityPoolId"),
    )
    for key, source in _AUTH_LISTS.items():
        if source in payload:
            auth[key] = json.loads(payload[source])
    if "groups" in payload and _at_least(version, 3):
        auth["groups"] = json.loads(payload["groups"])
    if payload.get("mfaConfiguration") in _MFA:
        auth["mfa_configuration"] = _MFA[payload["mfaConfiguration"]]
    auth.update(_password_policy(payload))
    auth.update(_oauth(payload))
    if payload.get("allowUnauthenticatedIdentities"):
        allowed = payload["allowUnauthenticatedIdentities"] == "true"
        auth["unauthenticated_identities_enabled"] = allowed
    if payload.get("passwordlessOptions") and _at_least(version, 4):
        auth["passwordless"] = _passwordless(json.loads(payload["passwordlessOptions"]))
    return {"auth": auth}


def data_section(payload: Payload, introspection: Mapping[str, Any] | None) -> Section:
    """The ``data`` section; ``introspection`` is the model introspection of the API's schema."""
    data = _given(
        url=payload.get("awsAppsyncApiEndpoint"),
        aws_region=payload.get("awsAppsyncRegion"),
        api_key=payload.get("awsAppsyncApiKey"),
        default_authorization_type=payload.get("awsAppsyncAuthenticationType"),
    )
    if "awsAppsyncAdditionalAuthenticationTypes" in payload:
        more = payload["awsAppsyncAdditionalAuthenticationTypes"]
        data["authorization_types"] = more.split(",")
    if introspection:
        data["model_introspection"] = dict(introspection)
    return {"data": data}


def storage_section(payload: Payload, version: str = DEFAULT_VERSION) -> Section:
    """The ``storage`` section: the bucket list since 1.1, its access paths since 1.2."""
    storage = _given(aws_region=payload.get("storageRegion"), bucket_name=payload.get("bucketName"))
    if _at_least(version, 1):
        buckets = [json.loads(bucket) for bucket in json.loads(payload.get("buckets") or "[]")]
        storage["buckets"] = [_bucket(bucket, version) for bucket in buckets]
    return {"storage": storage}


def custom_section(payload: Payload) -> Section:
    """What the backend added with ``addOutput``: any keys of the schema."""
    if "customOutputs" not in payload:
        return {}
    added = json.loads(payload["customOutputs"])
    return added if isinstance(added, dict) else {}


def merge_sections(into: Section, part: Mapping[str, Any]) -> None:
    """Merge a part into the outputs: objects deeply, lists appended.

    A ``version`` on both sides must agree in its major number, the higher one stays. Any other
    key that both sides have with a plain value is a conflict and raises OutputsConflictError.
    """
    for key, value in part.items():
        present = into.get(key)
        if isinstance(present, list):
            into[key] = [*present, *(value if isinstance(value, list) else [value])]
        elif isinstance(present, dict) and isinstance(value, Mapping):
            merge_sections(present, value)
        elif present in (None, "", 0, False) or isinstance(present, dict):
            into[key] = _copied(value)
        elif key == "version":
            into[key] = _higher_version(str(present), str(value))
        else:
            raise OutputsConflictError(
                f"The output {key} is set twice: by Amplify and by addOutput, or by two calls of "
                "addOutput."
            )


def _password_policy(payload: Payload) -> Section:
    length = payload.get("passwordPolicyMinLength")
    requirements = payload.get("passwordPolicyRequirements")
    if not (length or requirements):
        return {}
    required = set(json.loads(requirements)) if requirements else set()
    policy: Section = {"min_length": int(length) if length else 8}
    policy.update({key: name in required for name, key in _REQUIREMENTS.items()})
    return {"password_policy": policy}


def _oauth(payload: Payload) -> Section:
    sign_in = payload.get("oauthRedirectSignIn")
    sign_out = payload.get("oauthRedirectSignOut")
    if not (sign_in and sign_out):
        return {}
    providers = json.loads(payload.get("socialProviders") or "[]")
    if isinstance(providers, list):
        providers = [provider for provider in providers if provider in _SOCIAL]
    oauth: Section = {
        "identity_providers": providers,
        "redirect_sign_in_uri": sign_in.split(","),
        "redirect_sign_out_uri": sign_out.split(","),
    }
    oauth.update(_given(response_type=payload.get("oauthResponseType")))
    oauth["scopes"] = json.loads(payload.get("oauthScope") or "[]")
    oauth["domain"] = payload.get("oauthCognitoDomain", "")
    return {"oauth": oauth}


def _passwordless(options: Mapping[str, Any]) -> Section:
    section = _given(
        email_otp_enabled=options.get("emailOtpEnabled"),
        sms_otp_enabled=options.get("smsOtpEnabled"),
    )
    passkeys = options.get("webAuthn")
    if passkeys:
        section["web_authn"] = _given(
            relying_party_id=passkeys.get("relyingPartyId"),
            user_verification=passkeys.get("userVerification"),
        )
    if options.get("preferredChallenge"):
        section["preferred_challenge"] = options["preferredChallenge"]
    return section


def _bucket(bucket: Mapping[str, Any], version: str) -> Section:
    section = _given(
        name=bucket.get("name"),
        bucket_name=bucket.get("bucketName"),
        aws_region=bucket.get("storageRegion"),
    )
    if _at_least(version, 2) and "paths" in bucket:
        section["paths"] = bucket["paths"]
    return section


def _given(**values: Any) -> Section:
    """The values that are there: JSON has no `undefined`, and null would be something else."""
    return {key: value for key, value in values.items() if value not in (None, "")}


def _at_least(version: str, minor: int) -> bool:
    return int(version.partition(".")[2] or 0) >= minor


def _higher_version(one: str, other: str) -> str:
    def numbers(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split(".") if part.isdigit())

    if numbers(one)[:1] != numbers(other)[:1]:
        raise OutputsConflictError(f"addOutput gives outputs of version {other}, not of {one}.")
    return max(one, other, key=numbers)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value
