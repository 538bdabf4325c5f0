"""Lets only the developer's own web pages talk to the local cloud.

Every page that is open in the user's browser can send requests to a loopback port, some of them
without asking first, and with a name of its own that resolves to 127.0.0.1 it can read the answers
too. So each request names a loopback ``Host``, and an ``Origin`` that is loopback or in the setting
``allowed-origins``. Programs send no ``Origin``.
https://fetch.spec.whatwg.org/#cors-protocol, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from workbench.localcloud.access.aws_hosts import CONNECTED_HOSTS
from workbench.localcloud.asgi.types import Message, Scope, Send

logger = logging.getLogger("local cloud")

Header = tuple[bytes, bytes]
AllowedOrigins = Callable[[], Collection[str]]
"""The origins of the setting ``allowed-origins``, as :func:`origin_of` writes them."""

OwnRules = Callable[[Sequence[Header]], Sequence[Header] | None]
"""``rules(given)``: the cross-origin headers that an answer gets by rules of its own, made of those
that it was ``given``; None where there are no rules."""

SETTING = "allowed-origins"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:.]+\]|[^\s/?#@\\\[\]:]+)(:\d{1,5})?", re.I)
_TELLING = frozenset({b"host", b"origin", b"sec-fetch-site", b"referer"})
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_NAMES = re.compile(r"[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*", re.ASCII)
_REMEMBERED_SECONDS = b"600"
_LOGGED = 20


def origin_of(text: str) -> str | None:
    """An origin in lower case without a default port; None where the text is none.

    ``null``, which sandboxed frames and files send, is none.
    """
    if not _ORIGIN.fullmatch(text):
        return None
    try:
        parts = urlsplit(text.lower())
        port = parts.port
    except ValueError:
        return None
    name = parts.hostname or ""
    shown = f"[{name}]" if ":" in name else name
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{shown}" + ("" if port in (None, default) else f":{port}")


def is_loopback_name(name: str) -> bool:
    """Whether a host name is this machine itself; ``*.localhost`` is (RFC 6761)."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def refusal_of_page(scope: Scope, allowed: AllowedOrigins) -> str:
    """Why this request is refused as one of a foreign web page; empty where it is not.

    ``Sec-Fetch-Site: cross-site`` alone says nothing where an allowed ``Origin`` stands beside it:
    a front end at ``localhost:3000`` is another site than ``127.0.0.1``. Images and links send no
    ``Origin``, there the ``Referer`` must be the developer's own page, or the address presigned:
    no other page could have made it.
    """
    seen: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        if name in _TELLING or name.lower() in _TELLING:
            seen.setdefault(name.lower(), []).append(value.decode("latin-1").strip())
    hosts = scope.get(CONNECTED_HOSTS, seen.get(b"host", []))
    origins = seen.get(b"origin", [])
    if len(hosts) != 1 or not _is_our_host(hosts[0], allowed):
        shown = _shown(hosts[0]) if len(hosts) == 1 else "this request's"
        return (
            f"The local cloud answers to loopback names only, not to {shown}. If this name "
            f'is yours, add its origin ("https://…") to {SETTING} in settings.toml.'
        )
    for given in origins:
        origin = origin_of(given)
        if origin is None or not _is_allowed(origin, allowed):
            return _of_page(given)
    cross = any(site.lower() == "cross-site" for site in seen.get(b"sec-fetch-site", ()))
    if cross and not origins and not _is_presigned_read(scope):
        referrer = next(iter(seen.get(b"referer", ())), "")
        parts = referrer.split("/")
        origin = origin_of("/".join(parts[:3]))
        if origin is None or not _is_allowed(origin, allowed):
            return _of_page("/".join(parts[:3]))
    return ""


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks here whether it may send what it wants to."""
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and bool(_all(scope, b"access-control-request-method"))
    )


async def answer_preflight(scope: Scope, send: Send) -> None:
    """Allow an allowed page its request: any method, and the headers that it asks for."""
    asked = ", ".join(_all(scope, b"access-control-request-headers"))
    headers = [
        *_for_origin(scope),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-max-age", _REMEMBERED_SECONDS),
        (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
        (b"content-length", b"0"),
    ]
    if _NAMES.fullmatch(asked):
        headers.append((b"access-control-allow-headers", asked.encode("latin-1")))
    if _all(scope, b"access-control-request-private-network"):
        headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def readable_by_page(scope: Scope, send: Send, own_rules: OwnRules) -> Send:
    """``send`` with what lets the page that asks read the answer, and no other page.

    Where there are rules of its own (API Gateway's, a function's address, a bucket's), they
    decide; but a ``*`` of theirs becomes the origin.
    """
    readable = _for_origin(scope)

    async def send_readable(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers") or ())
            message = {**message, "headers": _rewritten(scope, headers, readable, own_rules)}
        await send(message)

    return send_readable


def naming_origin(scope: Scope, headers: Sequence[Header]) -> list[Header]:
    """Cross-origin headers with the page's own origin in place of ``*``."""
    others = [header for header in headers if not _is_wildcard(header)]
    return others if len(others) == len(headers) else [*others, *_for_origin(scope)]


def _rewritten(
    scope: Scope, headers: Sequence[Header], readable: Sequence[Header], own_rules: OwnRules
) -> list[Header]:
    given = [header for header in headers if header[0].lower().startswith(b"access-control-")]
    if not readable and not given:
        return list(headers)
    kept = [header for header in headers if header not in given]
    own = own_rules(given)
    if own is not None:
        named = naming_origin(scope, own)
        replaced = {name for name, _ in named}
        return [*(header for header in kept if header[0].lower() not in replaced), *named]
    if not readable:
        return kept
    names = sorted({name.lower() for name, _ in kept} - {b"vary", b"content-length"})
    return [*kept, *readable, (b"access-control-expose-headers", b", ".join(names))]


def _for_origin(scope: Scope) -> list[Header]:
    """The headers that name the page's origin; to be called for allowed ones only."""
    origin = next(iter(_all(scope, b"origin")), "")
    if not origin:
        return []
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]


def _is_our_host(host: str, allowed: AllowedOrigins) -> bool:
    origin, is_loopback = _judged(f"http://{host}")
    if origin is None or is_loopback:
        return is_loopback
    # A tunnel passes on its own name.
    return any(urlsplit(one).netloc == urlsplit(origin).netloc for one in allowed())


def _is_presigned_read(scope: Scope) -> bool:
    """Whether a signature in the address will decide."""
    query = scope.get("query_string", b"").lower()
    return scope.get("method") in {"GET", "HEAD"} and (
        b"x-amz-signature=" in query or b"awsaccesskeyid=" in query
    )


def _is_allowed(origin: str, allowed: AllowedOrigins) -> bool:
    return _judged(origin)[1] or origin in allowed()


@lru_cache(maxsize=256)
def _judged(text: str) -> tuple[str | None, bool]:
    """The origin, and whether it is loopback; the same few come with every request."""
    origin = origin_of(text)
    return origin, origin is not None and is_loopback_name(urlsplit(origin).hostname or "")


def _of_page(origin: str) -> str:
    return (
        f"The local cloud does not answer pages of {_shown(origin)}. If the page is yours, add its "
        f'origin ("https://…") to {SETTING} in settings.toml.'
    )


def _shown(text: str) -> str:
    """A name that somebody else chose, harmless in a log and in an answer."""
    plain = re.sub(r"[^\w.:/\[\]-]", "?", text, flags=re.ASCII)[:100]
    return plain or "another site"


def _is_wildcard(header: Header) -> bool:
    return header[0].lower() == b"access-control-allow-origin" and header[1].strip() == b"*"


def _all(scope: Scope, name: bytes) -> list[str]:
    return [
        value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name
    ]


class RefusedPages:
    """Logs each refusal of a web page once: a page that tries all day must not fill the disk."""

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def log(self, refusal: str) -> None:
        """``refusal`` has no control characters."""
        if refusal in self._logged or len(self._logged) >= _LOGGED:
            return
        self._logged.add(refusal)
        logger.warning("refused: %s", refusal)
