"""Upload forms: ministack accepts them unsigned; S3 only with a policy signed by a valid key.

ministack checks a form's signature only with its AUTH switch on.
Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.aws.signature_v4 import sign_text
from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.iam.denials import denial_message
from workbench.localcloud.ministack.authorization.call import Call
from workbench.localcloud.ministack.authorization.decisions import refusal_of
from workbench.localcloud.ministack.authorization.enforcement import is_enforced, report
from workbench.localcloud.ministack.authorization.principals import principal_of
from workbench.localcloud.ministack.authorization.s3_requests import s3_requests
from workbench.localcloud.ministack.bridge.issued_credentials import Issued, issued

Reply = tuple[int, dict[str, str], Any]


def install() -> None:
    """Check forms before they are stored."""
    from ministack.services import s3

    s3._post_object = _checked(s3._post_object, s3)


def _checked(post: Callable[..., Reply], s3: Any) -> Callable[..., Reply]:
    def post_object(bucket: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        # A signed request's signature is checked before it comes here.
        if not headers.get("authorization", "").startswith("AWS4-"):
            refused = _refusal(s3, bucket, _fields(s3, body, headers), headers)
            if refused is not None:
                return refused
        return post(bucket, body, headers)

    return post_object


def _fields(s3: Any, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    parts = s3._parse_multipart_form(headers.get("content-type", ""), body) or ()
    return {
        name.lower(): value.decode("utf-8", "replace")
        for name, _, _, value in parts
        if name != "file"
    }


def _refusal(
    s3: Any, bucket: str, fields: Mapping[str, str], headers: Mapping[str, str]
) -> Reply | None:
    policy = fields.get("policy", "")
    old = "awsaccesskeyid" in fields
    scope = fields.get("x-amz-credential", "").split("/")
    if not policy or (not old and len(scope) != 5):
        key = fields.get("key", "")
        allowed = s3._foreign_bucket_allows(LOCAL_ACCOUNT, bucket, key, "PUT", {}, "", headers)
        return None if allowed else _error(s3, "AccessDenied", "Access Denied")
    found = issued(fields["awsaccesskeyid"] if old else scope[0])
    if found is None:
        return _error(
            s3,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        )
    if found.expires is not None and time.time() >= found.expires:
        return _error(s3, "ExpiredToken", "The provided token has expired.", 400)
    if fields.get("x-amz-security-token", "") != (found.session_token or ""):
        return _error(
            s3, "InvalidToken", "The provided token is malformed or otherwise invalid.", 400
        )
    expected = _old(found, policy) if old else sign_text(found.secret, scope[1:4], policy)
    given = fields.get("signature" if old else "x-amz-signature", "")
    if not hmac.compare_digest(expected.encode(), given.encode()):
        return _error(
            s3,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
        )
    return _denial(s3, found, bucket, fields, headers)


def _denial(
    s3: Any,
    found: Issued,
    bucket: str,
    fields: Mapping[str, str],
    headers: Mapping[str, str],
) -> Reply | None:
    """What IAM says to the form's signer."""
    principal = principal_of(found) if is_enforced() else None
    if principal is None:
        return None
    asked = {name: value for name, value in fields.items() if name.startswith("x-amz-")}
    key = fields.get("key", "")
    call = Call("s3", "PUT", "/", {**headers, **asked}, {}, LOCAL_REGION, bucket=bucket, key=key)
    refusal = refusal_of(principal, s3_requests(call))
    if refusal is None:
        return None
    report(refusal)
    message = denial_message(refusal, resource=f'"{refusal.request.resource}"')
    return _error(s3, "AccessDenied", message)


def _old(found: Issued, policy: str) -> str:
    digest = hmac.new(found.secret.encode(), policy.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _error(s3: Any, code: str, message: str, status: int = 403) -> Reply:
    answer: Reply = s3._error(code, message, status)
    return answer
