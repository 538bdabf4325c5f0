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
from xml.sax.saxutils import escape

from workbench.localcloud.iam.trust import trusts_provider
from workbench.localcloud.ministack.patches.cognito.tokens import claims_of, is_signed
from workbench.localcloud.ministack.patches.sts.sts_requests import (
    StsRequest,
    request_of,
    role_of,
    too_long,
)

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
        request = request_of(method, headers, body, query)
        if request.action != _ACTION:
            return await handle(method, path, headers, body, query)
        refused = _request_refused(request)
        if refused is not None:
            return refused
        answer = await handle(method, path, headers, body, query)
        if answer[0] != 200:
            return answer
        claims = claims_of(request.text("WebIdentityToken"))
        _say_whose(answer[2], claims, sts._session_policies(request.parameters, check=False)[0])
        return answer[0], answer[1], _told(answer[2], claims)

    sts.handle_request = checked


def _request_refused(request: StsRequest) -> Any:
    from ministack.services import sts

    wrong = request.wrong()
    if wrong:
        return request.refuse(400, "ValidationError", wrong)
    arn = request.text("RoleArn")
    if sts._assumed_role_arn(arn, "session")[1] is not None:
        return request.refuse(400, "ValidationError", f"{arn} is invalid")
    code, message = _refusal(request.text("WebIdentityToken"))
    if code:
        return request.refuse(400, code, message)
    role = role_of(arn)
    provider, keys = sts._web_identity_principal(
        request.text("WebIdentityToken"), request.text("ProviderId"), arn
    )
    keys["sts:rolesessionname"] = request.text("RoleSessionName")
    trust = role.get("AssumeRolePolicyDocument") if role is not None else None
    if not trusts_provider(trust, provider, [f"sts:{_ACTION}"], keys):
        return request.refuse(403, "AccessDenied", f"Not authorized to perform sts:{_ACTION}")
    _, refused = sts._session_policies(request.parameters, arn.split(":")[4], check=True)
    if refused is not None:
        return refused
    wrong = too_long(request, role or {})
    return request.refuse(400, "ValidationError", wrong) if wrong else None


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


def _say_whose(answer: bytes | str, claims: Mapping[str, Any], policies: Mapping[str, Any]) -> None:
    """Note the identity with the new keys, as the enhanced flow does, and what limits them."""
    from ministack.services import sts

    text = answer.decode() if isinstance(answer, bytes) else answer
    found = _KEY.search(text)
    session = sts._sessions.get(found[0]) if found else None
    if session is None:
        return
    if any(policies.values()):
        session["SessionPolicies"] = dict(policies)
    if claims.get("iss") != f"https://{_IDENTITY_POOLS}":
        return
    names = [each for each in claims.get("amr") or () if isinstance(each, str)]
    signed_in = "authenticated" in names
    session.update(
        _identity_id=str(claims.get("sub", "")),
        _identity_pool_id=str(claims.get("aud", "")),
        _cognito_auth_type="authenticated" if signed_in else "unauthenticated",
        _cognito_amr=names,
    )


def _told(answer: bytes | str, claims: Mapping[str, Any]) -> str:
    """The answer with the token's subject, audience and issuer in place of ministack's own."""
    text = answer.decode() if isinstance(answer, bytes) else answer
    issuer = str(claims.get("iss", "")).removeprefix("https://")
    provider = issuer if issuer == _IDENTITY_POOLS else f"https://{issuer}"
    told = {
        "SubjectFromWebIdentityToken": str(claims.get("sub") or ""),
        "Audience": str(claims.get("aud") or claims.get("client_id") or ""),
        "Provider": provider,
    }
    if text.startswith("{"):
        return json.dumps({**json.loads(text), **told})
    for name, value in told.items():
        before, tag, rest = text.partition(f"<{name}>")
        text = f"{before}{tag}{escape(value)}<{rest.partition('<')[2]}"
    return text
