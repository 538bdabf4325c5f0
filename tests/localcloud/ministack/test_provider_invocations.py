"""The CDK's hot-swap invokes the bucket deployment's function itself, as here."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.localcloud.server import cdk_bootstrap

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.npm

SOURCE = "aws-cdk-lib/custom-resource-handlers/dist/aws-s3-deployment"
PLACEHOLDER = "required-to-be-present-by-cfn"


def _put_archive(stacks: Stacks, key: str, name: str, content: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    stacks.clients.s3.put_object(
        Bucket=cdk_bootstrap.STAGING_BUCKET, Key=key, Body=packed.getvalue()
    )


def _properties(key: str) -> dict[str, Any]:
    return {
        "SourceBucketNames": [cdk_bootstrap.STAGING_BUCKET],
        "SourceObjectKeys": [key],
        "DestinationBucketName": "site",
        "Prune": "true",
    }


def _deploy(stacks: Stacks, npm_modules: Path) -> None:
    """A stack whose bucket deployment has put ``index.html`` saying ``old`` into ``site``."""
    provider = npm_modules / SOURCE / "bucket-deployment-handler/index.py"
    _put_archive(stacks, "provider.zip", "index.py", provider.read_bytes())
    _put_archive(stacks, "old.zip", "index.html", b"old")
    function = {
        "FunctionName": "provider",
        "Code": {"S3Bucket": cdk_bootstrap.STAGING_BUCKET, "S3Key": "provider.zip"},
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::000000000000:role/provider",
        "Timeout": 20,
    }
    token = {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}}
    template = {
        "Resources": {
            "Site": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "site"}},
            "Provider": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Deployment": {
                "Type": "Custom::CDKBucketDeployment",
                "DependsOn": ["Site"],
                "Properties": {**token, **_properties("old.zip")},
            },
        }
    }
    assert stacks.create("app", template)["StackStatus"] == "CREATE_COMPLETE"
    assert _page(stacks) == b"old"


def _hot_swap(stacks: Stacks, properties: dict[str, Any]) -> dict[str, Any]:
    """Invoke the function as the CDK does, with nothing behind the address for the answer."""
    names = ("ResponseURL", "PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId")
    event = {
        "RequestType": "Update",
        **dict.fromkeys(names, PLACEHOLDER),
        "ResourceProperties": properties,
    }
    answer = stacks.clients.lambda_.invoke(FunctionName="provider", Payload=json.dumps(event))
    return {"error": answer.get("FunctionError"), "said": answer["Payload"].read().decode()}


def _page(stacks: Stacks) -> bytes:
    body: bytes = stacks.clients.s3.get_object(Bucket="site", Key="index.html")["Body"].read()
    return body


def test_a_hot_swap_brings_the_new_content(stacks: Stacks, npm_modules: Path) -> None:
    _deploy(stacks, npm_modules)
    _put_archive(stacks, "new.zip", "index.html", b"new")
    answer = _hot_swap(stacks, _properties("new.zip"))
    assert answer["error"] is None, answer
    assert _page(stacks) == b"new"


def test_a_hot_swap_that_fails_says_so(stacks: Stacks, npm_modules: Path) -> None:
    _deploy(stacks, npm_modules)
    answer = _hot_swap(stacks, _properties("nowhere.zip"))
    assert answer["error"] == "Unhandled"
    assert "errorMessage" in json.loads(answer["said"])
    assert _page(stacks) == b"old"


def test_without_the_patch_the_old_content_stays(
    stacks_without: Callable[[str], Stacks], npm_modules: Path
) -> None:
    stacks = stacks_without("lambda_functions.provider_invocations")
    _deploy(stacks, npm_modules)
    _put_archive(stacks, "new.zip", "index.html", b"new")
    _hot_swap(stacks, _properties("new.zip"))
    assert _page(stacks) == b"old"
