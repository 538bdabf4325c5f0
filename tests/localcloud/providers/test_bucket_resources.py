"""CDK's auto-delete-objects and bucket-notifications providers on real buckets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from tests.localcloud.providers.conftest import Provider


def _bucket(*, tagged: bool) -> dict[str, Any]:
    tags = [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}] if tagged else []
    return {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "files",
            "VersioningConfiguration": {"Status": "Enabled"},
            "Tags": tags,
        },
    }


def _delete_after_use(stacks: Stacks, provider: Provider, *, tagged: bool) -> str:
    template = provider.template(
        "Custom::S3AutoDeleteObjects", {"BucketName": "files"}, Files=_bucket(tagged=tagged)
    )
    stacks.create("app", template)
    s3 = stacks.clients.client("s3")
    for body in (b"1", b"2"):
        s3.put_object(Bucket="files", Key="a", Body=body)
    s3.delete_object(Bucket="files", Key="a")
    stack_id = stacks.cloudformation.describe_stacks(StackName="app")["Stacks"][0]["StackId"]
    stacks.cloudformation.delete_stack(StackName="app")
    return str(stacks.settled(stack_id)["StackStatus"])


def test_a_tagged_bucket_is_emptied_with_all_versions(
    stacks: Stacks, auto_delete: Provider, server_log: Callable[[], str]
) -> None:
    assert _delete_after_use(stacks, auto_delete, tagged=True) == "DELETE_COMPLETE"
    assert "worker spawned" not in server_log()


def test_a_bucket_without_the_tag_keeps_its_objects(stacks: Stacks, auto_delete: Provider) -> None:
    assert _delete_after_use(stacks, auto_delete, tagged=False) == "DELETE_FAILED"
    versions = stacks.clients.client("s3").list_object_versions(Bucket="files")
    assert len(versions["Versions"]) == 2


def _to_queue(prefix: str) -> dict[str, Any]:
    return {
        "QueueConfigurations": [
            {
                "Events": ["s3:ObjectCreated:*"],
                "QueueArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
            }
        ]
    }


def _rules(stacks: Stacks) -> list[str]:
    answer = stacks.clients.client("s3").get_bucket_notification_configuration(Bucket="files")
    return sorted(
        rule["Value"]
        for entry in answer.get("QueueConfigurations", [])
        for rule in entry["Filter"]["Key"]["FilterRules"]
    )


def test_notifications_of_others_stay_in_an_unmanaged_bucket(
    stacks: Stacks, notifications: Provider
) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "seen"}}
    resources = {"Files": _bucket(tagged=False), "Queue": queue}
    kind = "Custom::S3BucketNotifications"

    def template(prefix: str | None, *, managed: bool) -> dict[str, Any]:
        wanted = _to_queue(prefix) if prefix else {}
        properties = {
            "BucketName": "files",
            "NotificationConfiguration": wanted,
            "Managed": managed,
            "SkipDestinationValidation": True,
        }
        made = notifications.template(kind, properties, **resources)
        if prefix is None:
            del made["Resources"]["Thing"]
        return made

    stacks.create("app", template("in/", managed=True))
    assert _rules(stacks) == ["in/"]
    stacks.clients.client("s3").put_object(Bucket="files", Key="in/a", Body=b"")
    messages = stacks.clients.client("sqs").receive_message(
        QueueUrl=stacks.physical_id("app", "Queue"), WaitTimeSeconds=5
    )["Messages"]
    assert "in/a" in messages[0]["Body"] or "in%2Fa" in messages[0]["Body"]
    stacks.update("app", template(None, managed=True))
    assert _rules(stacks) == []

    s3 = stacks.clients.client("s3")
    arn = stacks.clients.client("sqs").get_queue_attributes(
        QueueUrl=stacks.physical_id("app", "Queue"), AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    external = _to_queue("other/")
    external["QueueConfigurations"][0].update(QueueArn=arn, Id="by-hand")
    s3.put_bucket_notification_configuration(
        Bucket="files", NotificationConfiguration=external, SkipDestinationValidation=True
    )
    stacks.update("app", template("one/", managed=False))
    assert _rules(stacks) == ["one/", "other/"]
    stacks.update("app", template("two/", managed=False))
    assert _rules(stacks) == ["other/", "two/"]
    stacks.update("app", template(None, managed=False))
    assert _rules(stacks) == ["other/"]
