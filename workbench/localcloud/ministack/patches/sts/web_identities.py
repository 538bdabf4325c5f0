"""AssumeRoleWithWebIdentity: ministack accepts any text as a token; STS verifies it and the trust.

The call has no signature, and ministack checks the role's trust policy only with its AUTH switch
on. Its credentials do not say whose they are, so AppSync took a guest's for the account's own.
Here a pool of this cloud must have signed the token.
Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from workbench.localcloud.ministack.patches.cognito.tokens import claims_of, is_signed

_ACTION = "AssumeRoleWithWebIdentity"
_IDENTITY_POOLS = "cognito-identity.amazonaws.com"
_KEY = re.compile(r"ASIA[A-Z0-9]{12,}")
_NOT_A_TOKEN = (
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)


def install() -> None:
    """Check the token and the role's trust before a role is given."""
    from ministack.services import sts

    handle = sts.handle_request

    async def checked(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Any:
        asked = _asked(method, headers, body, query)
        if _ACTION not in asked.get("Action", ()):
            return await handle(method, path, headers, body, query)
        as_json = "amz-json" in headers.get("content-type", "")
        token = sts._p(asked, "WebIdentityToken")
        code, message = _refusal(token)
        if code:
            if as_json:
                return sts.error_response_json(code, message, 400)
            return sts._error(400, code, message, ns="sts")
        role = sts._p(asked, "RoleArn")
        if role.count(":") >= 5:
            denied = sts._web_identity_trust_denied(role, asked, as_json)
            if denied:
                return denied
        answer = await handle(method, path, headers, body, query)
        if answer[0] == 200:
            _say_whose(answer[2], claims_of(token))
        return answer

    sts.handle_request = checked


def _asked(
    method: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
) -> dict[str, Any]:
    """The parameters as the emulator reads them: of the form, else of the address, or JSON."""
    found = dict(query)
    target = headers.get("x-amz-target", "")
    if "amz-json" in headers.get("content-type", "") and target:
        found["Action"] = [target.rpartition(".")[2]]
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            given = {}
        if isinstance(given, dict):
            found.update({name: [str(value)] for name, value in given.items()})
    elif method == "POST":
        found.update(parse_qs(body.decode("utf-8", errors="replace")))
    return found


def _refusal(token: str) -> tuple[str, str]:
    """STS's code and words for a token that it would not take; empty where it would."""
    from ministack.services import cognito

    claims = claims_of(token)
    issuer = str(claims.get("iss", ""))
    host, _, name = issuer.removeprefix("https://").partition("/")
    is_ours = (issuer == f"https://{_IDENTITY_POOLS}" and not name) or (
        host.startswith("cognito-idp.") and cognito._get_pool_unscoped(name) is not None
    )
    if not claims or token.count(".") != 2:
        return "InvalidIdentityToken", _NOT_A_TOKEN
    if not is_ours:
        where = f"No OpenIDConnect provider found in your account for {issuer or 'the token'}"
        return "InvalidIdentityToken", where
    if not is_signed(token):
        return "InvalidIdentityToken", "Couldn't verify the signature of the identity token"
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or expires <= time.time():
        return "ExpiredTokenException", "Token expired: it was valid until before now"
    return "", ""


def _say_whose(answer: bytes | str, claims: Mapping[str, Any]) -> None:
    """Note the identity with the new keys, as the enhanced flow does."""
    from ministack.services import sts

    text = answer.decode() if isinstance(answer, bytes) else answer
    found = _KEY.search(text)
    session = sts._sessions.get(found[0]) if found else None
    if session is None or claims.get("iss") != f"https://{_IDENTITY_POOLS}":
        return
    names = [each for each in claims.get("amr") or () if isinstance(each, str)]
    signed_in = "authenticated" in names
    session.update(
        _identity_id=str(claims.get("sub", "")),
        _identity_pool_id=str(claims.get("aud", "")),
        _cognito_auth_type="authenticated" if signed_in else "unauthenticated",
        _cognito_amr=names,
    )
