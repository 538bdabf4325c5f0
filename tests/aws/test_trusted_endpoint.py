"""Tokens and keys go to the address that the control plane names, not the outputs file."""

from __future__ import annotations

import asyncio
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import botocore.session
import pytest
from botocore.stub import Stubber

from tests.cli.sandbox_process import run_command
from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget
from workbench.aws.trusted_endpoint import check_endpoint, local_refusal, trusted_api
from workbench.localcloud.contract import CLOUD_VARIABLE
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import ApiEndpoint, of_outputs
from workbench.playground.open_api import open_url_api
from workbench.playground.requests import Request
from workbench.playground.run_as import default_run_as
from workbench.playground.stream import StreamProblem

OURS = "http://127.0.0.1:20100"


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        (f"{OURS}/v1/apis/abc/graphql", True),
        ("http://localhost:20100/v1/apis/abc/graphql", True),
        ("http://127.0.0.1:20101/v1/apis/abc/graphql", False),
        ("http://127.0.0.1/graphql", False),
        ("http://127.0.0.1:20100@evil.example/graphql", False),
        ("http://ann@127.0.0.1:20100/graphql", False),
        ("http://127.0.0.1:20100.evil.example/graphql", False),
        ("http://evil.example:20100/graphql", False),
        ("http://evil.example#http://127.0.0.1:20100/", False),
        ("http://127.0.0.1:20100\\@evil.example/", False),
        ("http://127.0.0.1:20100\t.evil.example/", False),
        ("https://127.0.0.1:20100/graphql", False),
        ("ftp://127.0.0.1:20100/graphql", False),
        ("http://[::1]:20100/graphql", False),
        ("http://127.0.0.1:port/graphql", False),
        ("https://abc.appsync-api.us-east-1.amazonaws.com/graphql", False),
        ("", False),
    ],
)
def test_only_the_local_clouds_own_address_is_trusted_there(address: str, *, trusted: bool) -> None:
    assert (local_refusal(address, OURS) == "") == trusted


HOST = "abc123.appsync-api.us-east-1.amazonaws.com"
AWS_ADDRESSES = [
    (f"https://{HOST}/graphql", True, True),
    (f"https://{HOST.upper()}:443/graphql", True, True),
    ("https://api.shop.example/graphql", True, False),
    ("https://other.appsync-api.us-east-1.amazonaws.com/graphql", False, True),
    ("https://abc.appsync-api.cn-north-1.amazonaws.com.cn/graphql", False, True),
    (f"http://{HOST}/graphql", False, False),
    (f"https://{HOST}:8443/graphql", False, False),
    (f"https://{HOST}.evil.example/graphql", False, False),
    (f"https://{HOST}@evil.example/graphql", False, False),
    ("https://x.appsync-api.evil.example/graphql", False, False),
    ("https://x.appsync-api.us-east-1.amazonaws.com.evil.example/graphql", False, False),
    ("https://appsync-api.us-east-1.amazonaws.com/graphql", False, False),
    ("https://evil.example/x.appsync-api.us-east-1.amazonaws.com", False, False),
    ("https://127.0.0.1/graphql", False, False),
]
"""Address; whether it is trusted where AppSync names APIs and domains, and without its answer."""


@pytest.mark.parametrize("may_ask", [True, False])
@pytest.mark.parametrize(("address", "named", "by_form"), AWS_ADDRESSES)
def test_on_aws_the_control_plane_decides(
    address: str, *, named: bool, by_form: bool, may_ask: bool
) -> None:
    service: Any = botocore.session.Session().create_client(
        "appsync", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    clients = cast(
        Clients,
        SimpleNamespace(target=AwsTarget(region="us-east-1"), appsync=service, region="us-east-1"),
    )
    endpoint = ApiEndpoint("sandbox", address, modes=("API_KEY",))
    with Stubber(service) as stub:
        if may_ask:
            uris = {"GRAPHQL": f"https://{HOST}/graphql", "REALTIME": "wss://x/graphql"}
            stub.add_response("list_graphql_apis", {"graphqlApis": [{"uris": uris}]})
            domains = {"domainNameConfigs": [{"domainName": "api.shop.example"}]}
            stub.add_response("list_domain_names", domains)
        else:
            stub.add_client_error("list_graphql_apis", "AccessDeniedException", "no")
        if named if may_ask else by_form:
            check_endpoint(endpoint, clients, "amplify_outputs.json")
            return
        with pytest.raises(UserProblem, match=r"amplify_outputs\.json sends requests") as told:
            check_endpoint(endpoint, clients, "amplify_outputs.json")
        assert "--url" in str(told.value)


@pytest.mark.parametrize(
    ("address", "api_id"),
    [
        (f"https://{HOST}/graphql", "the-stacks-api"),
        # The control plane decides on what the stack does not name, and on custom domains.
        ("https://other.appsync-api.us-east-1.amazonaws.com/graphql", ""),
        ("https://api.shop.example/graphql", None),
    ],
)
def test_the_api_of_the_stacks_outputs_is_trusted_without_asking_appsync(
    address: str, api_id: str | None
) -> None:
    session = botocore.session.Session()
    keys: Any = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    appsync: Any = session.create_client("appsync", region_name="us-east-1", **keys)
    stacks: Any = session.create_client("cloudformation", region_name="us-east-1", **keys)
    clients = cast(
        Clients,
        SimpleNamespace(
            target=AwsTarget(region="us-east-1"),
            appsync=appsync,
            cloudformation=stacks,
            region="us-east-1",
        ),
    )
    named = address if api_id is None else f"https://{HOST}/graphql"
    outputs = [
        {"OutputKey": "awsAppsyncApiEndpoint", "OutputValue": named},
        {"OutputKey": "awsAppsyncApiId", "OutputValue": "the-stacks-api"},
    ]
    stack = {
        "StackName": "mine",
        "CreationTime": datetime.now(UTC),
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": outputs,
    }
    endpoint = ApiEndpoint("sandbox", address, modes=("API_KEY",))
    with Stubber(stacks) as stub, Stubber(appsync) as denied:
        stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "mine"})
        if api_id != "the-stacks-api":
            denied.add_client_error("list_graphql_apis", "AccessDeniedException", "no")
        if api_id is None:
            with pytest.raises(UserProblem, match="not an AppSync address"):
                trusted_api(endpoint, clients, "it", "mine")
        else:
            assert trusted_api(endpoint, clients, "it", "mine") == api_id
        denied.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("url", "realtime"),
    [
        (
            f"https://{HOST}/graphql",
            "wss://abc123.appsync-realtime-api.us-east-1.amazonaws.com/graphql",
        ),
        (
            "https://abc.appsync-api.cn-north-1.amazonaws.com.cn/graphql",
            "wss://abc.appsync-realtime-api.cn-north-1.amazonaws.com.cn/graphql",
        ),
        (
            "https://abc.appsync-api.us-gov-west-1.amazonaws.com/graphql",
            "wss://abc.appsync-realtime-api.us-gov-west-1.amazonaws.com/graphql",
        ),
        ("https://api.shop.example/graphql", "wss://api.shop.example/graphql/realtime"),
        (
            "https://x.appsync-api.evil.example/graphql",
            "wss://x.appsync-api.evil.example/graphql/realtime",
        ),
    ],
)
def test_the_realtime_address_is_on_the_same_hosts(url: str, realtime: str) -> None:
    assert ApiEndpoint("x", url).realtime_address == realtime


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("data", "aws_region", "evil.example/"),
        ("auth", "user_pool_id", "us-east-1_x/../y"),
        ("auth", "user_pool_client_id", "a b"),
        ("auth", "identity_pool_id", "nothing"),
        ("auth", "identity_pool_id", ["a"]),
    ],
)
def test_ids_that_are_none_are_told(section: str, key: str, value: Any) -> None:
    outputs = {"data": {"url": OURS, "aws_region": "us-east-1"}, "auth": {}}
    assert of_outputs(outputs, "sandbox").region == "us-east-1"
    outputs[section][key] = value
    with pytest.raises(UserProblem, match=f"{section}.{key} is"):
        of_outputs(outputs, "sandbox")


# -- the real commands ----------------------------------------------------------------------------


class _Listener(http.server.BaseHTTPRequestHandler):
    heard: list[str]
    location = ""

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.heard.append(str(self.headers))
        self.send_response(307 if self.location else 200)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """The test's output is its own."""


@contextmanager
def listening(location: str = "") -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []
    handler = type("_Here", (_Listener,), {"heard": heard, "location": location})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


def test_a_changed_outputs_file_gets_no_token_from_the_commands(
    python_matrix: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "app"
    shutil.copytree(python_matrix.project / "amplify", root / "amplify")
    monkeypatch.setenv(CLOUD_VARIABLE, str(python_matrix.project / ".amplify/local-cloud"))
    outputs = json.loads((python_matrix.project / "amplify_outputs.json").read_text())
    file = root / "amplify_outputs.json"
    query = ("query", "--local", "-e", "{ listOwneds { items { id } } }", "--as")
    file.write_text(json.dumps(outputs))
    assert run_command(root, *query, "user:ann@example.com").returncode == 0
    with listening() as (host, heard):
        file.write_text(
            json.dumps({**outputs, "data": {**outputs["data"], "url": f"http://{host}/x"}})
        )
        for who in ("user:ann@example.com", "admin", "api-key"):
            done = run_command(root, *query, who)
            assert done.returncode != 0
            assert host in done.stderr
            assert "amplify_outputs.json" in done.stderr
        listen = "subscription { onCreateOwned { id } }"
        done = run_command(
            root, "subscribe", "--local", "-e", listen, "--as", "user:ann@example.com"
        )
        assert (done.returncode != 0, host in done.stderr) == (True, True)
    assert heard == []


async def test_a_redirect_takes_no_header_along() -> None:
    with listening() as (elsewhere, there), listening(f"http://{elsewhere}/") as (here, first):
        api = open_url_api(f"http://{here}/graphql", {"Authorization": "secret"})
        caller = default_run_as(api.endpoint)
        await api.run(caller, Request("{ a }"))
        with pytest.raises(StreamProblem):
            async with asyncio.timeout(20):
                async for _ in api.subscribe(caller, Request("subscription { a }")):
                    break
        await api.close()
        assert "secret" in first[0]
        assert len(first) == 2
        assert there == []
