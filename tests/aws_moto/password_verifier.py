"""Cognito's half of the password proof (SRP), which moto accepts unread.

Source: RFC 5054 with the 3072-bit group of RFC 3526, as the AWS SDKs' sign-in libraries use it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

_GENERATOR = 2
_INFO = b"Caldera Derived Key\x01"


def _scaled_pi(bits: int) -> int:
    """π · 2**bits, rounded down (Machin's formula)."""

    def arctan_of_inverse(number: int, one: int) -> int:
        power = total = one // number
        divisor, sign = 3, -1
        while power:
            power //= number * number
            total += sign * (power // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    one = 1 << (bits + 32)
    return 4 * (4 * arctan_of_inverse(5, one) - arctan_of_inverse(239, one)) >> 32


PRIME = 2**3072 - 2**3008 - 1 + 2**64 * (_scaled_pi(2942) + 1690314)
"""RFC 3526, group 15."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """One sign-in: what Cognito sends, and whether the answer proves the password."""

    pool_name: str
    user_id: str
    password: str
    public_a: int
    salt: int = field(default_factory=lambda: secrets.randbits(128))
    secret_b: int = field(default_factory=lambda: secrets.randbits(256))
    block: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(96)).decode())

    @property
    def public_b(self) -> int:
        """``SRP_B``."""
        multiplier = _hash(_bytes(PRIME) + _bytes(_GENERATOR))
        power = pow(_GENERATOR, self.secret_b, PRIME)
        return (multiplier * self._verifier + power) % PRIME

    def proves(self, signature: str, timestamp: str) -> bool:
        """Whether the claim was made with the password."""
        mixed = _hash(_bytes(self.public_a) + _bytes(self.public_b))
        shared = pow(self.public_a * pow(self._verifier, mixed, PRIME), self.secret_b, PRIME)
        extracted = hmac.digest(_bytes(mixed), _bytes(shared), "sha256")
        key = hmac.digest(extracted, _INFO, "sha256")[:16]
        claim = f"{self.pool_name}{self.user_id}".encode()
        claim += base64.b64decode(self.block) + timestamp.encode()
        wanted = base64.b64encode(hmac.digest(key, claim, "sha256")).decode()
        return hmac.compare_digest(wanted, signature)

    @property
    def _verifier(self) -> int:
        identity = f"{self.pool_name}{self.user_id}:{self.password}".encode()
        secret = _hash(_bytes(self.salt) + hashlib.sha256(identity).digest())
        return pow(_GENERATOR, secret, PRIME)


def _bytes(number: int) -> bytes:
    """Big-endian, with a leading zero where it would read as negative."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest(), "big")
