"""Verifies what a browser answers for a passkey: its registration and its signatures.

Source: w3.org/TR/webauthn-3, "WebAuthn Relying Party Operations"
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from workbench.localcloud import cbor

ES256, RS256 = -7, -257
ALGORITHMS = (ES256, RS256)
"""COSE's numbers of the algorithms that are taken, the preferred one first."""

_PRESENT, _VERIFIED, _MAY_BE_BACKED_UP, _IS_BACKED_UP = 0x01, 0x04, 0x08, 0x10
_HAS_KEY, _HAS_EXTENSIONS = 0x40, 0x80
_PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Fault(enum.Enum):
    """What is wrong with an answer."""

    MALFORMED = enum.auto()
    CHALLENGE = enum.auto()
    ORIGIN = enum.auto()
    RELYING_PARTY = enum.auto()
    USER_NOT_VERIFIED = enum.auto()
    NOT_SUPPORTED = enum.auto()
    SIGNATURE = enum.auto()
    COPIED = enum.auto()


class CredentialError(Exception):
    """A passkey's answer is not taken; the text is a sentence for the user."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom a passkey is for, and whether it must have verified its user."""

    id: str
    must_verify_user: bool


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey; identifier and COSE key are base64url."""

    id: str
    key: str
    sign_count: int
    model: str
    """The AAGUID: which kind of authenticator it is."""


@dataclass(frozen=True, slots=True)
class _Authenticator:
    """What an authenticator has signed."""

    raw: bytes
    flags: int
    sign_count: int
    model: str = ""
    credential_id: bytes = b""
    key: bytes = b""


def encoded(data: bytes) -> str:
    """Base64url without padding, as all of WebAuthn's JSON is."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: Any) -> bytes:
    """The bytes of base64url; raises CredentialError."""
    if not isinstance(text, str):
        raise CredentialError(Fault.MALFORMED, "The credential is incomplete.")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise CredentialError(Fault.MALFORMED, "The credential is not base64url.") from None


def challenge_of(credential: Any) -> str:
    """The challenge that an answer is for; raises CredentialError."""
    said = _client_data(_response(credential))[1].get("challenge")
    return said.rstrip("=") if isinstance(said, str) else ""


def register(credential: Any, challenge: str, party: RelyingParty) -> Passkey:
    """The passkey of a RegistrationResponseJSON; raises CredentialError."""
    response = _response(credential)
    client = _checked_client_data(response, "webauthn.create", challenge, party)
    try:
        attestation, _ = cbor.decode(decoded(response.get("attestationObject")))
        form, statement = attestation["fmt"], attestation["attStmt"]
        signed = _authenticator(attestation["authData"])
    except (ValueError, TypeError, KeyError):
        raise CredentialError(Fault.MALFORMED, "The attestation cannot be read.") from None
    _check_authenticator(signed, party)
    if not signed.credential_id or encoded(signed.credential_id) != _identifier(credential):
        raise CredentialError(Fault.MALFORMED, "The credential has another id than its key.")
    algorithm, key = _public_key(signed.key)
    _check_attestation(form, statement, algorithm, key, signed.raw + client)
    return Passkey(
        encoded(signed.credential_id), encoded(signed.key), signed.sign_count, signed.model
    )


def authenticate(
    credential: Any, passkey: Passkey, user_handle: str, challenge: str, party: RelyingParty
) -> int:
    """The new signature count of an AuthenticationResponseJSON; raises CredentialError."""
    response = _response(credential)
    client = _checked_client_data(response, "webauthn.get", challenge, party)
    try:
        signed = _authenticator(decoded(response.get("authenticatorData")))
    except ValueError:
        raise CredentialError(Fault.MALFORMED, "The assertion cannot be read.") from None
    _check_authenticator(signed, party)
    told = response.get("userHandle")
    if _identifier(credential) != passkey.id or (told and told.rstrip("=") != user_handle):
        raise CredentialError(Fault.SIGNATURE, "The passkey is not the user's.")
    _, key = _public_key(decoded(passkey.key))
    _check_signature(key, decoded(response.get("signature")), signed.raw + client)
    if (signed.sign_count or passkey.sign_count) and signed.sign_count <= passkey.sign_count:
        raise CredentialError(Fault.COPIED, "The passkey's signature count went backwards.")
    return signed.sign_count


# -- parts of an answer ---------------------------------------------------------------------------


def _response(credential: Any) -> Mapping[str, Any]:
    response = credential.get("response") if isinstance(credential, Mapping) else None
    if not isinstance(response, Mapping) or credential.get("type") != "public-key":
        raise CredentialError(Fault.MALFORMED, "The credential is not a public-key credential.")
    return response


def _identifier(credential: Mapping[str, Any]) -> str:
    told = credential.get("id")
    if not isinstance(told, str) or credential.get("rawId", told) != told:
        raise CredentialError(Fault.MALFORMED, "The credential has no id.")
    return told.rstrip("=")


def _client_data(response: Mapping[str, Any]) -> tuple[bytes, Mapping[str, Any]]:
    raw = decoded(response.get("clientDataJSON"))
    try:
        client = json.loads(raw)
    except (ValueError, RecursionError):
        client = None
    if not isinstance(client, dict):
        raise CredentialError(Fault.MALFORMED, "The client data cannot be read.")
    return raw, client


def _checked_client_data(
    response: Mapping[str, Any], kind: str, challenge: str, party: RelyingParty
) -> bytes:
    """The hash of the client data, as the authenticator has signed it."""
    raw, client = _client_data(response)
    if client.get("type") != kind:
        raise CredentialError(Fault.MALFORMED, f"The client data is not for {kind}.")
    said = client.get("challenge")
    if not isinstance(said, str) or not secrets.compare_digest(
        said.rstrip("=").encode(), challenge.encode()
    ):
        raise CredentialError(Fault.CHALLENGE, "The credential answers another challenge.")
    if not _is_allowed(client.get("origin"), party.id):
        raise CredentialError(
            Fault.ORIGIN, f"The origin {client.get('origin')} is not one of {party.id}."
        )
    return hashlib.sha256(raw).digest()


def _is_allowed(origin: Any, party: str) -> bool:
    """Whether a page of this origin may ask for the relying party: it is its domain or below it."""
    try:
        found = urlsplit(origin if isinstance(origin, str) else "")
        host = found.hostname or ""
    except ValueError:
        return False
    is_local = host == "localhost" or host.endswith(".localhost")
    is_secure = found.scheme == "https" or (found.scheme == "http" and is_local)
    return is_secure and (host == party or host.endswith(f".{party}"))


def _authenticator(raw: bytes) -> _Authenticator:
    """Authenticator data; raises ValueError."""
    if len(raw) < 37:
        raise ValueError("too short")
    flags, count = raw[32], int.from_bytes(raw[33:37], "big")
    model, identifier, key, at = "", b"", b"", 37
    if flags & _HAS_KEY:
        length = int.from_bytes(raw[53:55], "big")
        identifier, at = raw[55 : 55 + length], 55 + length
        _, used = cbor.decode(raw[at:])
        model, key, at = raw[37:53].hex(), raw[at : at + used], at + used
    if flags & _HAS_EXTENSIONS:
        at += cbor.decode(raw[at:])[1]
    if at != len(raw):
        raise ValueError("data behind the end")
    return _Authenticator(raw, flags, count, model, identifier, key)


def _check_authenticator(signed: _Authenticator, party: RelyingParty) -> None:
    if signed.raw[:32] != hashlib.sha256(party.id.encode()).digest():
        raise CredentialError(
            Fault.RELYING_PARTY, f"The credential is not for the relying party {party.id}."
        )
    if not signed.flags & _PRESENT:
        raise CredentialError(Fault.USER_NOT_VERIFIED, "The user was not present.")
    if party.must_verify_user and not signed.flags & _VERIFIED:
        raise CredentialError(Fault.USER_NOT_VERIFIED, "The user was not verified.")
    if signed.flags & _IS_BACKED_UP and not signed.flags & _MAY_BE_BACKED_UP:
        raise CredentialError(Fault.MALFORMED, "The credential is backed up and must not be.")


# -- keys and signatures --------------------------------------------------------------------------


def _public_key(cose: bytes) -> tuple[int, _PublicKey]:
    """A COSE key's algorithm and key: ECDSA on P-256, or RSA."""
    try:
        found, _ = cbor.decode(cose)
        kind, algorithm = found[1], found[3]
        if (kind, algorithm, found.get(-1)) == (2, ES256, 1):
            x, y = (int.from_bytes(found[name], "big") for name in (-2, -3))
            return algorithm, ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        if (kind, algorithm) == (3, RS256):
            n, e = (int.from_bytes(found[name], "big") for name in (-1, -2))
            return algorithm, rsa.RSAPublicNumbers(e, n).public_key()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CredentialError(Fault.MALFORMED, "The public key cannot be read.") from None
    raise CredentialError(Fault.NOT_SUPPORTED, "The kind of public key is not supported.")


def _check_attestation(
    form: Any, statement: Any, algorithm: int, key: _PublicKey, signed: bytes
) -> None:
    """None and packed: Cognito asks for no attestation, so browsers send no other kind."""
    if form == "none" and statement == {}:
        return
    if form != "packed" or not isinstance(statement, dict):
        raise CredentialError(Fault.NOT_SUPPORTED, f"The attestation {form} is not supported.")
    signature, chain = statement.get("sig"), statement.get("x5c")
    if not isinstance(signature, bytes):
        raise CredentialError(Fault.MALFORMED, "The attestation has no signature.")
    if chain is None:
        if statement.get("alg") != algorithm:
            raise CredentialError(Fault.MALFORMED, "The attestation is of another algorithm.")
        _check_signature(key, signature, signed)
        return
    try:
        attesting = x509.load_der_x509_certificate(chain[0]).public_key()
    except (ValueError, TypeError, IndexError):
        raise CredentialError(Fault.MALFORMED, "The attestation cannot be read.") from None
    if not isinstance(attesting, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise CredentialError(Fault.NOT_SUPPORTED, "The attestation's key is not supported.")
    _check_signature(attesting, signature, signed)


def _check_signature(key: _PublicKey, signature: bytes, signed: bytes) -> None:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise CredentialError(Fault.SIGNATURE, "The signature is wrong.") from None
