"""Reads a user pool's settings, each with the line of ``amplify/auth`` that sets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from workbench.users.trigger_functions import trigger_functions
from workbench.users.user_pools import UserPool, UserPoolProblem

_PLACES: Mapping[str, str] = {
    "sign in with": r"\b(loginWith|email|phone|username)\s*[:=]",
    "user attributes": r"\b(userAttributes|user_attributes)\s*[:=]",
    "MFA": r"\b(multifactor|mfa)\s*[:=]",
    "account recovery": r"\b(accountRecovery|account_recovery)\s*[:=]",
    "groups": r"\bgroups\s*[:=]",
    "identity providers": r"\b(externalProviders|external_providers)\s*[:=]",
    "triggers": r"\btriggers\s*[:=]",
    "password policy": r"\b(passwordPolicy|password_policy)\b",
}
_PROVIDER_PAGE, _CLIENT_PAGE = 60, 60


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in words; ``place`` is ``file:line``, "" where no code of the project says it."""

    name: str
    value: str
    place: str = ""


def read_settings(pool: UserPool, root: Path | None = None) -> tuple[Setting, ...]:
    """The pool's settings in the order that a person asks for them; blocks.

    What the credentials may not read says so, beside the rest. Secrets of clients are not read.
    Raises UserPoolProblem.
    """
    of = {"UserPoolId": pool.pool_id}
    described = pool.ask(lambda: pool.cognito.describe_user_pool(**of))["UserPool"]
    found = [
        ("pool", f"{described.get('Name', '')} · {pool.pool_id}"),
        ("sign in with", _names(described)),
        ("upper and lower case", "the same name" if _is_folded(described) else "different names"),
        ("first factors", _first_factors(described)),
        ("sign-up", "by administrators only" if _is_closed(described) else "open"),
        ("user attributes", _attributes(described)),
        ("password policy", _password(described)),
        ("MFA", _readable(lambda: _mfa(pool, described))),
        ("devices", _devices(described)),
        ("account recovery", _recovery(described)),
        ("verified first", _verified_first(described)),
        ("deletion protection", str(described.get("DeletionProtection", "INACTIVE")).lower()),
        ("domain", str(described.get("CustomDomain") or described.get("Domain") or "none")),
        ("groups", _readable(lambda: _groups(pool))),
        ("identity providers", _readable(lambda: _providers(pool))),
    ]
    found.append(("triggers", _triggers(described.get("LambdaConfig", {}))))
    found += _clients(pool)
    places = {} if root is None else _places(root)
    return tuple(Setting(name, value, places.get(name, "")) for name, value in found)


def _readable(read: Callable[[], str]) -> str:
    """A setting, or why it may not be read."""
    try:
        return read()
    except UserPoolProblem as problem:
        if not problem.is_denied:
            raise
        return problem.what


def _groups(pool: UserPool) -> str:
    groups = pool.ask(
        lambda: pool.cognito.list_groups(UserPoolId=pool.pool_id, Limit=_PROVIDER_PAGE)
    )["Groups"]
    return ", ".join(each["GroupName"] for each in groups) or "none"


def _providers(pool: UserPool) -> str:
    found = pool.ask(
        lambda: pool.cognito.list_identity_providers(
            UserPoolId=pool.pool_id, MaxResults=_PROVIDER_PAGE
        )
    )["Providers"]
    return ", ".join(str(each["ProviderName"]) for each in found) or "none"


def _clients(pool: UserPool) -> Iterator[tuple[str, str]]:
    try:
        found = pool.ask(
            lambda: pool.cognito.list_user_pool_clients(
                UserPoolId=pool.pool_id, MaxResults=_CLIENT_PAGE
            )
        )["UserPoolClients"]
    except UserPoolProblem as problem:
        if not problem.is_denied:
            raise
        yield "clients", problem.what
        return
    for each in found:
        yield f"client {each['ClientName']}", _readable(partial(_client_of, pool, each["ClientId"]))


def _client_of(pool: UserPool, client_id: str) -> str:
    asked = {"UserPoolId": pool.pool_id, "ClientId": client_id}
    found = pool.ask(lambda: pool.cognito.describe_user_pool_client(**asked))
    return _client(found["UserPoolClient"])


def _is_closed(pool: Mapping[str, Any]) -> bool:
    return bool(pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"))


def _is_folded(pool: Mapping[str, Any]) -> bool:
    return pool.get("UsernameConfiguration", {}).get("CaseSensitive") is False


def _first_factors(pool: Mapping[str, Any]) -> str:
    policy = pool.get("Policies", {}).get("SignInPolicy", {})
    words = {"PASSWORD": "password", "EMAIL_OTP": "code by e-mail", "SMS_OTP": "code by SMS",
             "WEB_AUTHN": "passkey"}  # fmt: skip
    allowed = policy.get("AllowedFirstAuthFactors") or ("PASSWORD",)
    return ", ".join(words.get(each, each) for each in allowed)


def _devices(pool: Mapping[str, Any]) -> str:
    found = pool.get("DeviceConfiguration")
    if not found:
        return "not tracked"
    asked = "if the user agrees" if found.get("DeviceOnlyRememberedOnUserPrompt") else "always"
    second = ", no second factor there" if found.get("ChallengeRequiredOnNewDevice") else ""
    return f"remembered {asked}{second}"


def _verified_first(pool: Mapping[str, Any]) -> str:
    settings = pool.get("UserAttributeUpdateSettings", {})
    names = settings.get("AttributesRequireVerificationBeforeUpdate") or ()
    return ", ".join(names) or "none: a new address counts at once, unverified"


def _names(pool: Mapping[str, Any]) -> str:
    names = pool.get("UsernameAttributes") or ["username", *pool.get("AliasAttributes", ())]
    return ", ".join(names)


def _attributes(pool: Mapping[str, Any]) -> str:
    shown = [
        each["Name"] + ("*" if each.get("Required") else "")
        for each in pool.get("SchemaAttributes", ())
        if each["Name"] != "sub" and (each.get("Required") or each["Name"].startswith("custom:"))
    ]
    return ", ".join(shown) + "  (* required)" if shown else "the standard ones, none required"


def _password(pool: Mapping[str, Any]) -> str:
    policy = pool.get("Policies", {}).get("PasswordPolicy", {})
    kinds = {
        "RequireLowercase": "lower case",
        "RequireUppercase": "upper case",
        "RequireNumbers": "numbers",
        "RequireSymbols": "symbols",
    }
    asked = [words for name, words in kinds.items() if policy.get(name)]
    return ", ".join([f"{policy.get('MinimumLength', 8)} characters", *asked])


def _mfa(pool: UserPool, described: Mapping[str, Any]) -> str:
    mode = str(described.get("MfaConfiguration", "OFF")).lower()
    if mode == "off":
        return mode
    found = pool.ask(lambda: pool.cognito.get_user_pool_mfa_config(UserPoolId=pool.pool_id))
    ways = []
    if found.get("SoftwareTokenMfaConfiguration", {}).get("Enabled"):
        ways.append("authenticator application")
    if found.get("SmsMfaConfiguration"):
        ways.append("SMS")
    if "EmailMfaConfiguration" in found:
        ways.append("e-mail")
    return f"{mode} · {', '.join(ways) or 'no way is set'}"


def _recovery(pool: Mapping[str, Any]) -> str:
    ways = pool.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", ())
    ordered = sorted(ways, key=lambda each: int(each.get("Priority", 0)))
    return ", then ".join(each["Name"].replace("_", " ") for each in ordered) or "Cognito's default"


def _triggers(config: Mapping[str, Any]) -> str:
    of: dict[str, list[str]] = {}
    for trigger, function in trigger_functions(config).items():
        of.setdefault(function, []).append(trigger)
    return "; ".join(f"{', '.join(names)}: {function}" for function, names in of.items()) or "none"


def _client(client: Mapping[str, Any]) -> str:
    flows = [flow.removeprefix("ALLOW_").lower() for flow in client.get("ExplicitAuthFlows", ())]
    units = client.get("TokenValidityUnits", {})
    lifetimes = []
    for name, unit in (("Access", "hours"), ("Id", "hours"), ("Refresh", "days")):
        span = client.get(f"{name}TokenValidity")
        if span:
            lifetimes.append(f"{name.lower()} {span} {units.get(f'{name}Token', unit)}")
    return " · ".join(
        part for part in (client["ClientId"], ", ".join(flows), ", ".join(lifetimes)) if part
    )


def _places(root: Path) -> dict[str, str]:
    """Where the project's code names each setting: its first line with the name."""
    found: dict[str, str] = {}
    files = [root / "amplify" / name for name in ("auth/resource.ts", "auth/resource.py")]
    files += [root / "amplify" / name for name in ("backend.ts", "backend.py")]
    for file in files:
        for number, line in enumerate(_lines(file), 1):
            code = line.partition("//")[0] if file.suffix == ".ts" else line.partition("#")[0]
            for name, pattern in _PLACES.items():
                if name not in found and re.search(pattern, code):
                    found[name] = f"{file.relative_to(root)}:{number}"
    return found


def _lines(file: Path, read: Callable[[Path], str] = Path.read_text) -> Sequence[str]:
    try:
        return read(file).splitlines()
    except (OSError, UnicodeDecodeError):
        return ()  # what cannot be read has no lines to show
