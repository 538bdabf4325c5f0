"""The playground's callers on AWS: what each sends, and that it goes to AppSync's hosts alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws_moto.appsync_hosts import AppSyncHosts, appsync_hosts
from tests.aws_moto.aws import Aws
from tests.aws_moto.sandbox import Deployer
from workbench.outputs_file import ApiEndpoint
from workbench.playground.api import PlaygroundApi
from workbench.playground.open_api import open_sandbox_api
from workbench.playground.requests import Request
from workbench.playground.run_as import parse_run_as
from workbench.users.token_store import FILE_NAME, SavedSignIn, save_sign_in
from workbench.users.user_sign_in import Flow, UserTokens, app_client, begin

NAME, PASSWORD = "ann@example.com", "Correct-horse-1"
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/\d{8}/us-east-1/appsync/aws4_request, "
)
QUERY = Request("{ __typename }")


@pytest.fixture
def hosts(
    deployed: Deployer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppSyncHosts]:
    with appsync_hosts(tmp_path) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
async def api(
    deployed: Deployer, deployed_aws: Aws, hosts: AppSyncHosts
) -> AsyncIterator[PlaygroundApi]:
    found = open_sandbox_api(deployed.session)
    sign_in(deployed, found.endpoint)
    yield found
    await found.close()


def sign_in(deployed: Deployer, endpoint: ApiEndpoint) -> None:
    """Sign in as a user of the pool, as in the users pane."""
    cognito: Any = deployed.clients.cognito_idp
    pool = endpoint.user_pool_id
    of = {"UserPoolId": pool, "Username": NAME}
    if not cognito.list_users(UserPoolId=pool)["Users"]:
        cognito.admin_create_user(**of, UserAttributes=[{"Name": "email", "Value": NAME}])
        cognito.admin_set_user_password(**of, Password=PASSWORD, Permanent=True)
    client = app_client(cognito, pool, endpoint.client_id)
    tokens = begin(cognito, client, NAME, Flow.SRP, PASSWORD)
    assert isinstance(tokens, UserTokens)
    file = deployed.session.sandbox_dir / FILE_NAME
    save_sign_in(file, SavedSignIn(pool, "ann", NAME, client.client_id, tokens))


async def sent_as(caller: str, api: PlaygroundApi, hosts: AppSyncHosts) -> dict[str, str]:
    """The headers of an operation that this caller runs."""
    hosts.requests.clear()
    result = await api.run(parse_run_as(caller), QUERY)
    assert result.data == {"__typename": "Query"}, result
    (headers,) = hosts.requests
    return dict(headers)


async def test_each_caller_sends_what_appsync_knows_it_by(
    api: PlaygroundApi, hosts: AppSyncHosts
) -> None:
    key = await sent_as("api-key", api, hosts)
    assert key["x-api-key"] == api.endpoint.api_key
    assert "authorization" not in key
    user = await sent_as(f"user:{NAME}", api, hosts)
    assert user["authorization"].count(".") == 2
    assert "x-api-key" not in user
    admin = SIGNED.match((await sent_as("admin", api, hosts))["authorization"])
    assert admin is not None and admin["key"] == "AKIAUSERSOWNKEY00001"
    for caller in ("guest", f"iam:{NAME}"):
        headers = await sent_as(caller, api, hosts)
        signed = SIGNED.match(headers["authorization"])
        assert signed is not None and signed["key"] != admin["key"]
        assert headers["x-amz-security-token"]
    host = api.endpoint.url.split("/")[2]
    assert set(hosts.tunnels) == {f"{host}:443"}


@pytest.mark.parametrize("caller", ["api-key", f"user:{NAME}", "guest"])
async def test_a_subscription_goes_to_the_real_time_host(
    api: PlaygroundApi, hosts: AppSyncHosts, caller: str
) -> None:
    subscription = Request("subscription { onCreateTodo { content } }")
    events = [event async for event in api.subscribe(parse_run_as(caller), subscription)]
    assert [event.data for event in events] == [{"onCreateTodo": {"content": "hello"}}]
    host = api.endpoint.url.split("/")[2]
    real_time = host.replace("appsync-api", "appsync-realtime-api")
    assert hosts.tunnels == [f"{real_time}:443"]
    (opening,), (start,) = hosts.openings, hosts.starts
    # The API's own host is what is authorized, not the one that is connected to.
    authorization = start["payload"]["extensions"]["authorization"]
    assert opening["host"] == authorization["host"] == host
    expected = "x-api-key" if caller == "api-key" else "Authorization"
    assert opening[expected] and authorization[expected]
