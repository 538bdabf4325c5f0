"""AWS's sign-in services on loopback: STS, SSO's OIDC and its portal.

moto has no device login and takes any MFA code. Requests are as botocore makes them; the answers
have the form that AWS documents. Every request is kept, with the access key that signed it.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

ACCOUNT = "123456789012"
GOOD_CODE = "123456"
_NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its operation, the key that signed it, and its parameters."""

    operation: str
    access_key: str
    parameters: Mapping[str, str]


@dataclass
class SignInServer:
    """The server's behaviour, which a test changes while it runs."""

    endpoint: str = ""
    asked: list[Asked] = field(default_factory=list)
    expired_keys: set[str] = field(default_factory=set)
    """STS answers requests that these keys signed with ExpiredToken."""
    role_seconds: float = 3600
    token_seconds: float = 3600
    refresh_tokens: bool = True
    interval: int = 1
    token_answers: list[str] = field(default_factory=list)
    """Error names that CreateToken answers a device with, in order, before it gives the token."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def keys_of(self, operation: str) -> list[str]:
        """The keys that signed the requests of one operation, in order."""
        return [each.access_key for each in self.asked if each.operation == operation]

    def count(self, operation: str) -> int:
        """How often one operation was asked for."""
        return sum(each.operation == operation for each in self.asked)

    def post(self, path: str, access_key: str, body: str) -> tuple[int, str, str]:
        """Answer: status, content type, body."""
        if path in ("/client/register", "/device_authorization", "/token"):
            return self._oidc(path, json.loads(body))
        given = {name: values[0] for name, values in parse_qs(body).items()}
        operation = given.get("Action", "")
        self.asked.append(Asked(operation, access_key, given))
        if access_key in self.expired_keys:
            return _error("ExpiredToken", "The security token included in the request is expired")
        if operation == "GetCallerIdentity":
            return 200, "text/xml", self._identity(access_key)
        if operation in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            return self._assume(operation, given)
        return _error("InvalidAction", operation)

    def get(self, target: str, token: str) -> tuple[int, str, str]:
        """The portal's GetRoleCredentials."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        self.asked.append(Asked("GetRoleCredentials", token, query))
        if token in self.expired_keys:
            return _json_error(401, "UnauthorizedException", "Session token not found or invalid")
        number = next(self._numbers)
        found = {
            "accessKeyId": f"ASIASSO{number:013d}",
            "secretAccessKey": "sso-secret",
            "sessionToken": "sso-session",
            "expiration": int((time.time() + self.role_seconds) * 1000),
        }
        return 200, "application/json", json.dumps({"roleCredentials": found})

    def _assume(self, operation: str, given: Mapping[str, str]) -> tuple[int, str, str]:
        if given.get("SerialNumber") and given.get("TokenCode") != GOOD_CODE:
            return _error(
                "AccessDenied",
                "MultiFactorAuthentication failed with invalid MFA one time pass code.",
            )
        name = given["RoleArn"].rpartition("/")[2]
        if name == "Forbidden":
            return _error("AccessDenied", f"User is not authorized to perform: sts:{operation}")
        end = datetime.now(UTC) + timedelta(seconds=self.role_seconds)
        number = next(self._numbers)
        return (
            200,
            "text/xml",
            (
                f"<{operation}Response {_NAMESPACE}><{operation}Result><Credentials>"
                f"<AccessKeyId>ASIA{name.upper()[:8]:X<8}{number:08d}</AccessKeyId>"
                "<SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-session</SessionToken>"
                f"<Expiration>{end:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials><AssumedRoleUser>"
                f"<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session</Arn>"
                "<AssumedRoleId>AROA:session</AssumedRoleId></AssumedRoleUser>"
                f"</{operation}Result></{operation}Response>"
            ),
        )

    def _identity(self, access_key: str) -> str:
        arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
        if access_key.startswith("ASIASSO"):
            role = "AWSReservedSSO_Developer_0123456789abcdef"
            arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/alice"
        elif access_key.startswith("ASIA"):
            arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/session"
        return (
            f"<GetCallerIdentityResponse {_NAMESPACE}><GetCallerIdentityResult>"
            f"<Arn>{arn}</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )

    def _oidc(self, path: str, given: Mapping[str, str]) -> tuple[int, str, str]:
        operation = {
            "/client/register": "RegisterClient",
            "/device_authorization": "StartDeviceAuthorization",
            "/token": "CreateToken",
        }[path]
        self.asked.append(Asked(operation, "", given))
        number = next(self._numbers)
        answer: dict[str, object]
        if operation == "RegisterClient":
            answer = {
                "clientId": f"client-{number}",
                "clientSecret": "client-secret",
                "clientIdIssuedAt": int(time.time()),
                "clientSecretExpiresAt": int(time.time()) + 90 * 86400,
            }
        elif operation == "StartDeviceAuthorization":
            answer = {
                "deviceCode": f"device-{number}",
                "userCode": "QWER-TYUI",
                "verificationUri": f"{self.endpoint}/device",
                "verificationUriComplete": f"{self.endpoint}/device?user_code=QWER-TYUI",
                "expiresIn": 600,
                "interval": self.interval,
            }
        elif given["grantType"].endswith("device_code") and self.token_answers:
            name = self.token_answers.pop(0)
            return _json_error(400, name, f"{name} for {given['deviceCode']}")
        else:
            answer = {
                "accessToken": f"token-{number}",
                "tokenType": "Bearer",
                "expiresIn": int(self.token_seconds),
            }
            if self.refresh_tokens:
                answer["refreshToken"] = f"refresh-{number}"
        return 200, "application/json", json.dumps(answer)


def _error(code: str, message: str) -> tuple[int, str, str]:
    return (
        403,
        "text/xml",
        (
            f"<ErrorResponse {_NAMESPACE}><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        ),
    )


def _json_error(status: int, name: str, message: str) -> tuple[int, str, str]:
    return status, f"application/json;{name}", json.dumps({"message": message})


@contextmanager
def serving() -> Iterator[SignInServer]:
    """A running server."""
    state = SignInServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            signed = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
            self._answer(*state.post(self.path, signed[1] if signed else "", body))

        def do_GET(self) -> None:
            self._answer(*state.get(self.path, self.headers.get("x-amz-sso_bearer_token", "")))

        def _answer(self, status: int, kind: str, body: str) -> None:
            kind, _, error = kind.partition(";")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving_every_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[SignInServer]:
    """A running server that every AWS client of the test speaks to."""
    with serving() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        yield server
