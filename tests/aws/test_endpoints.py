"""Where requests go: partitions, endpoints of the user's own, proxies, and silent metadata."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError, UnknownRegionError

from tests.aws.sign_in_server import SignInServer
from workbench.aws.clients import Clients
from workbench.aws.credential_problems import credential_problem
from workbench.aws.credentials import identify
from workbench.aws.target import AwsTarget
from workbench.deploy.live.console_urls import console_url
from workbench.model.user_problem import UserProblem

KEYS = "aws_access_key_id = AKIA\naws_secret_access_key = secret\n"


@pytest.fixture(autouse=True)
def settings(bare_machine: Path) -> Path:
    return bare_machine


def endpoint(service: str, region: str) -> str:
    return str(Clients(AwsTarget(region=region)).client(service).meta.endpoint_url)


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
    ],
)
def test_each_partition_has_its_own_domain(region: str, partition: str, suffix: str) -> None:
    clients = Clients(AwsTarget(region=region))
    assert (clients.partition, clients.url_suffix) == (partition, suffix)
    for service in ("cloudformation", "appsync", "cognito-idp", "lambda"):
        assert endpoint(service, region) == f"https://{service}.{region}.{suffix}"


def test_the_console_of_a_partition() -> None:
    table = "AWS::DynamoDB::Table"
    assert console_url(table, "t", "cn-north-1").startswith(
        "https://cn-north-1.console.amazonaws.cn/"
    )
    assert console_url(table, "t", "us-gov-east-1").startswith(
        "https://us-gov-east-1.console.amazonaws-us-gov.com/"
    )
    assert not console_url(table, "t", "eusc-de-east-1"), "a wrong link is worse than none"


def test_a_service_that_a_region_lacks() -> None:
    error = EndpointConnectionError(endpoint_url="https://appsync.us-gov-west-1.amazonaws.com/")
    problem = credential_problem(error)
    assert problem is not None
    assert problem.what.startswith("appsync could not be reached in us-gov-west-1; AWS may not")


def test_a_region_that_does_not_exist() -> None:
    with pytest.raises(UnknownRegionError) as unknown:
        _ = Clients(AwsTarget(region="europe")).partition
    problem = credential_problem(unknown.value)
    assert problem is not None
    assert problem.what == "AWS has no region europe."


def test_fips_and_dualstack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    assert endpoint("lambda", "us-east-2") == "https://lambda-fips.us-east-2.amazonaws.com"
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    assert endpoint("lambda", "us-east-2") == "https://lambda-fips.us-east-2.api.aws"


def test_a_services_section_of_the_profile(settings: Path, sign_in_server: SignInServer) -> None:
    settings.write_text(
        f"[profile dev]\nservices = own\nendpoint_url = http://127.0.0.1:1\n{KEYS}"
        f"[services own]\nsts =\n  endpoint_url = {sign_in_server.endpoint}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL")
        clients = Clients(AwsTarget(profile="dev"))
        assert identify(clients).account == "123456789012"
        assert clients.s3.meta.endpoint_url == "http://127.0.0.1:1"


def test_a_service_variable_beats_the_general_one(
    settings: Path, sign_in_server: SignInServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(f"[default]\n{KEYS}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sign_in_server.endpoint)
    assert identify(Clients(AwsTarget())).account == "123456789012"


@contextmanager
def listening(*, answer: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """A loopback address that answers each connection alike, or never."""
    heard: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                heard.append(connection.recv(4096))
                if answer:
                    connection.sendall(answer)
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard


def test_requests_to_aws_take_the_proxy(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text(f"[default]\nregion = eu-west-1\n{KEYS}")
    with listening(answer=b"HTTP/1.1 503 Busy\r\n\r\n") as (proxy, heard):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(UserProblem, match="proxy could not be reached") as problem:
            identify(Clients(AwsTarget()))
    assert heard[0].startswith(b"CONNECT sts.eu-west-1.amazonaws.com:443")
    assert "NO_PROXY" in problem.value.next_step


def test_a_silent_metadata_service_does_not_hold_up_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    with listening() as (address, heard):
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", address)
        began = time.monotonic()
        with pytest.raises(UserProblem, match="No usable AWS credentials"):
            identify(Clients(AwsTarget(region="eu-west-1")))
    assert heard
    assert time.monotonic() - began < 10


def test_an_unreachable_aws_is_told_in_seconds(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(f"[default]\nregion = eu-west-1\n{KEYS}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    began = time.monotonic()
    with pytest.raises(UserProblem, match="AWS could not be reached"):
        identify(Clients(AwsTarget()))
    assert time.monotonic() - began < 15
