"""The client's half of Cognito's password proof (SRP): the password never leaves the machine.

Source: RFC 5054 (the 3072-bit group is RFC 3526's; a secret has at least 256 bits, and more
of them only take time); the hashes and paddings are those of Amplify's JavaScript client.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

_N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
_G = 2
_INFO = b"Caldera Derived Key"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SrpStart:
    """What one sign-in begins with: a secret number, and the public one to send as ``SRP_A``."""

    secret: int = field(repr=False)
    public: int

    @property
    def srp_a(self) -> str:
        """The public number in hexadecimal."""
        return f"{self.public:x}"


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer to a PASSWORD_VERIFIER challenge."""

    signature: str
    timestamp: str


def begin_srp() -> SrpStart:
    """A new sign-in's numbers."""
    secret = secrets.randbits(256) | 1 << 255
    return SrpStart(secret, pow(_G, secret, _N))


def prove(
    start: SrpStart,
    pool_id: str,
    user_id: str,
    password: str,
    *,
    srp_b: str,
    salt: str,
    secret_block: str,
    now: datetime | None = None,
) -> Proof:
    """Prove the password; ``srp_b``, ``salt`` (hexadecimal) and ``secret_block`` are Cognito's.

    Raises ValueError where Cognito's number is one that would give the secret away.
    """
    theirs = int(srp_b, 16)
    if theirs % _N == 0:
        raise ValueError("the server's public number is 0")
    scrambling = _hashed(_padded(start.public) + _padded(theirs))
    pool_name = pool_id.partition("_")[2]
    identity = hashlib.sha256(f"{pool_name}{user_id}:{password}".encode()).digest()
    private = _hashed(_padded(int(salt, 16)) + identity)
    multiplier = _hashed(_padded(_N) + _padded(_G))
    base = (theirs - multiplier * pow(_G, private, _N)) % _N
    shared = pow(base, start.secret + scrambling * private, _N)
    extracted = hmac.digest(_padded(scrambling), _padded(shared), "sha256")
    key = hmac.digest(extracted, _INFO + b"\x01", "sha256")[:16]
    timestamp = _timestamp(now or datetime.now(UTC))
    said = f"{pool_name}{user_id}".encode() + base64.b64decode(secret_block) + timestamp.encode()
    signature = base64.b64encode(hmac.digest(key, said, "sha256")).decode()
    return Proof(signature, timestamp)


def _timestamp(at: datetime) -> str:
    """``Tue Nov 3 08:05:09 UTC 2026``, in English and without a zero before the day."""
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day} {month} {at.day} {at:%H:%M:%S} UTC {at.year}"


def _padded(number: int) -> bytes:
    """Big-endian, with a zero byte where the first bit would read as a sign."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hashed(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest(), "big")
