"""Signatures of JSON web tokens: only a provider's own key and algorithm count."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.localcloud.appsync.authorization.conftest import Signer, part
from workbench.localcloud.json_web_tokens import is_signed_by, read_token

CLAIMS = {"sub": "ann", "iss": "https://issuer.example"}


class RsaSigner(Signer):
    """A key pair that signs with any hash and padding; its public key can pose as a secret."""

    def __init__(self) -> None:
        super().__init__("key-1")
        assert isinstance(self._key, rsa.RSAPrivateKey)
        self._rsa = self._key

    def signed(self, algorithm: str, **header: Any) -> str:
        """A token by the named algorithm."""
        text = _unsigned({"alg": algorithm, "kid": "key-1", **header})
        digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[
            algorithm[2:]
        ]
        scheme: padding.AsymmetricPadding = (
            padding.PSS(padding.MGF1(digest), digest.digest_size)
            if algorithm.startswith("PS")
            else padding.PKCS1v15()
        )
        return f"{text}.{part(self._rsa.sign(text.encode(), scheme, digest))}"

    def public_texts(self) -> list[bytes]:
        """The forms of the public key that a careless verifier may take for a shared secret."""
        public = self._rsa.public_key()
        pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
        info = serialization.PublicFormat.SubjectPublicKeyInfo
        pkcs1 = serialization.PublicFormat.PKCS1
        found = [public.public_bytes(each, info) for each in (pem, der)]
        found += [public.public_bytes(each, pkcs1) for each in (pem, der)]
        return [*found, json.dumps(self.public).encode(), self.public["n"].encode()]


def _unsigned(header: dict[str, Any]) -> str:
    return f"{part(json.dumps(header).encode())}.{part(json.dumps(CLAIMS).encode())}"


def _holds(token: str, *keys: dict[str, Any], families: str = "RPE") -> bool:
    found = read_token(token)
    return found is not None and is_signed_by(found, keys, families)


@pytest.fixture(scope="module")
def signer() -> RsaSigner:
    return RsaSigner()


@pytest.mark.parametrize(
    "algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], ids=str
)
def test_the_providers_algorithms_hold(signer: RsaSigner, algorithm: str) -> None:
    token = signer.signed(algorithm)
    assert _holds(token, signer.public)
    assert _holds(token, Signer("key-2").public, signer.public)
    assert not _holds(token, signer.public, families="E")
    assert not _holds(token, signer.public, families="P" if algorithm[0] == "R" else "R")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_never_a_shared_secret(signer: RsaSigner, algorithm: str) -> None:
    text = _unsigned({"alg": algorithm, "kid": "key-1"})
    digest = getattr(hashlib, f"sha{algorithm[2:]}")
    for secret in signer.public_texts():
        token = f"{text}.{part(hmac.digest(secret, text.encode(), digest))}"
        assert not _holds(token, signer.public)
        # Nor where the provider publishes a shared key, which then everybody knows.
        assert not _holds(token, {"kty": "oct", "kid": "key-1", "k": part(secret)})


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "", "RS1", "RS255", "EdDSA", "ES256"]
)
def test_other_algorithms_do_not_hold(signer: RsaSigner, algorithm: str) -> None:
    signature = signer.signed("RS256").rpartition(".")[2]
    text = _unsigned({"alg": algorithm, "kid": "key-1"})
    for token in (f"{text}.", f"{text}.{part(b'x')}", f"{text}.{signature}"):
        assert not _holds(token, signer.public)


def test_the_header_is_signed_too(signer: RsaSigner) -> None:
    good = signer.signed("RS256")
    _, claims, signature = good.split(".")
    for header in ({"alg": "RS512", "kid": "key-1"}, {"alg": "RS256"}, {"alg": "PS256"}):
        assert not _holds(
            f"{part(json.dumps(header).encode())}.{claims}.{signature}", signer.public
        )


def test_the_key_must_be_the_named_one_and_meant_for_it(signer: RsaSigner) -> None:
    token = signer.signed("RS256")
    assert not _holds(token, {**signer.public, "kid": "key-2"})
    assert not _holds(signer.signed("RS256", kid="key-2"), signer.public)
    assert not _holds(token, {**signer.public, "use": "enc"})
    assert not _holds(token, {**signer.public, "alg": "RS512"})
    assert _holds(token, {**signer.public, "use": "sig", "alg": "RS256", "x5c": ["MIIB"]})
    # A key of the token's own is no reason to believe it.
    stranger = RsaSigner()
    assert not _holds(stranger.signed("RS256", jwk=stranger.public), signer.public)


def test_a_curves_token_holds_for_its_own_curve_alone(signer: RsaSigner) -> None:
    curve = Signer("key-1", curve=True)
    token = curve.token(CLAIMS)
    assert _holds(token, curve.public)
    assert not _holds(token, signer.public)
    assert not _holds(token, curve.public, families="RP")
    assert not _holds(token, {**curve.public, "crv": "P-384"})


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "?", "e": "AQAB"},
        {"kty": "RSA", "n": 5, "e": None},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "nothing", "x": "AA", "y": "AA"},
        {"kty": ["RSA"]},
    ],
    ids=json.dumps,
)
def test_a_broken_key_verifies_nothing(signer: RsaSigner, key: dict[str, Any]) -> None:
    assert not _holds(signer.signed("RS256"), {"kid": "key-1", **key})


def test_what_an_extension_demands_is_refused(signer: RsaSigner) -> None:
    """RFC 7515, section 4.1.11: what ``crit`` names must be understood."""
    assert not _holds(signer.signed("RS256", crit=["exp"], exp=1), signer.public)
    assert _holds(
        signer.signed("RS256", typ="JWT", note="unknown, but not critical"), signer.public
    )


HEADER = b'{"alg":"RS256"}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "a.b.c",
        "custom-authorizer-token",
        f"{part(b'[]')}.{part(b'{}')}.AA",
        f"{part(b'{}')}.{part(b'{}')}.AA",
        f"{part(HEADER)}.{part(b'[]')}.AA",
        f"{part(HEADER)}.{part(b'not JSON')}.AA",
        f"{part(HEADER)}.{part(b'[' * 100_000)}.AA",
        f"{part(HEADER)}.{part(bytes([255]))}.AA",
        "ä.ö.ü",
        "\ud800.a.b",
    ],
    ids=range(12),
)
def test_other_texts_are_not_tokens(text: str) -> None:
    assert read_token(text) is None


def test_a_signature_has_one_spelling(signer: RsaSigner) -> None:
    good = signer.signed("RS256")
    assert _holds(good, signer.public)
    for other in (good + "=", good + "==", good + "!", good[:-1]):
        assert not _holds(other, signer.public)
