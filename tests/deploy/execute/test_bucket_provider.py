"""A bucket deployment swapped by its own provider, whose code runs in a real Lambda."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from workbench.aws.clients import Clients
from workbench.backend.constructs.data.schema_provider import PROVIDER_CODE
from workbench.deploy.execute.hotswap.bucket_provider import deploy_by_provider
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.plan.instructions import SwapBucketContent, SwapTarget
from workbench.model.deployment import Json

ROLE = "arn:aws:iam::000000000000:role/any"
FAILING = """
import json, urllib.parse

def handler(event, context):
    answer = json.dumps({"Status": "FAILED", "Reason": 'no "such" key', "Data": {}})
    print("| response body: " + urllib.parse.quote(answer))
"""
"""How CDK's provider fails: nothing returned, the answer percent-encoded in the log."""


def function(clients: Clients, name: str, code: str) -> str:
    """Make a Lambda function of Python code and return its ARN."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.py", code)
    made = clients.lambda_.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=20,
    )
    return made["FunctionArn"]


def swap_by(provider: str) -> SwapBucketContent:
    target = SwapTarget((), "Files", "data/Files", "Custom::CDKBucketDeployment", "files-1")
    properties: dict[str, Json] = {
        "SourceBucketNames": ["assets"],
        "SourceObjectKeys": ["new.zip"],
        "DestinationBucketName": "site",
        "DestinationBucketArn": "arn:aws:s3:::site",
        "Prune": True,
    }
    return SwapBucketContent(target, "site", "", (), provider=provider, properties=properties)


def test_the_provider_of_a_python_backend_deploys_and_prunes(clients: Clients) -> None:
    for bucket in ("assets", "site"):
        clients.s3.create_bucket(Bucket=bucket)
    clients.s3.put_object(Bucket="site", Key="old.graphql", Body=b"old")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("model-schema.graphql", "type Todo")
    clients.s3.put_object(Bucket="assets", Key="new.zip", Body=packed.getvalue())
    swap = swap_by(function(clients, "provider", PROVIDER_CODE))

    deploy_by_provider(clients, swap)

    (only,) = clients.s3.list_objects_v2(Bucket="site")["Contents"]
    assert only["Key"] == "model-schema.graphql"
    missing = replace(swap, properties={**swap.properties, "SourceObjectKeys": ["gone.zip"]})
    with pytest.raises(DeploymentProblem, match="NoSuchKey") as failed:
        deploy_by_provider(clients, missing)
    assert failed.value.failure.construct_path == "data/Files"


def test_a_failure_that_the_provider_only_logs_is_a_failure(clients: Clients) -> None:
    with pytest.raises(DeploymentProblem, match='no "such" key'):
        deploy_by_provider(clients, swap_by(function(clients, "logs", FAILING)))


def test_a_provider_that_ends_with_an_error_says_which(clients: Clients) -> None:
    raising = 'def handler(event, context):\n    raise ValueError("out of paint")\n'
    with pytest.raises(DeploymentProblem, match="out of paint"):
        deploy_by_provider(clients, swap_by(function(clients, "raises", raising)))
