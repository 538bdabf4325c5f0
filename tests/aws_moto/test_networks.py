"""Networks of companies: a proxy to AWS, and certificates that only a file of theirs trusts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws_moto.aws import Aws, Handler, write_profile
from tests.aws_moto.backends import Backend
from tests.aws_moto.conftest import enter
from tests.aws_moto.sandbox import Deployer, aws_target
from tests.aws_moto.tls import Authority, Proxy, make_authority, tls_front
from workbench.aws.clients import Clients
from workbench.aws.credentials import identify
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import ApiEndpoint
from workbench.playground.api import PlaygroundApi
from workbench.playground.caller_credentials import CallerCredentials
from workbench.playground.requests import Request
from workbench.playground.run_as import default_run_as


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def network(
    aws: Aws, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Proxy]]:
    """The address of the AWS by TLS, and the proxy on the way there."""
    proxy = Proxy()
    with tls_front(aws.application, authority, Handler) as address:
        enter(write_profile(tmp_path / "aws", address), monkeypatch)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield address.removeprefix("https://"), proxy
    proxy.close()


def test_a_deployment_by_a_proxy_that_signs_itself(
    aws: Aws,
    network: tuple[str, Proxy],
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, proxy = network
    with pytest.raises(UserProblem, match="The connection to AWS is not trusted") as refused:
        identify(Clients(aws_target("moto")))
    assert "AWS_CA_BUNDLE" in refused.value.next_step
    assert len(aws.calls) == 0

    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.bundle))
    deployer = Deployer(tmp_path / "project", aws_target("moto"))
    deployer.deploy(Backend.load("python"))
    assert set(proxy.tunnels) == {address}
    assert aws.calls.of("cloudformation:CreateStack")


async def test_operations_trust_what_awss_requests_trust(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def graphql(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"data": {"greet": "Hello"}}']

    with tls_front(graphql, authority, Handler) as address:
        profile = write_profile(tmp_path, address, settings={"ca_bundle": str(authority.bundle)})
        enter(profile, monkeypatch)
        clients = Clients(aws_target("moto"))
        endpoint = ApiEndpoint("api", f"{address}/graphql", modes=("API_KEY",), api_key="da2-key")
        callers = CallerCredentials(clients, endpoint.auth, tmp_path / "sign-ins")
        for bundle, status in ((clients.ca_bundle, 200), ("", 0)):
            api = PlaygroundApi(endpoint, callers, None, bundle)
            result = await api.run(default_run_as(endpoint), Request("query { greet }"))
            await api.close()
            assert result.status == status, result.body
