"""Reads JSON web tokens and verifies their signatures, by joserfc.

Claims are left to the caller: AppSync, Cognito and STS each refuse them in their own words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

_HASHES = ("256", "384", "512")
_KEY_TYPES: dict[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
"""Public keys alone: with a shared one, whoever knows what everybody may know could sign."""

_LONGEST_HEADER = 4096
"""Bytes; a provider may put its certificates there."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it says of itself; nothing is verified yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    text: str = field(repr=False)

    @property
    def issuer(self) -> str:
        """The ``iss`` claim; empty without one."""
        return str(self.claims.get("iss") or "")


def read_token(text: str) -> Token | None:
    """The token that ``text`` is; None for any other text."""
    try:
        signed = _extracted(text)
        header, claims = signed.headers(), json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Token(header, claims, text)


def is_signed_by(token: Token, keys: Iterable[Mapping[str, Any]], families: str) -> bool:
    """Whether one of ``keys`` (JWK) signed the token.

    ``families`` are the algorithms that count: ``R`` for RS256 and its like, ``P`` for PSxxx, ``E``
    for ESxxx. A key verifies only signatures of its own type, so that no token can
    have a public key taken as a shared secret, and ``none`` never verifies.
    """
    key_id = token.header.get("kid")
    return any(
        _is_signature_of(token.text, json.dumps(key), families)
        for key in keys
        if key_id is None or key.get("kid") == key_id
    )


@lru_cache(maxsize=256)
def _is_signature_of(text: str, key: str, families: str) -> bool:
    """Remembered, because a client sends the same token with each request: 60 µs are spared."""
    try:
        return jws.validate_compact(_extracted(text), _imported(key), registry=_registry(families))
    except (JoseError, ValueError, TypeError, KeyError):
        return False


def _extracted(text: str) -> jws.CompactSignature:
    return jws.extract_compact(text.encode(), registry=_registry("RPE"))


@lru_cache(maxsize=64)
def _imported(key: str) -> RSAKey | ECKey:
    fields = json.loads(key)
    return _KEY_TYPES[fields["kty"]].import_key(fields)


@cache
def _registry(families: str) -> jws.JWSRegistry:
    algorithms = [f"{family}S{size}" for family in families for size in _HASHES]
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    registry.max_header_length = _LONGEST_HEADER
    return registry
