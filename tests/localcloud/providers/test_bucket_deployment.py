"""CDK's bucket deployments, with the real provider's code in the stack but not run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.localcloud.server import cdk_bootstrap

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from tests.localcloud.providers.conftest import Provider

KIND = "Custom::CDKBucketDeployment"
SITE = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "site"}}
OTHER = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "other"}}


def _put_archive(stacks: Stacks, key: str, files: dict[str, str]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    stacks.clients.client("s3").put_object(
        Bucket=cdk_bootstrap.STAGING_BUCKET, Key=key, Body=content.getvalue()
    )


def _properties(*keys: str, bucket: str = "site", **more: Any) -> dict[str, Any]:
    return {
        "SourceBucketNames": [cdk_bootstrap.STAGING_BUCKET] * len(keys),
        "SourceObjectKeys": list(keys),
        "DestinationBucketName": bucket,
        "Prune": True,
        "OutputObjectKeys": True,
        "DestinationBucketArn": f"arn:aws:s3:::{bucket}",
        **more,
    }


def _keys(stacks: Stacks, bucket: str) -> list[str]:
    answer = stacks.clients.client("s3").list_objects_v2(Bucket=bucket)
    return [item["Key"] for item in answer.get("Contents", [])]


def _body(stacks: Stacks, key: str, bucket: str = "site") -> bytes:
    body: bytes = stacks.clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def test_sources_are_unpacked_marked_and_pruned(
    stacks: Stacks, bucket_deployment: Provider, server_log: Callable[[], str]
) -> None:
    _put_archive(stacks, "one.zip", {"index.html": "<marker:1>", "skip.tmp": "x", "a/b.json": "{}"})
    _put_archive(stacks, "two.zip", {"index.html": "<marker:1>", "new.css": "x"})
    first = _properties(
        "one.zip",
        DestinationBucketKeyPrefix="web",
        SourceMarkers=[{"<marker:1>": {"Ref": "Site"}}],
        Exclude=["*.tmp"],
        SystemMetadata={"cache-control": "max-age=60"},
        UserMetadata={"Owner": "me"},
    )
    template = bucket_deployment.template(KIND, first, Site=SITE)
    template["Outputs"] = {
        "Key": {
            "Value": {"Fn::Select": [0, {"Fn::GetAtt": ["Thing", "SourceObjectKeys"]}]},
        },
        "Arn": {"Value": {"Fn::GetAtt": ["Thing", "DestinationBucketArn"]}},
    }
    stack = stacks.create("app", template)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]} == {
        "Key": "one.zip",
        "Arn": "arn:aws:s3:::site",
    }
    physical_id = stacks.physical_id("app", "Thing")
    assert physical_id.startswith("aws.cdk.s3deployment.")
    assert _keys(stacks, "site") == ["web/a/b.json", "web/index.html"]
    assert _body(stacks, "web/index.html") == b"site"
    head = stacks.clients.client("s3").head_object(Bucket="site", Key="web/a/b.json")
    assert head["ContentType"] == "application/json"
    assert head["CacheControl"] == "max-age=60"
    assert head["Metadata"] == {"owner": "me"}

    s3 = stacks.clients.client("s3")
    s3.put_object(Bucket="site", Key="web/kept.tmp", Body=b"")
    s3.put_object(Bucket="site", Key="elsewhere", Body=b"")
    second = {**first, "SourceObjectKeys": ["two.zip"]}
    stacks.update("app", bucket_deployment.template(KIND, second, Site=SITE))
    assert stacks.physical_id("app", "Thing") == physical_id
    # Filtered files are left alone, as is everything outside the prefix.
    assert _keys(stacks, "site") == ["elsewhere", "web/index.html", "web/kept.tmp", "web/new.css"]
    assert "worker spawned" not in server_log(), "the provider's own function ran"


def test_a_moved_deployment_leaves_nothing_behind(
    stacks: Stacks, bucket_deployment: Provider
) -> None:
    _put_archive(stacks, "one.zip", {"a.txt": "1"})
    here = _properties("one.zip", RetainOnDelete=False)
    there = _properties("one.zip", bucket="other", RetainOnDelete=False)
    buckets = {"Site": SITE, "Other": OTHER}
    stacks.create("app", bucket_deployment.template(KIND, here, **buckets))
    assert _keys(stacks, "site") == ["a.txt"]
    stacks.update("app", bucket_deployment.template(KIND, there, **buckets))
    assert (_keys(stacks, "site"), _keys(stacks, "other")) == ([], ["a.txt"])
    stacks.clients.client("s3").put_bucket_tagging(
        Bucket="other",
        Tagging={"TagSet": [{"Key": "aws-cdk:cr-owned:1234", "Value": "true"}]},
    )
    without = bucket_deployment.template(KIND, there, **buckets)
    del without["Resources"]["Thing"]
    stacks.update("app", without)
    # The tag says that another deployment owns the bucket now.
    assert _keys(stacks, "other") == ["a.txt"]


def test_archives_can_be_copied_unopened(stacks: Stacks, bucket_deployment: Provider) -> None:
    _put_archive(stacks, "dir/one.zip", {"a.txt": "1"})
    properties = _properties("dir/one.zip", Extract=False)
    stacks.create("app", bucket_deployment.template(KIND, properties, Site=SITE))
    assert _keys(stacks, "site") == ["one.zip"]


def test_a_missing_source_fails_the_resource(stacks: Stacks, bucket_deployment: Provider) -> None:
    template = bucket_deployment.template(KIND, _properties("none.zip"), Site=SITE)
    assert stacks.create("app", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = [e for e in stacks.events("app") if e["ResourceStatus"] == "CREATE_FAILED"]
    assert failed[0]["LogicalResourceId"] == "Thing"
    assert "The specified key does not exist" in failed[0]["ResourceStatusReason"]


def test_a_function_of_the_users_own_runs(
    stacks: Stacks, bucket_deployment: Provider, put_provider: Any
) -> None:
    code = """
import json, urllib.request
def handler(event, context):
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "mine", "StackId": event["StackId"],
              "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"],
              "Data": {"DestinationBucketArn": "made by " + event["RequestType"]}}
    urllib.request.urlopen(urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), method="PUT"))
"""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", code)
    own = put_provider(type(bucket_deployment)(content.getvalue(), "index.handler", "python3.12"))
    stacks.create("app", own.template(KIND, _properties("one.zip")))
    assert stacks.physical_id("app", "Thing") == "mine"
