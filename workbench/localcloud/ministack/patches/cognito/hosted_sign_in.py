"""The hosted sign-in: ministack's checks a password alone; here it signs in as any client does.

So multi-factor codes, triggers, sign-up and lockout hold there too. The pages are the local cloud's
own (``hosted_sign_in``); what they ask for runs as the pool's operations, for a client whose flows
and secret are not asked for. The tokens come later, for the code that the page hands out.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.ministack.patches.cognito.triggers.sign_in import post_authentication

_ENDPOINTS = {
    "authorization_endpoint": "/oauth2/authorize",
    "end_session_endpoint": "/logout",
    "revocation_endpoint": "/oauth2/revoke",
    "token_endpoint": "/oauth2/token",
    "userinfo_endpoint": "/oauth2/userInfo",
}

_signed_in: ContextVar[list[str] | None] = ContextVar("hosted_sign_in", default=None)


def install() -> None:
    """Note who signed in on the page; ask its client for no flow and no secret."""
    from ministack.services import cognito

    build = cognito._build_auth_result
    refused_flow, refused_secret = cognito._auth_flow_error, cognito._validate_client_secret_hash

    def build_later(pool_id: str, client_id: str, user: Any, *more: Any, **named: Any) -> Any:
        signed_in = _signed_in.get()
        if signed_in is None:
            return build(pool_id, client_id, user, *more, **named)
        post_authentication(cognito._get_pool_unscoped(pool_id), user)
        signed_in.append(str(user["Username"]))
        return {"AccessToken": "", "IdToken": "", "RefreshToken": ""}

    cognito.well_known_openid_configuration = _discovery(cognito.well_known_openid_configuration)
    cognito._build_auth_result = build_later
    cognito.handle_login_submit = _no_longer
    cognito._auth_flow_error = _not_on_the_page(refused_flow)
    cognito._validate_client_secret_hash = _not_on_the_page(refused_secret)


def _discovery(describe: Callable[..., Any]) -> Callable[..., Any]:
    """Tell who asked AWS's host AWS's addresses: libraries want HTTPS, and are led here again."""

    def described(pool_id: str, region: Any = None, host: Any = None, scheme: str = "http") -> Any:
        from ministack.services import cognito

        answer = describe(pool_id, region, host, scheme)
        pool = cognito._get_pool_unscoped(pool_id) or {}
        domain = pool.get("CustomDomain") or pool.get("Domain")
        if answer[0] != 200 or not domain or not str(host).endswith((".com", ".aws", ".cn")):
            return answer
        if "." not in domain:
            domain = f"{domain}.auth.{cognito._pool_region(pool_id)}.amazoncognito.com"
        found = json.loads(answer[2])
        found["jwks_uri"] = f"{found['issuer']}/.well-known/jwks.json"
        for name, path in _ENDPOINTS.items():
            found[name] = f"https://{domain}{path}"
        return answer[0], answer[1], json.dumps(found).encode()

    return described


@contextmanager
def on_the_page() -> Iterator[list[str]]:
    """What runs inside is the hosted page's; the list gets the name of the user who signed in."""
    found: list[str] = []
    token = _signed_in.set(found)
    try:
        yield found
    finally:
        _signed_in.reset(token)


def is_on_the_page() -> bool:
    """Whether the operation that runs now is the hosted page's."""
    return _signed_in.get() is not None


def _no_longer(*_request: Any) -> tuple[int, Any, bytes]:
    """The emulator's own form: it asks for a password alone."""
    return 404, {"Content-Type": "text/plain"}, b"Sign in at /login."


def _not_on_the_page(check: Callable[..., Any]) -> Callable[[str, Mapping[str, Any]], Any]:
    return lambda action, data: None if is_on_the_page() else check(action, data)
