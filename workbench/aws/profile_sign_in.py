"""The AWS CLI's command that gives a profile new credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sign_in_command(profile: str | None) -> tuple[str, ...]:
    """``aws sso login`` where the profile, or the one it takes its role from, uses SSO.

    Else ``aws configure``, which asks for an access key. Without ``profile`` it is the one that
    ``AWS_PROFILE`` names, or the default one. Reads the AWS configuration files; a broken one
    counts as empty, for the CLI itself says what is wrong with it.
    """
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session(profile=profile)
    try:
        profiles = session.full_config.get("profiles", {})
    except BotoCoreError:
        profiles = {}
    name = session.profile or "default"
    option = ("--profile", name) if name != "default" else ()
    found = _sso_profile(profiles, name)
    if found is None:
        return ("aws", "configure", *option)
    # The CLI signs in for the profile that has the SSO settings, not for one that refers to it.
    return ("aws", "sso", "login", *(("--profile", found) if found != "default" else ()))


def _sso_profile(profiles: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """The profile with SSO settings on the way from ``name`` through its source profiles."""
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        settings = profiles.get(name, {})
        if "sso_session" in settings or "sso_start_url" in settings:
            return name
        name = str(settings.get("source_profile", ""))
    return None
