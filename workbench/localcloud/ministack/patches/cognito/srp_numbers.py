"""Password proofs (SRP): ministack's secret numbers are twelve times as long as needed, and stay.

Its own number has 3,072 bits, so that a sign-in took it 130 ms; RFC 5054 asks for at least 256
(section 2.6). Powers of the group's generator, which each proof needs, are multiplied from a table
here: 1 ms in place of 5. ministack also keeps, and saves, each proof's session after its end.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from functools import cache
from itertools import islice
from typing import Any

_SECRET_BITS = 256
_WINDOW = 4
"""Bits of an exponent that one look into the table is for; the table has 400 kB then."""

_LOOKED_AT = 2
"""Old sessions that each new one looks at, to drop them if their time is over."""


def install() -> None:
    """Make the numbers of a proof in less time; forget proofs that nobody can answer any more."""
    from ministack.services import cognito

    begin = cognito._create_challenge_session

    def begin_after_others(*given: Any) -> Any:
        waiting, now = cognito._challenge_sessions, time.time()
        for token in list(islice(waiting, _LOOKED_AT)):
            if waiting[token]["expires_at"] < now:
                del waiting[token]
        return begin(*given)

    cognito._create_challenge_session = begin_after_others
    cognito._srp_verifier = _verifier
    cognito._srp_challenge = _challenge


def power_of_generator(exponent: int) -> int:
    """``pow(g, exponent, N)`` of Cognito's group, for an exponent of at most 256 bits."""
    from ministack.services import cognito

    found, modulus = 1, cognito._SRP_N
    for at, row in enumerate(_table()):
        found = found * row[exponent >> at * _WINDOW & (1 << _WINDOW) - 1] % modulus
    return found


@cache
def _table() -> tuple[tuple[int, ...], ...]:
    """For each window of an exponent, the generator's power for each value of its bits."""
    from ministack.services import cognito

    modulus, base, rows = cognito._SRP_N, cognito._SRP_G, []
    for _ in range(_SECRET_BITS // _WINDOW):
        row = [1]
        for _ in range((1 << _WINDOW) - 1):
            row.append(row[-1] * base % modulus)
        rows.append(tuple(row))
        base = row[-1] * base % modulus
    return tuple(rows)


def _verifier(pool_id: str, user_id: str, password: str, salt: str) -> int:
    from ministack.services import cognito

    told = f"{pool_id.split('_', 1)[-1]}{user_id}:{password}".encode()
    identity = hashlib.sha256(told).digest()
    return power_of_generator(cognito._srp_hash(cognito._srp_pad(int(salt, 16)), identity))


def _challenge(
    pool_id: str, user: Any, user_id: str, srp_a: str, secret_block: str
) -> tuple[dict[str, str], dict[str, str]]:
    """The parameters of a PASSWORD_VERIFIER challenge, and what its answer is checked against."""
    from ministack.services import cognito

    if user is not None:
        attributes = cognito._attr_list_to_dict(user.get("Attributes", []))
        salt = cognito._srp_salt(attributes.get("sub") or user["Username"])
        verifier = _verifier(pool_id, user_id, user.get("_password") or "", salt)
    else:
        # Nobody can answer it: a client is not told that there is no such user.
        salt = cognito._srp_salt(f"{pool_id}:{user_id}")
        verifier = power_of_generator(_secret())
    secret = _secret()
    public = (cognito._SRP_K * verifier + power_of_generator(secret)) % cognito._SRP_N
    told = {
        "SALT": salt,
        "SECRET_BLOCK": secret_block,
        "SRP_B": f"{public:x}",
        "USERNAME": user_id,
        "USER_ID_FOR_SRP": user_id,
    }
    kept = {
        "srp_a": srp_a,
        "srp_b": f"{public:x}",
        "b": f"{secret:x}",
        "salt": salt,
        "secret_block": secret_block,
    }
    return told, kept


def _secret() -> int:
    return secrets.randbits(_SECRET_BITS) | 1 << (_SECRET_BITS - 1)
