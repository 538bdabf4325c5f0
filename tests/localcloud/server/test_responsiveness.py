"""The server answers at any moment, also while it loads what the first requests need."""

from __future__ import annotations

import json
import subprocess
import sys
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
"""Seconds; imported on the event loop, GraphQL and the data plane alone take 0.5 on a quiet machine."""

SECONDS = 3.0
STARTS = 4

_POLL = """
import http.client, json, sys, time

port, end, took = int(sys.argv[1]), time.monotonic() + float(sys.argv[2]), []
while (begun := time.monotonic()) < end:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/_amplify_tui/health")
    assert connection.getresponse().status == 200
    connection.close()
    took.append(time.monotonic() - begun)
    time.sleep(0.01)
print(json.dumps(took))
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


def test_health_answers_at_any_moment_after_the_start(tmp_path: Path) -> None:
    """Of several starts one must do: another program may take the processor in any of them."""
    worst = []
    for number in range(STARTS):
        folder = tmp_path / str(number)
        target = lifecycle.start(folder)
        try:
            port = target.endpoint.rpartition(":")[2]
            poll = subprocess.Popen(
                [sys.executable, "-c", _POLL, port, str(SECONDS)], stdout=subprocess.PIPE, text=True
            )
            clients = Clients(target)
            for service, operation, asked in _FIRST_REQUESTS:
                getattr(clients.client(service), operation)(**asked)
            with pytest.raises(ClientError):
                clients.client("polly").describe_voices()  # the local cloud has no such service
            took = json.loads(poll.communicate(timeout=60)[0])
        finally:
            lifecycle.stop(folder)
        worst.append(max(took))
        if worst[-1] < WITHIN:
            return
    pytest.fail(f"the longest waits of {STARTS} starts: {[f'{each:.2f} s' for each in worst]}")


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
