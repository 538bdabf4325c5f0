"""Reads a request's signature from its ``Authorization`` header or presigned address.

Sources: "AWS Signature Version 4 for API requests" (IAM user guide), "Authenticating requests"
(S3's), and for presigned addresses of version 2, which boto3 still makes, "Signing and
authenticating REST requests (AWS signature version 2)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from workbench.aws.signature_v4 import ALGORITHM

Headers = Mapping[str, Sequence[str]]
"""The values of each header, names in lower case."""


class RefusedSignatureError(Exception):
    """A signature that is not good: AWS's error ``code``, before a protocol has its own word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A signature of version 4; ``lifetime`` in seconds where the address is presigned."""

    access_key: str
    date: str
    region: str
    service: str
    stamp: str
    signed_headers: str
    signature: str
    token: str
    lifetime: int | None = None

    @property
    def presigned(self) -> bool:
        """Whether the address itself has the signature."""
        return self.lifetime is not None

    @property
    def scope(self) -> tuple[str, str, str]:
        """What the signing key is good for."""
        return self.date, self.region, self.service

    @property
    def is_for_s3(self) -> bool:
        """S3 signs a path as it is sent, and no body in a presigned address."""
        return self.service.startswith("s3")


@dataclass(frozen=True, slots=True)
class OldPresigned:
    """A presigned address of signature version 2 (S3 only); ``expires`` since the epoch."""

    access_key: str
    signature: str
    expires: str
    token: str


def read_signed(headers: Headers, query: str) -> SignedRequest | OldPresigned | None:
    """Who signed a request; None where nobody did. Raises RefusedSignatureError."""
    authorizations = headers.get("authorization", ())
    if any(each.startswith("AWS") for each in authorizations):
        if len(authorizations) > 1:
            raise RefusedSignatureError(
                "IncompleteSignature", "There is more than one Authorization header."
            )
        return _of_header(authorizations[0], headers)
    parameters = _parameters(query)
    if "x-amz-signature" in parameters or "x-amz-credential" in parameters:
        return _of_address(parameters)
    if "awsaccesskeyid" in parameters:
        return OldPresigned(
            parameters["awsaccesskeyid"],
            parameters.get("signature", ""),
            parameters.get("expires", ""),
            parameters.get("x-amz-security-token", ""),
        )
    return None


def first(headers: Headers, name: str) -> str:
    """The first value of a header, empty without one."""
    return next(iter(headers.get(name, ())), "")


def _of_header(authorization: str, headers: Headers) -> SignedRequest:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise RefusedSignatureError(
            "UnsupportedSignature", f"The local cloud takes signatures by {ALGORITHM} only."
        )
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    missing = [name for name in ("Credential", "SignedHeaders", "Signature") if not parts.get(name)]
    if missing:
        said = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise RefusedSignatureError("IncompleteSignature", said)
    stamp = first(headers, "x-amz-date") or _stamp(first(headers, "date"))
    token = first(headers, "x-amz-security-token")
    key = _scope(parts["Credential"])
    return SignedRequest(*key, stamp, parts["SignedHeaders"], parts["Signature"], token)


def _of_address(parameters: Mapping[str, str]) -> SignedRequest:
    if parameters.get("x-amz-algorithm", ALGORITHM) != ALGORITHM:
        raise RefusedSignatureError(
            "UnsupportedSignature", f"The local cloud takes signatures by {ALGORITHM} only."
        )
    needed = ("X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature")
    missing = [name for name in needed if not parameters.get(name.lower())]
    if missing:
        said = " ".join(f"AWS query-string parameters must include '{name}'." for name in missing)
        raise RefusedSignatureError("IncompleteSignature", said)
    # A WebSocket's address needs none: it is used at once.
    lifetime = parameters.get("x-amz-expires", "300")
    seconds = int(lifetime) if lifetime.isascii() and lifetime.isdecimal() else 0
    return SignedRequest(
        *_scope(parameters["x-amz-credential"]),
        parameters["x-amz-date"],
        parameters["x-amz-signedheaders"],
        parameters["x-amz-signature"],
        parameters.get("x-amz-security-token", ""),
        min(seconds, 604_800),
    )


def _scope(credential: str) -> tuple[str, str, str, str]:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":
        raise RefusedSignatureError(
            "IncompleteSignature",
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term.",
        )
    return parts[0], parts[1], parts[2], parts[3]


def _parameters(query: str) -> Mapping[str, str]:
    """The last value of each parameter, names in lower case."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return {unquote(name).lower(): unquote(value) for name, _, value in pairs}


def _stamp(date: str) -> str:
    """A ``Date`` header in SigV4's own form; empty where it is none."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).strftime("%Y%m%dT%H%M%SZ") if date else ""
    except (TypeError, ValueError):
        return ""
