"""The server answers at any moment, also while it loads what the first requests need."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.ministack.patches.server import service_models

pytestmark = pytest.mark.cloud

WITHIN = 0.25
"""Seconds.

Imported on the event loop, GraphQL and the data plane alone take 0.5 on a quiet machine.
"""

LOADED = 5
"""Times the longest wait for a server that does nothing: on a busy machine every program waits."""

SECONDS = 3.0
STARTS = 4

_IDLE_SERVER = """
import asyncio


async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\nconnection: close\\r\\n\\r\\n")
    writer.close()


async def serve():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve())
"""

_POLL = """
import http.client, json, sys, time

ports, end = sys.argv[1:3], time.monotonic() + float(sys.argv[3])
took = {port: 0.0 for port in ports}
while time.monotonic() < end:
    for port in ports:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        connection.request("GET", "/_amplify_tui/health")
        assert connection.getresponse().status == 200
        connection.close()
        took[port] = max(took[port], time.monotonic() - begun)
    time.sleep(0.01)
print(json.dumps([took[port] for port in ports]))
"""

_FIRST_REQUESTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("cloudformation", "list_stacks", {}),
    ("ssm", "describe_parameters", {}),
    ("s3", "list_buckets", {}),
    ("iam", "list_roles", {}),
    ("cognito-idp", "list_user_pools", {"MaxResults": 1}),
    ("cognito-identity", "list_identity_pools", {"MaxResults": 1}),
    ("appsync", "list_graphql_apis", {}),
    ("dynamodb", "list_tables", {}),
    ("lambda", "list_functions", {}),
    ("logs", "describe_log_groups", {}),
    ("amplify", "list_apps", {}),
    ("stepfunctions", "list_state_machines", {}),
)
"""One to each service that a backend's first deployment uses."""


@pytest.fixture
def idle_port() -> Iterator[str]:
    """The port of a server that does nothing but answer."""
    with subprocess.Popen(
        [sys.executable, "-c", _IDLE_SERVER], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def test_health_answers_at_any_moment_after_the_start(tmp_path: Path, idle_port: str) -> None:
    """Of several starts one must do: another program may take the processor in any of them."""
    waits = []
    for number in range(STARTS):
        folder = tmp_path / str(number)
        target = lifecycle.start(folder)
        try:
            port = target.endpoint.rpartition(":")[2]
            poll = subprocess.Popen(
                [sys.executable, "-c", _POLL, port, idle_port, str(SECONDS)],
                stdout=subprocess.PIPE,
                text=True,
            )
            clients = Clients(target)
            for service, operation, asked in _FIRST_REQUESTS:
                getattr(clients.client(service), operation)(**asked)
            with pytest.raises(ClientError):
                clients.client("polly").describe_voices()  # the local cloud has no such service
            longest, of_idle = json.loads(poll.communicate(timeout=60)[0])
        finally:
            lifecycle.stop(folder)
        if longest < max(WITHIN, LOADED * of_idle):
            return
        waits.append(f"{longest:.2f} s (idle server: {of_idle:.2f} s)")
    pytest.fail(f"the longest waits of {STARTS} starts: {', '.join(waits)}")


@pytest.mark.parametrize("service", ["ssm", "s3", "dynamodb", "cloudwatch", "iam", "lambda", "ec2"])
def test_the_head_of_a_model_is_the_whole_models(service: str) -> None:
    whole = get_session().get_service_model(service)
    assert service_models.read_metadata(service) == whole.metadata
    assert service_models.Model(service, {}).operation_names == whole.operation_names


def test_services_are_known_by_each_of_their_names() -> None:
    assert service_models.is_service_name("stepfunctions")
    assert service_models.is_service_name("states")
    assert service_models.is_service_name("email")
    assert not service_models.is_service_name("amplify-tui")
