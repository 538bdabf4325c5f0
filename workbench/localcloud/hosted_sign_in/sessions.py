"""Who has signed in on the pages with this browser: for an hour, a redirect asks for nothing again.

Source: docs.aws.amazon.com/cognito/latest/developerguide/managed-login-session.html
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

_SECONDS = 3600
_MOST = 10_000


@dataclass(slots=True)
class Sessions:
    """Ends with the local cloud; the cookie is a name without a meaning of its own."""

    _known: dict[str, tuple[float, str, str]] = field(default_factory=dict)

    def begin(self, pool_id: str, username: str) -> str:
        """The ``Set-Cookie`` of a new session."""
        now = time.monotonic()
        for key in [key for key, (until, *_) in self._known.items() if until < now]:
            del self._known[key]
        while len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        key = secrets.token_urlsafe(24)
        self._known[key] = (now + _SECONDS, pool_id, username)
        return _cookie(pool_id, key, _SECONDS)

    def user_of(self, pool_id: str, cookies: str) -> str:
        """Who signed in to this pool; empty for nobody."""
        until, pool, username = self._known.get(_key_in(pool_id, cookies), (0.0, "", ""))
        return username if pool == pool_id and until > time.monotonic() else ""

    def end(self, pool_id: str, cookies: str) -> str:
        """The ``Set-Cookie`` that ends the session."""
        self._known.pop(_key_in(pool_id, cookies), None)
        return _cookie(pool_id, "", 0)


def _name(pool_id: str) -> str:
    # A browser sends a cookie of 127.0.0.1 to each of its ports: each pool has its own.
    return f"sign-in-{pool_id}"


def _cookie(pool_id: str, value: str, seconds: int) -> str:
    return f"{_name(pool_id)}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"


def _key_in(pool_id: str, cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(_name(pool_id))
    except CookieError:
        return ""
    return found.value if found is not None else ""
