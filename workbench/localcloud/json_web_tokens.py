"""Reads JSON web tokens and verifies their signatures."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: dict[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it says of itself; nothing is verified yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def issuer(self) -> str:
        """The ``iss`` claim; empty without one."""
        return str(self.claims.get("iss") or "")


def read_token(text: str) -> Token | None:
    """The token in an ``Authorization`` header, with or without ``Bearer``; None for other text."""
    found = text[7:].strip() if text[:7].lower() == "bearer " else text.strip()
    parts = found.split(".")
    if len(parts) != 3 or not all(parts):
        return None
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Token(header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)


def is_signed_by(token: Token, keys: Iterable[Mapping[str, Any]], algorithms: str) -> bool:
    """Whether one of ``keys`` (JWK) signed the token.

    ``algorithms`` names the families that count: ``R`` for RS256 and its like, ``P`` for PSxxx,
    ``E`` for ESxxx. The family comes from the key's own type too, so that no token can ask for a
    public key to be taken as a shared secret, and ``none`` never verifies.
    """
    algorithm = str(token.header.get("alg") or "")
    family, size = algorithm[:2], algorithm[2:]
    digest = _HASHES.get(size)
    if digest is None or family not in {"RS", "PS", "ES"} or family[0] not in algorithms:
        return False
    key_id = token.header.get("kid")
    return any(
        _verifies(token, key, family, digest)
        for key in keys
        if key_id is None or key.get("kid") == key_id
    )


def _verifies(
    token: Token, key: Mapping[str, Any], family: str, digest: hashes.HashAlgorithm
) -> bool:
    try:
        if family == "ES":
            if key.get("kty") != "EC":
                return False
            curve, x, y = str(key["crv"]), str(key["x"]), str(key["y"])
            half = len(token.signature) // 2
            signature = encode_dss_signature(
                int.from_bytes(token.signature[:half], "big"),
                int.from_bytes(token.signature[half:], "big"),
            )
            _curve_key(curve, x, y).verify(signature, token.signed, ec.ECDSA(digest))
            return True
        if key.get("kty") != "RSA":
            return False
        scheme = (
            padding.PKCS1v15()
            if family == "RS"
            else padding.PSS(padding.MGF1(digest), digest.digest_size)
        )
        public = _rsa_key(str(key["n"]), str(key["e"]))
        public.verify(token.signature, token.signed, scheme, digest)
    except (InvalidSignature, ValueError, KeyError, binascii.Error):
        return False
    return True


@lru_cache(maxsize=64)
def _rsa_key(modulus: str, exponent: str) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(_number(exponent), _number(modulus)).public_key()


@lru_cache(maxsize=64)
def _curve_key(curve: str, x: str, y: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicNumbers(_number(x), _number(y), _CURVES[curve]).public_key()


def _number(part: str) -> int:
    return int.from_bytes(_decoded(part), "big")


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
