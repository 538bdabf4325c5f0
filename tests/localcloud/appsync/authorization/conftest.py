"""An API with every mode, and a world in memory that signs real tokens with real keys."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from workbench.localcloud.appsync.authorization.http_request import (
    Credentials,
    FetchFailedError,
    FunctionFailedError,
    HttpRequestFacts,
)
from workbench.localcloud.appsync.records import Api, ApiKey, AuthMode, AuthProvider

POOL = "us-east-1_AbCdEfGhI"
POOL_ISSUER = f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}"
ISSUER = "http://127.0.0.1:9/issuer"
AUTHORIZER = "arn:aws:lambda:us-east-1:000000000000:function:authorizer"
KEY = "da2-abcdefghijklmnopqrstuvwxyz"
API = Api(
    id="abcdefghijklmnopqrstuvwxyz",
    name="test",
    arn="arn:aws:appsync:us-east-1:000000000000:apis/abcdefghijklmnopqrstuvwxyz",
    region="us-east-1",
    account="000000000000",
    schema="",
    default_auth=AuthProvider(
        AuthMode.USER_POOL,
        {"userPoolId": POOL, "awsRegion": "us-east-1", "defaultAction": "ALLOW"},
    ),
    additional_auth=(
        AuthProvider(AuthMode.API_KEY),
        AuthProvider(AuthMode.IAM),
        AuthProvider(AuthMode.OIDC, {"issuer": ISSUER, "clientId": "app-.*"}),
        AuthProvider(AuthMode.LAMBDA, {"authorizerUri": AUTHORIZER}),
    ),
    api_keys=(ApiKey(KEY, 4102444800), ApiKey("da2-expired", 1)),
)
PATH = f"/v1/apis/{API.id}/graphql"
BODY = b'{"query":"{ todo { id } }"}'
REQUEST = HttpRequestFacts("POST", PATH, BODY, "127.0.0.1", "{ todo { id } }", "Q", {"a": 1})


def only(provider: AuthProvider, *more: AuthProvider) -> Api:
    """The API with these modes only."""
    return replace(API, default_auth=provider, additional_auth=more)


def part(content: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Signer:
    """A key pair that signs tokens."""

    def __init__(self, key_id: str, curve: bool = False) -> None:
        self.key_id = key_id
        self._key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = (
            ec.generate_private_key(ec.SECP256R1())
            if curve
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    @property
    def public(self) -> dict[str, str]:
        """The public key as JWK."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            numbers = self._key.public_key().public_numbers()
            modulus, exponent = numbers.n.to_bytes(256, "big"), numbers.e.to_bytes(3, "big")
            return {"kty": "RSA", "kid": self.key_id, "n": part(modulus), "e": part(exponent)}
        point = self._key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return {"kty": "EC", "crv": "P-256", "kid": self.key_id, "x": part(x), "y": part(y)}

    def token(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A signed token."""
        algorithm = "RS256" if isinstance(self._key, rsa.RSAPrivateKey) else "ES256"
        said = {"alg": algorithm, "kid": self.key_id, **header}
        text = f"{part(json.dumps(said).encode())}.{part(json.dumps(claims).encode())}"
        if isinstance(self._key, rsa.RSAPrivateKey):
            signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            first, second = decode_dss_signature(
                self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
            )
            signature = first.to_bytes(32, "big") + second.to_bytes(32, "big")
        return f"{text}.{part(signature)}"


@dataclass
class World:
    """What the local cloud and the network know."""

    pools: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    known: dict[str, Credentials] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    answer: Any = None
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def pool_keys(self, pool_id: str) -> list[dict[str, str]]:
        """The pool's keys."""
        return self.pools.get(pool_id, [])

    def credentials(self, access_key: str) -> Credentials | None:
        """Known credentials."""
        return self.known.get(access_key)

    async def invoke_function(self, arn: str, event: Mapping[str, Any]) -> Any:
        """The answer that the test has set."""
        assert arn == AUTHORIZER
        self.asked.append(event)
        if isinstance(self.answer, Exception):
            raise FunctionFailedError(str(self.answer))
        return self.answer

    async def fetch_json(self, url: str) -> Any:
        """A document that the test has published."""
        self.fetched.append(url)
        if url not in self.documents:
            raise FetchFailedError(url)
        return self.documents[url]


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The pool's and the provider's key."""
    return Signer("key-1")


@pytest.fixture
def world(signer: Signer) -> World:
    """A world with the pool and the provider."""
    return World(
        pools={POOL: [signer.public]},
        documents={
            f"{ISSUER}/.well-known/openid-configuration": {"jwks_uri": f"{ISSUER}/keys"},
            f"{ISSUER}/keys": {"keys": [signer.public]},
        },
    )


def access_claims(**more: Any) -> dict[str, Any]:
    """The claims of a pool's access token."""
    return {
        "sub": "11111111-2222-3333-4444-555555555555",
        "iss": POOL_ISSUER,
        "token_use": "access",
        "client_id": "client-1",
        "username": "ann",
        "exp": int(time.time()) + 600,
        **more,
    }
