"""Signs in to SSO (IAM Identity Center) by a code that the user enters in any browser.

The OAuth device flow, as ``aws sso login --use-device-code`` does it, with the same files in
``~/.aws/sso/cache``: whoever signs in here has signed in for the AWS CLI, too, and vice versa.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from workbench.aws.cli_caches import sso_token_cache
from workbench.aws.client_errors import error_code, error_message
from workbench.aws.credential_problems import unavailable
from workbench.aws.profile_settings import SsoSettings, profile_settings
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    from botocore.session import Session

Pause = Callable[[float], bool]
"""Waits for some seconds; True if the sign-in was cancelled meanwhile."""

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL = 5
_SLOWER_BY = 5
"""Seconds; both are RFC 8628's."""
_SPARE_SECONDS = 15 * 60
"""A registration that ends sooner is not used any more, as in the AWS CLI."""


class CodeExpiredProblem(UserProblem):
    """Nobody confirmed the code in time: another one can be asked for."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the user does: open ``url`` and enter ``code``, or open ``url_with_code``."""

    url: str
    url_with_code: str
    code: str
    ends: float
    """Seconds since the epoch."""


class SsoLogin:
    """One sign-in: ``begin``, then ``wait``; both block."""

    def __init__(
        self, session: Session, sso: SsoSettings, *, now: Callable[[], float] = time.time
    ) -> None:
        self._session = session
        self._sso = sso
        self._now = now
        self._cache: Any = sso_token_cache()
        self._registration: Mapping[str, Any] = {}
        self._device = ""
        self._interval = _INTERVAL
        self._ends = 0.0

    def begin(self) -> Authorization:
        """Ask for a code; raises UserProblem."""
        try:
            answer = self._authorize()
        except (BotoCoreError, ClientError) as error:
            raise self._problem(error) from error
        self._device = answer["deviceCode"]
        self._interval = answer.get("interval", _INTERVAL)
        self._ends = self._now() + answer["expiresIn"]
        return Authorization(
            url=answer["verificationUri"],
            url_with_code=answer["verificationUriComplete"],
            code=answer["userCode"],
            ends=self._ends,
        )

    def wait(self, pause: Pause) -> bool:
        """Ask in the service's rhythm until the code is confirmed; then save the token.

        False if cancelled. Raises UserProblem if the user declined, or let the code expire.
        """
        while self._now() < self._ends:
            if pause(self._interval):
                return False
            try:
                answer = self._client.create_token(
                    grantType=_GRANT,
                    clientId=self._registration["clientId"],
                    clientSecret=self._registration["clientSecret"],
                    deviceCode=self._device,
                )
            except HTTPClientError:
                continue  # the network comes and goes; the code stays good
            except (BotoCoreError, ClientError) as error:
                self._not_yet(error)
            else:
                self._save(answer)
                return True
        raise self._expired()

    def _not_yet(self, error: BotoCoreError | ClientError) -> None:
        match error_code(error):
            case "AuthorizationPendingException":
                return
            case "SlowDownException":
                self._interval += _SLOWER_BY
            case "ExpiredTokenException":
                raise self._expired() from error
            case "AccessDeniedException" | "InvalidGrantException":
                raise UserProblem(
                    "The sign-in was declined in the browser.", "Sign in again to get a new code."
                ) from error
            case _:
                raise self._problem(error) from error

    def _expired(self) -> CodeExpiredProblem:
        return CodeExpiredProblem(
            "Nobody confirmed the code in time.", "Sign in again to get a new code."
        )

    @cached_property
    def _client(self) -> Any:
        create: Any = self._session.create_client
        config = Config(signature_version=UNSIGNED, connect_timeout=10, read_timeout=30)
        return create("sso-oidc", region_name=self._sso.region, config=config)

    def _authorize(self) -> Any:
        for attempt in ("with the saved registration", "with a new one"):
            self._registration = self._registered(anew=attempt == "with a new one")
            try:
                return self._client.start_device_authorization(
                    clientId=self._registration["clientId"],
                    clientSecret=self._registration["clientSecret"],
                    startUrl=self._sso.start_url,
                )
            except ClientError as error:
                refused = error_code(error) in {
                    "InvalidClientException",
                    "UnauthorizedClientException",
                }
                if not refused or attempt == "with a new one":
                    raise
        raise AssertionError("unreachable")

    def _registered(self, *, anew: bool) -> Mapping[str, Any]:
        """This machine as a client of the SSO session; kept for some 90 days."""
        scopes = list(self._sso.scopes) or None
        identity = {
            "tool": "botocore",
            "startUrl": self._sso.start_url,
            "region": self._sso.region,
            "scopes": scopes,
            "session_name": self._sso.name,
        }
        key = hashlib.sha1(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        if not anew and key in self._cache:
            saved: Mapping[str, Any] = self._cache[key]
            ends = datetime.fromisoformat(saved["expiresAt"]).timestamp()
            if ends - self._now() > _SPARE_SECONDS and "grantTypes" not in saved:
                return saved  # with grantTypes it is for the CLI's other flow
        name = self._sso.name or str(int(self._now()))
        given = {"scopes": scopes} if scopes else {}
        answer = self._client.register_client(
            clientName=f"botocore-client-{name}", clientType="public", **given
        )
        made = {
            "clientId": answer["clientId"],
            "clientSecret": answer["clientSecret"],
            "expiresAt": datetime.fromtimestamp(answer["clientSecretExpiresAt"], UTC),
            **given,
        }
        with suppress(OSError):  # it only saves the next registration
            self._cache[key] = made
        return made

    def _save(self, answer: Any) -> None:
        token = {
            "startUrl": self._sso.start_url,
            "region": self._sso.region,
            "accessToken": answer["accessToken"],
            "expiresAt": datetime.fromtimestamp(self._now() + answer["expiresIn"], UTC),
            "clientId": self._registration["clientId"],
            "clientSecret": self._registration["clientSecret"],
            "registrationExpiresAt": self._registration["expiresAt"],
        }
        if answer.get("refreshToken"):
            token["refreshToken"] = answer["refreshToken"]
        try:
            self._cache[token_key(self._sso)] = token
        except OSError as error:
            raise UserProblem(
                f"The sign-in could not be saved: {error}",
                "Make ~/.aws/sso/cache writable for you, then sign in again.",
            ) from error

    def _problem(self, error: BotoCoreError | ClientError) -> UserProblem:
        if isinstance(error, ClientError):
            return UserProblem(
                f"SSO refused the sign-in: {error_message(error)}",
                f"Check sso_start_url ({self._sso.start_url}) and sso_region "
                f"({self._sso.region}) in the AWS configuration.",
            )
        return unavailable(error, profile_settings(self._session)) or UserProblem(str(error))


def token_key(sso: SsoSettings) -> str:
    """The name of the session's file in the cache, without its suffix."""
    return hashlib.sha1((sso.name or sso.start_url).encode()).hexdigest()
