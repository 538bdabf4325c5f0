"""The address of a queue is the endpoint's, in answers and in outputs of stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from workbench.aws.target import LocalTarget

pytestmark = pytest.mark.cloud


def test_addresses(stacks: Stacks, local_cloud: LocalTarget) -> None:
    sqs = stacks.clients.client("sqs")
    made = stacks.create(
        "queues",
        {
            "Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}},
            "Outputs": {"Url": {"Value": {"Ref": "Jobs"}, "Export": {"Name": "jobs"}}},
        },
    )
    url = made["Outputs"][0]["OutputValue"]
    assert url.startswith(f"{local_cloud.endpoint}/000000000000/queues-Jobs-")
    assert sqs.list_queues(QueueNamePrefix="queues-Jobs")["QueueUrls"] == [url]
    assert sqs.get_queue_url(QueueName=url.rpartition("/")[2])["QueueUrl"] == url
    assert stacks.cloudformation.list_exports()["Exports"][0]["Value"] == url
    for address in (url, url.replace("127.0.0.1", "localhost")):
        sqs.send_message(QueueUrl=address, MessageBody="hello")
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in got] == ["hello", "hello"]
    assert sqs.create_queue(QueueName="more")["QueueUrl"].startswith(local_cloud.endpoint)
    sqs.delete_queue(QueueUrl=f"{local_cloud.endpoint}/000000000000/more")
