"""What the AWS configuration says of a profile's sign-in: SSO, MFA, a process, ``aws login``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SsoSettings:
    """An SSO session: ``name`` of its ``[sso-session …]``, or None where a profile has it all."""

    name: str | None
    start_url: str
    region: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """A profile, and the ones that it takes its role's credentials from, in that order.

    ``sso``, ``mfa_serial``, ``process`` and ``login_session`` are None where none of them has any.
    """

    name: str
    chain: tuple[str, ...]
    sso: SsoSettings | None = None
    mfa_serial: str | None = None
    role: str | None = None
    process: str | None = None
    login_session: str | None = None


def profile_settings(session: Session) -> ProfileSettings:
    """The settings of the session's profile; those of a broken configuration are empty."""
    from botocore.exceptions import BotoCoreError

    name = str(session.get_config_variable("profile") or "default")
    try:
        config: Settings = session.full_config
    except BotoCoreError:
        config = {}
    profiles: Mapping[str, Settings] = config.get("profiles", {})
    chain = _chain(profiles, name)
    found = [profiles.get(each, {}) for each in chain]

    def first(setting: str) -> str | None:
        return next((str(each[setting]) for each in found if each.get(setting)), None)

    return ProfileSettings(
        name=name,
        chain=chain,
        sso=next((sso for each in found if (sso := _sso(each, config))), None),
        mfa_serial=first("mfa_serial"),
        role=first("role_arn"),
        process=first("credential_process"),
        login_session=first("login_session"),
    )


def settings_of(profile: str | None) -> ProfileSettings:
    """The settings of a profile by its name; None: the environment's, or the default one."""
    from botocore.exceptions import ProfileNotFound
    from botocore.session import Session

    try:
        return profile_settings(Session(profile=profile))
    except ProfileNotFound:
        return ProfileSettings(profile or "default", ())


def _chain(profiles: Mapping[str, Settings], name: str) -> tuple[str, ...]:
    chain: list[str] = []
    while name and name not in chain:
        chain.append(name)
        name = str(profiles.get(name, {}).get("source_profile", ""))
    return tuple(chain)


def _sso(profile: Settings, config: Settings) -> SsoSettings | None:
    name = profile.get("sso_session")
    settings = config.get("sso_sessions", {}).get(name, {}) if name else profile
    url, region = settings.get("sso_start_url"), settings.get("sso_region")
    if not url or not region:
        return None
    scopes = str(settings.get("sso_registration_scopes", "")) if name else ""
    return SsoSettings(
        name=str(name) if name else None,
        start_url=str(url),
        region=str(region),
        scopes=tuple(each for part in scopes.split(",") if (each := part.strip())),
    )
