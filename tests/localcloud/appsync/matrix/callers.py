"""Callers with real credentials: a key, users' tokens, the identity pool's roles, Lambda tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from tests.local_keys import boto3_keys, own_keys
from tests.localcloud.appsync.matrix.deployed import PASSWORD, Deployed
from tests.localcloud.appsync.realtime.socket_client import Socket
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

Headers = Callable[[str, bytes], dict[str, str]]
"""The headers that authorize a POST of a body to an address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL answer."""

    status: int
    data: dict[str, Any]
    errors: list[dict[str, Any]]

    @property
    def refused(self) -> bool:
        """Whether the service or a resolver did not authorize it."""
        types = {error.get("errorType") for error in self.errors}
        return self.status == 401 or "Unauthorized" in types


@dataclass
class Callers:
    """Runs operations as any caller, named as ``amplify-tui query --as`` names them."""

    deployed: Deployed
    http: httpx.Client
    _known: dict[str, Headers] = field(default_factory=dict)
    _tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, who: str, query: str, **variables: Any) -> Answer:
        """Run one operation."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        url = self.deployed.url
        headers = {"content-type": "application/json", **self.headers(who)(url, body)}
        response = self.http.post(url, content=body, headers=headers)
        said = response.json()
        return Answer(response.status_code, said.get("data") or {}, said.get("errors") or [])

    def value(self, who: str, query: str, **variables: Any) -> Any:
        """The value of the operation's only field; there must be no error."""
        answer = self.run(who, query, **variables)
        assert not answer.errors, (who, query, answer.errors)
        (value,) = answer.data.values()
        return value

    def owner(self, name: str) -> str:
        """What Amplify stores as this user's owner."""
        claims = self._claims(name)
        return f"{claims['sub']}::{claims['username']}"

    def sub(self, name: str) -> str:
        """The user's unchanging id."""
        return str(self._claims(name)["sub"])

    def socket(self, who: str) -> Socket:
        """A WebSocket that authorizes its handshake as ``who``."""
        place = urlsplit(self.deployed.url)
        assert place.port
        headers = self.socket_headers(who, f"{place.path}/connect", b"{}")
        return Socket(place.port, f"{place.path}/realtime", headers, old_form=False)

    def socket_headers(self, who: str, path: str, body: bytes) -> dict[str, str]:
        """The headers inside the real-time protocol's messages."""
        place = urlsplit(self.deployed.url)
        url = f"http://{place.netloc}{path}"
        seen = {"host": place.netloc, "content-type": "application/json"}
        return {**seen, **self.headers(who)(url, body)}

    def start(self, who: str, name: str, query: str, **variables: Any) -> dict[str, Any]:
        """A ``start`` message, authorized as ``who``."""
        data = json.dumps({"query": query, "variables": variables})
        path = urlsplit(self.deployed.url).path
        extensions = {"authorization": self.socket_headers(who, path, data.encode())}
        return {"id": name, "type": "start", "payload": {"data": data, "extensions": extensions}}

    def headers(self, who: str) -> Headers:
        """What authorizes requests of ``who``."""
        if who not in self._known:
            self._known[who] = self._made(who)
        return self._known[who]

    def _made(self, who: str) -> Headers:
        kind, _, name = who.partition(":")
        outputs = self.deployed.outputs
        if kind == "nobody":
            return lambda _url, _body: {}
        if kind == "key":
            return lambda _url, _body: {"x-api-key": outputs["data"]["api_key"]}
        if kind == "lambda":
            return lambda _url, _body: {"Authorization": name}
        if kind == "user":
            token = self._user(name)["AccessToken"]
            return lambda _url, _body: {"Authorization": token}
        keys = own_keys(self.deployed.target) if kind == "admin" else self.credentials(name)
        return lambda url, body: signed(keys, url, body)

    def _claims(self, name: str) -> dict[str, Any]:
        part = self._user(name)["AccessToken"].split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
        return claims

    def _user(self, name: str) -> dict[str, str]:
        if name not in self._tokens:
            auth = self.deployed.outputs["auth"]
            client = AppClient(auth["user_pool_id"], auth["user_pool_client_id"])
            cognito = self._client("cognito-idp")
            signed_in = begin(cognito, client, f"{name}@example.com", Flow.SRP, PASSWORD)
            assert isinstance(signed_in, UserTokens)
            self._tokens[name] = {"AccessToken": signed_in.access, "IdToken": signed_in.id}
        return self._tokens[name]

    def credentials(self, name: str) -> Credentials:
        """The identity pool's credentials: a guest's without a name, else the user's."""
        pool = self._client("cognito-identity")
        found = pool.get_credentials_for_identity(
            IdentityId=self.identity_id(name), **self._logins(name)
        )["Credentials"]
        return Credentials(found["AccessKeyId"], found["SecretKey"], found["SessionToken"])

    def identity_id(self, name: str) -> str:
        """The user's identity in the pool; a new one for a guest, who has no name."""
        asked = {"IdentityPoolId": self.deployed.outputs["auth"]["identity_pool_id"]}
        pool = self._client("cognito-identity")
        return str(pool.get_id(**asked, **self._logins(name))["IdentityId"])

    def _logins(self, name: str) -> dict[str, dict[str, str]]:
        pool = self.deployed.outputs["auth"]["user_pool_id"]
        provider = f"cognito-idp.us-east-1.amazonaws.com/{pool}"
        return {"Logins": {provider: self._user(name)["IdToken"]}} if name else {}

    def _client(self, service: str) -> Any:
        keys: Any = boto3_keys(self.deployed.target)
        name: Any = service
        return boto3.client(
            name,
            endpoint_url=self.deployed.target.endpoint,
            region_name="us-east-1",
            **keys,
            config=Config(retries={"total_max_attempts": 1}),
        )


def signed(keys: Credentials, url: str, body: bytes) -> dict[str, str]:
    """Signature Version 4 of a POST to AppSync."""
    headers = {"content-type": "application/json", "host": urlsplit(url).netloc}
    request: Any = AWSRequest("POST", url, headers, body)
    SigV4Auth(keys, "appsync", "us-east-1").add_auth(request)
    return {
        name: value
        for name, value in request.headers.items()
        if name.lower() not in ("host", "content-type")
    }
