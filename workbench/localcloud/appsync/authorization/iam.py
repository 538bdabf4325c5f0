"""Callers who sign their requests with AWS credentials."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.authorization.http_request import (
    CognitoIdentity,
    Credentials,
    HttpRequestFacts,
    Keys,
)
from workbench.localcloud.appsync.authorization.signature import (
    SKEW_SECONDS,
    is_signed,
    read_signature,
    skew,
)
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import AuthMode

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)


def authorize_signer(headers: Mapping[str, str], request: HttpRequestFacts, keys: Keys) -> Caller:
    """The principal whose credentials signed the request; raises RefusedError.

    The local cloud's own key must have signed it, or credentials that it issued: an identity
    pool's, a role's, a user's.
    """
    signature = read_signature(headers.get("authorization", ""))
    if signature is None:
        raise RefusedError(
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.",
            "IncompleteSignatureException",
            403,
        )
    known = keys.credentials(signature.access_key)
    if known is None:
        raise _invalid_token()
    now = time.time()
    if known.expires is not None and now >= known.expires:
        raise RefusedError(
            "The security token included in the request is expired", "ExpiredTokenException", 403
        )
    if known.session_token not in (None, headers.get("x-amz-security-token")):
        raise _invalid_token()
    late = skew(headers.get("x-amz-date", ""), now)
    if late is None or abs(late) > SKEW_SECONDS:
        raise RefusedError(
            f"Signature expired or not yet current: {headers.get('x-amz-date', 'no x-amz-date')}.",
            "InvalidSignatureException",
            403,
        )
    if not is_signed(signature, known.secret, headers, request):
        raise RefusedError(_MISMATCH, "InvalidSignatureException", 403)
    return Caller(
        AuthMode.IAM,
        _identity(known, request),
        expires=known.expires,
        access_key=known.access_key,
    )


def _invalid_token() -> RefusedError:
    return RefusedError(
        "The security token included in the request is invalid.",
        "UnrecognizedClientException",
        403,
    )


def _identity(known: Credentials, request: HttpRequestFacts) -> dict[str, Any]:
    cognito = known.cognito
    return {
        "accountId": known.account,
        "cognitoIdentityPoolId": cognito.pool_id if cognito else None,
        "cognitoIdentityId": cognito.id if cognito else None,
        "sourceIp": [request.source_ip],
        "username": known.user_id,
        "userArn": known.arn,
        "cognitoIdentityAuthType": cognito.auth_type if cognito else None,
        "cognitoIdentityAuthProvider": _provider(cognito) if cognito else None,
    }


def _provider(cognito: CognitoIdentity) -> str | None:
    """``"<provider>","<provider>:CognitoSignIn:<sub>"``, with the quotes, as AppSync gives it."""
    parts = [
        f'"{provider}","{provider}:CognitoSignIn:{sub}"' if sub else f'"{provider}"'
        for provider, sub in cognito.logins.items()
    ]
    return ",".join(parts) or None
