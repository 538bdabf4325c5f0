"""What a profile needs to be signed in, step by step: SSO first, then the codes of MFA devices.

Front ends ask: the app in dialogs, the commands on the terminal. Nothing here knows how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.cli_caches import sso_token_cache
from workbench.aws.clients import Clients
from workbench.aws.credential_problems import MfaCodeNeeded, SsoSignInNeeded, credential_problem
from workbench.aws.profile_settings import ProfileSettings, profile_settings
from workbench.aws.renewable_credentials import RenewableCredentials
from workbench.aws.sso_login import SsoLogin, token_key
from workbench.aws.target import AwsTarget
from workbench.model.user_problem import UserProblem

CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class ToolSignIn:
    """Another program's command gives the profile its credentials."""

    command: tuple[str, ...]
    problem: UserProblem
    """What is wrong without it."""


Step = SsoSignInNeeded | MfaCodeNeeded | ToolSignIn


def next_step(
    target: AwsTarget, codes: Mapping[str, str] | None = None, *, offline: bool = False
) -> Step | None:
    """What is missing now; None if AWS accepts the profile.

    ``codes`` are MFA codes so far; None: try the credentials that the target's clients share.
    ``offline``: believe what the caches say, without asking AWS whether it holds still. Raises
    UserProblem for what no sign-in solves.
    """
    clients = Clients(target, codes=codes)
    try:
        if offline:
            clients.own_credentials.get_frozen_credentials()
        else:
            clients.impatient("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        problem = credential_problem(error, target.profile)
        if isinstance(problem, MfaCodeNeeded):
            # A code is good for half a minute: what it depends on comes first.
            sources = clients.profile_settings.chain[1:2]
            source = replace(target, profile=sources[0]) if sources else None
            return (next_step(source, codes, offline=offline) if source else None) or problem
        if isinstance(problem, SsoSignInNeeded):
            return problem
        if problem is None:
            raise
        command = _tool(clients.profile_settings)
        if command and problem.offer == "login":
            return ToolSignIn(command, problem)
        raise problem from error
    return None


def sso_login(target: AwsTarget, step: SsoSignInNeeded | None = None) -> SsoLogin | None:
    """The SSO sign-in of ``step``, or of the profile; None if it uses no SSO."""
    session = Clients(target).session
    sso = step.sso if step is not None else None
    sso = sso or profile_settings(session).sso
    return SsoLogin(session, sso) if sso is not None else None


def code_mistake(code: str) -> str:
    """Why this cannot be a code of an MFA device; empty if it can."""
    good = len(code) == CODE_LENGTH and code.isascii() and code.isdigit()
    return "" if good else f"A code has {CODE_LENGTH} digits."


def _tool(settings: ProfileSettings) -> tuple[str, ...]:
    option = () if settings.name == "default" else ("--profile", settings.name)
    if settings.login_session:
        return ("aws", "login", *option)
    if settings.process:
        return ()
    return ("aws", "configure", *option)


def session_end(clients: Clients) -> float | None:
    """When the user must sign in again, in seconds since the epoch; None if unknown or never.

    Credentials that renew themselves have no end that matters. Asks nobody: all of it is known
    after the first request.
    """
    credentials = clients.own_credentials
    if not isinstance(credentials, RenewableCredentials) or credentials.found is None:
        return None
    settings, method = clients.profile_settings, credentials.found.method
    if method == "env" or (method == "assume-role" and settings.mfa_serial):
        return credentials.ends
    if settings.sso is not None and method in {"sso", "assume-role"}:
        return _sso_end(settings, credentials.ends)
    return None


def _sso_end(settings: ProfileSettings, keys_end: float | None) -> float | None:
    """The end of a token that SSO does not renew; the last keys that it gave may outlive it."""
    assert settings.sso is not None
    try:
        token = sso_token_cache()[token_key(settings.sso)]
        if token.get("refreshToken"):
            return None
        end = datetime.fromisoformat(token["expiresAt"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return keys_end
    return max(end, keys_end or 0.0)
