"""The API's authorization modes as AppSync has them."""

from __future__ import annotations

import time
from typing import Any

from workbench.backend.definitions.schema import DataDefinition, Modes, Rule
from workbench.backend.definitions.source_location import (
    DefinitionError,
    DefinitionErrors,
    Place,
)

NAMES = {
    "apiKey": "API_KEY",
    "userPool": "AMAZON_COGNITO_USER_POOLS",
    "oidc": "OPENID_CONNECT",
    "identityPool": "AWS_IAM",
    "lambda": "AWS_LAMBDA",
}
_OF_PROVIDER = {"apiKey": "apiKey", "userPools": "userPool"}
_MISSING = {
    "apiKey": ("the API has no key", "Give define_data api_key_days=30, or take the rule away."),
    "userPool": (
        "the backend has no user pool",
        "Give define_backend auth=auth, or take the rule away.",
    ),
}
_DAY = 86_400
_DEFAULT_DAYS = 7


def default_mode(data: DataDefinition, *, has_auth: bool) -> str:
    """The default mode; raises DefinitionError where the backend lacks what it needs."""
    default = data.modes.default or ("userPool" if has_auth else "apiKey")
    if default in ("userPool", "identityPool") and not has_auth:
        raise DefinitionError(
            f"The API's default authorization is {default}, but the backend has no auth.",
            "Give define_backend auth=auth, or choose another default_authorization.",
            data.place,
        )
    return default


def every_mode(data: DataDefinition, *, has_auth: bool) -> tuple[str, ...]:
    """All modes by Amplify's names, the default first; IAM is always one of them."""
    modes = data.modes
    found = [default_mode(data, has_auth=has_auth)]
    if has_auth:
        found.append("userPool")
    if modes.api_key_days is not None or found[0] == "apiKey":
        found.append("apiKey")
    if modes.oidc_issuer:
        found.append("oidc")
    if modes.lambda_function:
        found.append("lambda")
    return tuple(dict.fromkeys([*found, "identityPool"]))


def check_rules(data: DataDefinition, modes: tuple[str, ...]) -> None:
    """Refuse rules that no caller could ever meet, for want of their mode.

    Raises DefinitionErrors.
    """
    schema = data.schema
    rules: list[tuple[str, Rule]] = [
        (model.name, rule)
        for model in schema.models
        for rule in (*model.rules, *(rule for field in model.fields for rule in field.rules))
    ]
    rules += [(each.name, rule) for each in schema.operations for rule in each.rules]
    problems: dict[tuple[str, str, Place], DefinitionError] = {}
    for subject, rule in rules:
        mode = _OF_PROVIDER.get(rule.provider, "")
        if mode and mode not in modes:
            what, fix = _MISSING[mode]
            problems[subject, mode, rule.place] = DefinitionError(
                f"{subject}: {what}, so the rule can never match.", fix, rule.place
            )
    if problems:
        raise DefinitionErrors(tuple(problems.values()))


def key_days(modes: Modes) -> int:
    """How long an API key lives."""
    return _DEFAULT_DAYS if modes.api_key_days is None else modes.api_key_days


def key_expiry(days: int, now: float | None = None) -> int:
    """When a key ends, at a midnight, so that each synthesis of one day says the same.

    AppSync takes 1 to 365 days: the midnight before for the longest key, the one after else.
    """
    moment = time.time() if now is None else now
    midnight = int(moment // _DAY) * _DAY
    return midnight + days * _DAY + (0 if days >= 365 else _DAY)


def provider(mode: str, modes: Modes, pool_id: str, lambda_arn: str) -> dict[str, Any]:
    """One mode's settings, in the form of an additional authentication provider."""
    settings: dict[str, Any] = {"authenticationType": NAMES[mode]}
    if mode == "userPool":
        settings["userPoolConfig"] = {"userPoolId": pool_id, "awsRegion": "${AWS::Region}"}
    elif mode == "oidc":
        oidc: dict[str, Any] = {"issuer": modes.oidc_issuer}
        if modes.oidc_client_id:
            oidc["clientId"] = modes.oidc_client_id
        if modes.oidc_auth_ttl_seconds:
            oidc["authTtl"] = modes.oidc_auth_ttl_seconds * 1000
        if modes.oidc_issued_ttl_seconds:
            oidc["iatTtl"] = modes.oidc_issued_ttl_seconds * 1000
        settings["openIdConnectConfig"] = oidc
    elif mode == "lambda":
        ttl = modes.lambda_ttl_seconds
        settings["lambdaAuthorizerConfig"] = {
            "authorizerUri": lambda_arn,
            "authorizerResultTtlInSeconds": 300 if ttl is None else ttl,
        }
    return settings
