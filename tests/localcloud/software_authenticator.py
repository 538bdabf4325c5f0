"""A passkey in software: answers a relying party's options as a browser with a passkey does."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PRESENT, VERIFIED, HAS_KEY, HAS_EXTENSIONS = 0x01, 0x04, 0x40, 0x80


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def cbor(value: Any) -> bytes:
    """CBOR of what passkeys are written in."""
    if isinstance(value, dict):
        members = b"".join(cbor(name) + cbor(each) for name, each in value.items())
        return _head(5, len(value)) + members
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(cbor(each) for each in value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    assert isinstance(value, int)
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    for size, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * width:
            return bytes([kind << 5 | size]) + number.to_bytes(width, "big")
    raise ValueError(number)


def _ec_key() -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Authenticator:
    """One passkey; the attributes may be changed to answer wrongly."""

    origin: str = "http://localhost:5173"
    party: str = "localhost"
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(default_factory=_ec_key)
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    count: int = 0
    form: str = "none"
    handle: str = ""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """A RegistrationResponseJSON."""
        self.handle = options["user"]["id"]
        client = self._client("webauthn.create", options["challenge"])
        key = cbor(self._cose())
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        raw = self._data(HAS_KEY) + attested
        statement: dict[str, Any] = {}
        if self.form == "packed":
            statement = {"alg": self._cose()[3], "sig": self._sign(raw + self._hash(client))}
        attestation = cbor({"fmt": self.form, "attStmt": statement, "authData": raw})
        return self._answer(
            {
                "clientDataJSON": encoded(client),
                "attestationObject": encoded(attestation),
                "transports": ["internal"],
            }
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """An AuthenticationResponseJSON."""
        client = self._client("webauthn.get", options["challenge"])
        self.count += self.counts
        raw = self._data()
        return self._answer(
            {
                "clientDataJSON": encoded(client),
                "authenticatorData": encoded(raw),
                "signature": encoded(self._sign(raw + self._hash(client))),
                "userHandle": self.handle,
            }
        )

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": encoded(self.id),
            "rawId": encoded(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, more: int = 0) -> bytes:
        party = hashlib.sha256(self.party.encode()).digest()
        return party + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _hash(self, client: bytes) -> bytes:
        return hashlib.sha256(client).digest()

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))

    def _cose(self) -> dict[int, Any]:
        if isinstance(self.key, rsa.RSAPrivateKey):
            numbers = self.key.public_key().public_numbers()
            return {
                1: 3,
                3: -257,
                -1: numbers.n.to_bytes(256, "big"),
                -2: numbers.e.to_bytes(3, "big"),
            }
        point = self.key.public_key().public_numbers()
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
