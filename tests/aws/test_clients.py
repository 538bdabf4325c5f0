"""Clients for both targets, and the caller's credentials with what is wrong with them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.aws.credentials import identify
from workbench.aws.target import LOCAL_ACCOUNT, AwsTarget, LocalTarget
from workbench.model.user_problem import UserProblem


@pytest.fixture(autouse=True)
def no_settings(bare_machine: Path) -> None:
    """Each test has its own AWS settings."""


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """A loopback endpoint that gives every request the same recorded answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sts_error(code: str, message: str) -> str:
    return (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        f"<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>"
    )


def test_local_clients_ignore_the_users_aws_settings(
    monkeypatch: pytest.MonkeyPatch, local_cloud: LocalTarget
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "profile-that-no-file-has")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/no/such/bundle.pem")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    clients = Clients(local_cloud)
    clients.warm()
    assert clients.account == LOCAL_ACCOUNT
    assert clients.cloudformation.describe_stacks()["Stacks"] == []
    assert identify(clients).account == LOCAL_ACCOUNT


def test_each_client_is_built_once_from_any_thread(local_cloud: LocalTarget) -> None:
    clients = Clients(local_cloud)
    built: list[object] = []
    threads = [threading.Thread(target=lambda: built.append(clients.s3)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in built}) == 1
    assert clients.acting_as("arn:aws:iam::000000000000:role/any") is clients


def test_region_from_target_environment_and_profile(
    monkeypatch: pytest.MonkeyPatch, bare_machine: Path
) -> None:
    bare_machine.write_text("[profile work]\nregion = eu-central-1\n")
    assert Clients(AwsTarget(profile="work")).region == "eu-central-1"
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert Clients(AwsTarget(profile="work")).region == "ap-south-1"
    assert Clients(AwsTarget(profile="work", region="us-west-2")).region == "us-west-2"


def test_without_a_region_the_next_step_is_named() -> None:
    with pytest.raises(UserProblem, match="No AWS region") as problem:
        _ = Clients(AwsTarget()).region
    assert "AWS_REGION" in problem.value.next_step


def test_without_credentials() -> None:
    with pytest.raises(UserProblem, match="No usable AWS credentials") as problem:
        identify(Clients(AwsTarget(region="us-east-1")))
    assert "--local" in problem.value.next_step


def test_with_a_profile_that_does_not_exist() -> None:
    with pytest.raises(UserProblem, match="no AWS profile nobody"):
        identify(Clients(AwsTarget(profile="nobody", region="us-east-1")))


def test_with_an_sso_session_that_has_ended(bare_machine: Path) -> None:
    bare_machine.write_text(
        "[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\n"
        "sso_role_name = Developer\nregion = us-east-1\n"
        "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n"
        "sso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
    )
    with pytest.raises(UserProblem, match="SSO session of profile sso") as problem:
        identify(Clients(AwsTarget(profile="sso")))
    assert problem.value.next_step == "Sign in: `amplify-tui login`."


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("ExpiredToken", "The security token included in the request is expired", "has expired"),
        ("InvalidClientTokenId", "The security token is invalid.", "does not accept"),
        ("SignatureDoesNotMatch", "The signature does not match.", "verify the signature"),
    ],
)
def test_with_credentials_that_aws_refuses(
    monkeypatch: pytest.MonkeyPatch, code: str, message: str, told: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-key")
    with answering(403, sts_error(code, message)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(UserProblem, match=told):
            identify(Clients(AwsTarget(region="us-east-1")))
