"""Credentials that every client of a session shares: loaded late, and again where AWS refuses them.

botocore renews what knows its own end. This adds the rest: keys that a tool replaced in a file,
roles whose session was revoked, a machine whose clock was wrong. A request that AWS answers with
"expired" is signed again with new credentials, once, so a deployment outlives any rotation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError, RefreshWithMFAUnsupportedError
from botocore.session import Session

from workbench.aws.credential_problems import (
    EXPIRED_CODES,
    INVALID_CODES,
    CredentialsUnavailableError,
)

Load = Callable[[], Credentials]
Explain = Callable[[Exception], Exception]
_RENEWED_BY = EXPIRED_CODES | INVALID_CODES
_GENERATION = "amplify_tui_credentials"


class RenewableCredentials(Credentials):
    """Hands on what ``load`` found; ``forget`` is told the key that AWS has refused.

    ``explain`` turns an error of loading into the one to raise.
    """

    def __init__(self, load: Load, forget: Callable[[str], object], explain: Explain) -> None:
        super().__init__("", "", method="amplify-tui")
        self._load = load
        self._forget = forget
        self._explain = explain
        self._found: Credentials | None = None
        self._turn = threading.RLock()
        self.generation = 0
        """Grows with each renewal; a request notes the one that it was signed with."""

    @property
    def found(self) -> Credentials | None:
        """The credentials as loaded; None before the first request."""
        return self._found

    @property
    def ends(self) -> float | None:
        """When these keys end, in seconds since the epoch; None if unknown or never."""
        # botocore has no public name for it.
        end = getattr(self._found, "_expiry_time", None)
        return end.timestamp() if isinstance(end, datetime) else None

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The keys to sign a request with."""
        with self._turn:
            return self._frozen()

    def get_deferred_property(self, property_name: str) -> Callable[[], Any]:
        """A property of the keys, for endpoints with the account's id in them."""
        return lambda: getattr(self.get_frozen_credentials(), property_name, None)

    def _frozen(self) -> ReadOnlyCredentials:
        # What botocore and the programs it runs may raise here has no common base: a process's
        # answer that is no JSON, a token file that is missing, keys that "are still expired".
        try:
            if self._found is not None:
                with suppress(RefreshWithMFAUnsupportedError):  # a new code may have been entered
                    return self._found.get_frozen_credentials()
            self._found = self._load()
            return self._found.get_frozen_credentials()
        except Exception as error:
            self._found = None  # the next request reads what a new sign-in has left
            raise self._explain(error) from error

    def renew(self, generation: int) -> bool:
        """Replace the credentials of this generation; False if there are no others.

        Raises CredentialsUnavailableError where the user must sign in first.
        """
        with self._turn:
            if generation != self.generation:
                return True  # another request has done it
            before, keys = self._found, self._frozen()
            self._forget(keys.access_key or "")
            self._found = None
            try:
                new = self._frozen()
            except CredentialsUnavailableError:
                raise
            except (BotoCoreError, ClientError):
                self._found = before
                return False
            self.generation += 1
            return new.access_key != keys.access_key


def renew_where_refused(session: Session, credentials: RenewableCredentials) -> None:
    """Sign requests of the session's clients once more where AWS calls their keys expired."""

    def note(**kwargs: Any) -> None:
        # The session's clients for loading credentials sign with others, or with none.
        if kwargs["request_signer"]._credentials is credentials:
            kwargs["request"].context[_GENERATION] = credentials.generation

    def answered(**kwargs: Any) -> float | None:
        response, context = kwargs["response"], kwargs["request_dict"]["context"]
        generation = context.get(_GENERATION)
        if response is None or generation is None or context.get("amplify_tui_renewed"):
            return None
        parsed = response[1]
        code = str(parsed.get("Error", {}).get("Code", ""))
        if code not in _RENEWED_BY:
            return None
        context["amplify_tui_renewed"] = True
        return 0.0 if credentials.renew(generation) else None

    session.register("before-sign", note)
    session.register("needs-retry", cast(Any, answered))  # what it returns counts
