"""A profile's credentials as botocore finds them, by a chain that never asks the terminal.

botocore asks for MFA codes with ``getpass``, and lets a credential process have the terminal: both
would fight with the app for it. Here a code that is needed is an error, which a front end answers
with ``workbench.aws.sign_in``, and processes run without a terminal.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

from botocore.credentials import (
    AssumeRoleProvider,
    Credentials,
    ProfileProviderBuilder,
    create_credential_resolver,
)
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.session import Session

from workbench.aws.cli_caches import CredentialCache, sso_token_cache
from workbench.aws.client_errors import error_message
from workbench.aws.credential_problems import (
    CodeAskedError,
    CredentialsUnavailableError,
    mfa_problem,
    unavailable,
)
from workbench.aws.profile_settings import ProfileSettings, profile_settings
from workbench.aws.renewable_credentials import RenewableCredentials
from workbench.model.user_problem import UserProblem
from workbench.redaction.secret_shapes import redact

_SERIAL = re.compile(r"MFA code for (?P<serial>.+?):?\s*$")
_TOKEN_REFUSED = ("MultiFactorAuthentication failed", "'tokenCode'")

Popen = Callable[..., Any]


def open_credentials(
    open_session: Callable[[], Session],
    codes: Mapping[str, str] | None = None,
    *,
    popen: Popen | None = None,
) -> RenewableCredentials:
    """The credentials of a session's profile, loaded on first use.

    They are loaded, and loaded again, by a new session, since one reads its files only once.
    ``codes`` are MFA codes by the device's serial; without one, loading fails with a problem of
    the kind MfaCodeNeeded. ``popen`` starts credential processes.
    """
    cache = CredentialCache()
    codes = codes or {}

    def load() -> Credentials:
        session = open_session()
        found = _resolver(session, cache, codes, popen or DetachedProcess).load_credentials()
        if found is None:
            raise NoCredentialsError
        if profile_settings(session).mfa_serial and found.method == AssumeRoleProvider.METHOD:
            _keep_to_the_end(found)
        return cast(Credentials, found)

    def explain(error: Exception) -> Exception:
        if isinstance(error, CredentialsUnavailableError):
            return error
        problem = _problem(error, profile_settings(open_session()), codes)
        return CredentialsUnavailableError(problem) if problem is not None else error

    return RenewableCredentials(load, cache.refuse, explain)


def _resolver(
    session: Session, cache: CredentialCache, codes: Mapping[str, str], popen: Popen
) -> Any:
    """botocore's chain of providers with our cache, prompter and processes.

    botocore offers no way to hand these in; its own command line sets the caches in the same way.
    """
    builder = _Builder(session, cache, popen)
    resolver: Any = create_credential_resolver(session, cache=cast(Any, cache))
    profile = session.get_config_variable("profile") or "default"
    explicit = session.instance_variables().get("profile") is not None
    ours = {each.METHOD: each for each in builder.providers(profile, explicit)}
    resolver.providers = [ours.get(each.METHOD, each) for each in resolver.providers]
    role = resolver.get_provider(AssumeRoleProvider.METHOD)
    role._profile_provider_builder = builder
    role._prompter = partial(_code_for, codes)
    return resolver


class _Builder(ProfileProviderBuilder):
    """Makes the providers of a profile and of its source profiles."""

    def __init__(self, session: Session, cache: CredentialCache, popen: Popen) -> None:
        super().__init__(
            session, cache=cast(Any, cache), sso_token_cache=cast(Any, sso_token_cache())
        )
        self._popen = popen

    def providers(self, profile_name: str, disable_env_vars: bool = False) -> list[Any]:
        """The providers in botocore's order."""
        found: list[Any] = super().providers(profile_name, disable_env_vars)
        for each in found:
            if each.METHOD == "custom-process":
                each._popen = self._popen
        return found


def _code_for(codes: Mapping[str, str], prompt: str) -> str:
    match = _SERIAL.search(prompt)
    serial = match["serial"] if match else prompt
    if serial not in codes:
        raise CodeAskedError(serial)
    return codes[serial]


def _keep_to_the_end(credentials: Any) -> None:
    """Do not ask for the next MFA code 10 minutes before the last one's session is over."""
    credentials._advisory_refresh_timeout = 0
    credentials._mandatory_refresh_timeout = 0


class DetachedProcess(subprocess.Popen[bytes]):
    """A credential process without our terminal, which it can neither read nor draw on."""

    SECONDS = 120.0
    """It may wait for a touch of a key, or for a dialog of its own."""

    def __init__(self, command: Sequence[str], **options: Any) -> None:
        super().__init__(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)

    def communicate(
        self,
        input: bytes | None = None,  # noqa: A002
        timeout: float | None = None,
    ) -> tuple[bytes, bytes]:
        """What it wrote; a process that never ends is ended, with its children."""
        try:
            return super().communicate(input, timeout or self.SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            out, err = super().communicate()
            return out, err + f"\nno answer within {self.SECONDS:.0f} s".encode()


def _problem(
    error: Exception, settings: ProfileSettings, codes: Mapping[str, str]
) -> UserProblem | None:
    if isinstance(error, ClientError) and codes:
        said = error_message(error)
        if any(words in said for words in _TOKEN_REFUSED):
            serial = next(reversed(list(codes)))
            return mfa_problem(settings, serial, refused=f"AWS refused the code: {said}")
    problem = unavailable(error, settings)
    if problem is not None or isinstance(error, BotoCoreError | ClientError):
        return problem
    return _foreign_problem(error, settings)


def _foreign_problem(error: Exception, settings: ProfileSettings) -> UserProblem | None:
    """Errors of Python's own that the providers let out."""
    name = settings.name
    if isinstance(error, RuntimeError) and "still expired" in str(error):
        return UserProblem(
            f"The temporary keys of profile {name} have expired.",
            "Get new ones in this shell, and start amplify-tui again.",
            offer="target",
        )
    if settings.process and isinstance(error, OSError | ValueError | KeyError):
        program = settings.process.split()[0]
        if isinstance(error, FileNotFoundError | PermissionError):
            what = f"{program} could not be started: {error.strerror}"
        else:
            what = f"{program} did not answer with credentials as JSON"
        return UserProblem(
            f"The credential process of profile {name} failed: {what}.",
            "Run the command of `credential_process` in a terminal and compare its output with "
            "the format that the AWS CLI's documentation names.",
            offer="login",
        )
    if isinstance(error, OSError):
        return UserProblem(
            f"A file with credentials could not be read: {error}",
            "Check AWS_WEB_IDENTITY_TOKEN_FILE and the files in ~/.aws.",
            offer="target",
        )
    if isinstance(error, ValueError):
        return UserProblem(
            f"The credentials of profile {name} are not valid: {redact(str(error))}",
            "Check the AWS_… environment variables and the files in ~/.aws.",
            offer="target",
        )
    return None
