"""Device authentication: ministack has none; a remembered device proves itself after the password.

It proves its own secret (SRP), of which the pool keeps the verifier. Where the pool says so, a
remembered device stands in for the second factor.
Source: docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-device-tracking.html, "Sign in with a device"
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import replace
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    ISSUED,
    Answer,
    Issued,
    challenge,
    refuse,
    reply,
)
from workbench.localcloud.ministack.patches.cognito.srp_numbers import power_of_generator

SRP, VERIFIER = "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"
_KEY_INFO = b"Caldera Derived Key\x01"


def ask(pool: Any, user: Any, device: Any) -> dict[str, Any]:
    """The challenge that a remembered device begins with."""
    told = {"USERNAME": user["Username"], "DEVICE_KEY": device["DeviceKey"]}
    return challenge(pool["Id"], user, SRP, told, device=device["DeviceKey"])


def begin(pool: Any, user: Any, device: Any, given: Any) -> Answer:
    """The challenge to prove the device's secret, with the pool's public number."""
    from ministack.services import cognito

    public = given.get("SRP_A", "")
    if not cognito._SRP_A_RE.match(public) or int(public, 16) % cognito._SRP_N == 0:
        return refuse("InvalidParameterException", "Missing required parameter SRP_A")
    secret, verifier = secrets.randbits(256), int(device["verifier"], 16)
    ours = (cognito._SRP_K * verifier + power_of_generator(secret)) % cognito._SRP_N
    block = base64.b64encode(secrets.token_bytes(64)).decode()
    told = {
        "SALT": device["salt"],
        "SRP_B": f"{ours:x}",
        "SECRET_BLOCK": block,
        "DEVICE_KEY": device["DeviceKey"],
        "USERNAME": user["Username"],
    }
    asked = challenge(pool["Id"], user, VERIFIER, told, code=block, device=device["DeviceKey"])
    session = asked["Session"]
    # Ours and theirs, for the proof.
    ISSUED[session] = replace(ISSUED[session], secret=f"{secret:x}:{ours:x}:{public}")
    return reply(asked)


def is_proven(issued: Issued, device: Any, given: Any) -> bool:
    """Whether an answer proves that the device has its secret."""
    from ministack.services import cognito

    block, signature = (
        given.get(f"PASSWORD_CLAIM_{name}") for name in ("SECRET_BLOCK", "SIGNATURE")
    )
    stamp = cognito._srp_canonical_timestamp(given.get("TIMESTAMP") or "")
    if block != issued.code or not isinstance(signature, str) or not stamp:
        return False
    secret, ours, theirs = (int(each, 16) for each in issued.secret.split(":"))
    mixed = cognito._srp_hash(cognito._srp_pad(theirs), cognito._srp_pad(ours))
    modulus, verifier = cognito._SRP_N, int(device["verifier"], 16)
    shared = pow(theirs * pow(verifier, mixed, modulus), secret, modulus)
    drawn = hmac.digest(cognito._srp_pad(mixed), cognito._srp_pad(shared), hashlib.sha256)
    key = hmac.digest(drawn, _KEY_INFO, hashlib.sha256)[:16]
    names = f"{device['group']}{device['DeviceKey']}".encode()
    expected = hmac.digest(key, names + base64.b64decode(block) + stamp.encode(), hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(expected).decode(), signature)
