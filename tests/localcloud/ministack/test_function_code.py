"""A function whose code is nowhere is not made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.localcloud.server import cdk_bootstrap

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ROLE = "arn:aws:iam::000000000000:role/function"


def _template(bucket: str = cdk_bootstrap.STAGING_BUCKET) -> dict[str, Any]:
    return {
        "Resources": {
            "Handler": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"S3Bucket": bucket, "S3Key": "code.zip"},
                    "Handler": "index.handler",
                    "Runtime": "nodejs22.x",
                    "Role": ROLE,
                },
            }
        }
    }


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.js", "exports.handler = async () => 1;")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("bucket", "code"), [(cdk_bootstrap.STAGING_BUCKET, "NoSuchKey"), ("nowhere", "NoSuchBucket")]
)
def test_cloudformation_fails_the_function(stacks: Stacks, bucket: str, code: str) -> None:
    assert stacks.create("app", _template(bucket))["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = next(e for e in stacks.events("app") if e["ResourceStatus"] == "CREATE_FAILED")
    assert failed["LogicalResourceId"] == "Handler"
    assert f"S3 Error Code: {code}" in failed["ResourceStatusReason"]


def test_the_api_refuses_and_takes_it_once_the_code_is_there(stacks: Stacks) -> None:
    functions = stacks.clients.lambda_
    wanted: Any = {
        "FunctionName": "f",
        "Role": ROLE,
        "Runtime": "nodejs22.x",
        "Handler": "index.handler",
        "Code": {"S3Bucket": cdk_bootstrap.STAGING_BUCKET, "S3Key": "code.zip"},
    }
    with pytest.raises(ClientError, match="NoSuchKey"):
        functions.create_function(**wanted)
    stacks.clients.s3.put_object(Bucket=cdk_bootstrap.STAGING_BUCKET, Key="code.zip", Body=_code())
    functions.create_function(**wanted)
    assert stacks.create("app", _template())["StackStatus"] == "CREATE_COMPLETE"


def test_without_the_patch_a_function_without_code_is_made(
    stacks_without: Callable[[str], Stacks],
) -> None:
    stacks = stacks_without("lambda_functions.code")
    assert stacks.create("app", _template())["StackStatus"] == "CREATE_COMPLETE"
