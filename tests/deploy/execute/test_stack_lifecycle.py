"""Stacks that fail, are repaired, adopted and deleted, on a real local cloud."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.deploy.execute.cloudformation import StackRequest, deploy_stack
from workbench.deploy.execute.delete import delete_backend
from workbench.deploy.execute.execute import adopt_running
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.resources import list_resources
from workbench.deploy.live.snapshot import save_snapshot
from workbench.deploy.live.stack_events import StackEvent
from workbench.deploy.live.stack_state import read_stack_state
from workbench.deploy.plan.data_loss import losses_of_deletion
from workbench.model.deployment import Failure, StackPath
from workbench.model.events import AnyEvent, ResourceProgressed

if TYPE_CHECKING:
    from tests.deploy.conftest import Deployer

STACK = "amplify-demo-me-sandbox-0123456789"
BUCKET = "cdk-hnb659fds-assets-000000000000-us-east-1"


def table(key: str = "id", **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            **more,
        },
    }


def template(**resources: Any) -> dict[str, Any]:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


class Stack:
    """Deploys hand-written templates and keeps the stack events."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.events: list[StackEvent] = []
        self._count = 0

    def upload(self, body: dict[str, Any]) -> str:
        self._count += 1
        key = f"{self._count}.json"
        self.clients.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(body).encode())
        return f"{self.clients.s3.meta.endpoint_url}/{BUCKET}/{key}"

    def deploy(self, body: dict[str, Any]) -> bool:
        request = StackRequest(STACK, self.upload(body), tags={"created-by": "amplify"})
        return deploy_stack(self.clients, request, self.events.append, self.name).changed

    def status(self) -> str:
        state = read_stack_state(self.clients, STACK)
        return state.status if state else "none"

    @staticmethod
    def name(path: StackPath, logical_id: str) -> str:
        return "/".join((*path, f"construct-of-{logical_id}"))


@pytest.fixture
def stack(clients: Clients) -> Stack:
    return Stack(clients)


@pytest.fixture
def broken() -> dict[str, Any]:
    """A custom resource whose service token is no function: its creation fails."""
    token = "arn:aws:lambda:us-east-1:000000000000:function:nowhere"
    return {"Type": "Custom::Broken", "Properties": {"ServiceToken": token}}


def test_nothing_to_update_is_no_change(stack: Stack) -> None:
    assert stack.deploy(template(Things=table()))
    assert not stack.deploy(template(Things=table()))
    state = read_stack_state(stack.clients, STACK)
    assert state is not None
    assert state.tags == {"created-by": "amplify"}


def test_a_failed_first_creation_is_repaired_by_the_next_deployment(
    stack: Stack, broken: dict[str, Any]
) -> None:
    with pytest.raises(DeploymentProblem) as failed:
        stack.deploy(template(Things=table(), Bad=broken))
    failure = failed.value.failure
    assert failure.construct_path == "construct-of-Bad"
    assert failure.type == "Custom::Broken"
    assert failure.reason
    assert failure.fix
    assert stack.status() in {"ROLLBACK_COMPLETE", "CREATE_FAILED"}
    assert stack.deploy(template(Things=table()))
    assert stack.status() == "CREATE_COMPLETE"


def test_a_failed_update_rolls_back_and_the_next_one_works(
    stack: Stack, broken: dict[str, Any]
) -> None:
    stack.deploy(template(Things=table()))
    with pytest.raises(DeploymentProblem) as failed:
        stack.deploy(template(Things=table(), Bad=broken))
    assert failed.value.failure.logical_id == "Bad"
    assert stack.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.deploy(template(Things=table(), More=table("other")))
    assert stack.status() == "UPDATE_COMPLETE"


def test_nested_events_are_told_once_and_the_cause_lies_in_the_nested_stack(
    stack: Stack, broken: dict[str, Any]
) -> None:
    child = stack.upload(template(Inner=table(), Bad={**broken, "DependsOn": "Inner"}))
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": child}}
    with pytest.raises(DeploymentProblem) as failed:
        stack.deploy(template(Child=nested))
    failure = failed.value.failure
    assert failure.construct_path == "Child/construct-of-Bad"
    ids = [event.event_id for event in stack.events]
    assert len(ids) == len(set(ids))
    assert ("Child",) in {event.stack for event in stack.events if event.logical_id == "Inner"}


def test_a_running_deployment_is_adopted(stack: Stack) -> None:
    resources = {f"Table{number}": table() for number in range(40)}
    url = stack.upload(template(**resources))
    stack.clients.cloudformation.create_stack(StackName=STACK, TemplateURL=url)
    events: list[AnyEvent] = []
    adopt_running(stack.clients, STACK, events.append)
    assert stack.status() == "CREATE_COMPLETE"
    changed = stack.deploy(template(**resources, Another=table()))
    assert changed
    progress = [e.resource for e in events if isinstance(e, ResourceProgressed)]
    assert not progress or progress[-1].status == "CREATE_COMPLETE"


def test_two_deployments_at_once_follow_each_other(clients: Clients) -> None:
    one, other = Stack(clients), Stack(clients)
    other._count = 100
    one.deploy(template(First=table()))
    failures: list[BaseException] = []

    def run(stack: Stack, name: str) -> None:
        try:
            stack.deploy(template(First=table(), **{name: table()}))
        except ClientError as error:
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(stack, name))
        for stack, name in ((one, "A"), (other, "B"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert one.status() == "UPDATE_COMPLETE"
    assert all("IN_PROGRESS" in str(error) for error in failures)


@pytest.mark.npm
def test_delete_names_contents_and_leaves_nothing(deployed: Deployer) -> None:
    clients, live = deployed.clients, deployed.existing()
    todo = next(n for n in clients.dynamodb.list_tables()["TableNames"] if n.startswith("Todo-"))
    for number in range(3):
        clients.dynamodb.put_item(TableName=todo, Item={"id": {"S": str(number)}})
    pool = clients.cognito_idp.list_user_pools(MaxResults=5)["UserPools"][0]["Id"]
    clients.cognito_idp.admin_create_user(
        UserPoolId=pool,
        Username="ann@example.com",
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": "ann@example.com"}],
    )
    contents = {loss.physical_id: loss.contents for loss in losses_of_deletion(clients, live)}
    assert contents[todo] == "3 items"
    assert contents[pool] == "1 user"
    assert len(contents) == 2, "buckets that deployments fill are no data of the user"

    events: list[AnyEvent] = []
    done = delete_backend(
        clients, deployed.backend.stack_name, events.append, snapshot=deployed.snapshot
    )
    assert done.existed
    assert done.remaining == ()
    assert not deployed.snapshot.exists()
    assert clients.dynamodb.list_tables()["TableNames"] == []
    assert clients.cognito_idp.list_user_pools(MaxResults=5)["UserPools"] == []
    assert clients.appsync.list_graphql_apis()["graphqlApis"] == []
    assert clients.lambda_.list_functions()["Functions"] == []
    assert [b["Name"] for b in clients.s3.list_buckets()["Buckets"]] == [BUCKET]
    assert read_live(clients, deployed.backend.stack_name) is None
    statuses = [e.resource.status for e in events if isinstance(e, ResourceProgressed)]
    assert "DELETE_COMPLETE" in statuses


def test_delete_without_a_stack(clients: Clients, no_events: Callable[[AnyEvent], None]) -> None:
    assert not delete_backend(clients, STACK, no_events).existed


def test_delete_empties_versioned_buckets_and_keeps_retained_ones(
    stack: Stack, no_events: Callable[[AnyEvent], None]
) -> None:
    versioned = {"VersioningConfiguration": {"Status": "Enabled"}, "BucketName": "old-versions"}
    kept = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    stack.deploy(
        template(
            Versions={"Type": "AWS::S3::Bucket", "Properties": versioned},
            Kept={**kept, "Properties": {"BucketName": "kept-bucket"}},
        )
    )
    for body in (b"one", b"two"):
        stack.clients.s3.put_object(Bucket="old-versions", Key="file", Body=body)
    stack.clients.s3.delete_object(Bucket="old-versions", Key="file")
    stack.clients.s3.put_object(Bucket="kept-bucket", Key="file", Body=b"dear")
    done = delete_backend(stack.clients, STACK, no_events)
    buckets = {b["Name"] for b in stack.clients.s3.list_buckets()["Buckets"]}
    assert buckets == {BUCKET, "kept-bucket"}
    assert len(done.remaining) == 1
    assert "kept-bucket" in done.remaining[0]
    assert stack.clients.s3.get_object(Bucket="kept-bucket", Key="file")["Body"].read() == b"dear"


def test_a_deletion_that_failed_offers_to_recreate_and_can_be_finished(
    stack: Stack, no_events: Callable[[AnyEvent], None]
) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full-bucket"}}
    stack.deploy(template(Full=bucket))
    stack.clients.s3.put_object(Bucket="full-bucket", Key="file", Body=b"data")
    stack.clients.cloudformation.delete_stack(StackName=STACK)
    with pytest.raises(DeploymentProblem, match=r"full-bucket|delete"):
        adopt_until_settled(stack)
    assert stack.status() == "DELETE_FAILED"
    with pytest.raises(DeploymentProblem) as failed:
        stack.deploy(template(Full=bucket))
    assert failed.value.failure.offer == "recreate"
    assert delete_backend(stack.clients, STACK, no_events).existed
    assert stack.status() == "none"


def adopt_until_settled(stack: Stack) -> None:
    """Follow the running operation; a deletion may have failed before it could be followed."""
    adopt_running(stack.clients, STACK, lambda _: None)
    state = read_stack_state(stack.clients, STACK)
    if state is not None and state.status == "DELETE_FAILED":
        raise DeploymentProblem(Failure("failed", state.reason or "delete", ""))


def test_delete_keeps_secrets(stack: Stack, no_events: Callable[[AnyEvent], None]) -> None:
    clients = stack.clients
    for name in ("/amplify/demo/me/KEY", "/amplify/shared/demo/OTHER"):
        clients.ssm.put_parameter(Name=name, Value="hidden", Type="SecureString")
    stack.deploy(template(Things=table()))
    assert delete_backend(clients, STACK, no_events).existed
    left = clients.ssm.get_parameters_by_path(Path="/amplify", Recursive=True)["Parameters"]
    assert len(left) == 2


def test_the_snapshot_holds_until_cloudformation_changes_the_stack(
    stack: Stack, tmp_path: Path
) -> None:
    stack.deploy(template(Things=table()))
    live = read_live(stack.clients, STACK)
    assert live is not None
    snapshot = tmp_path / "deep" / "live.json"
    marked = live.model_copy(update={"construct_paths": {"Things": "data/Things"}})
    save_snapshot(snapshot, marked)
    again = read_live(stack.clients, STACK, snapshot)
    assert again == marked
    snapshot.write_text(snapshot.read_text()[:100])
    assert read_live(stack.clients, STACK, snapshot) == live
    save_snapshot(snapshot, marked)
    stack.deploy(template(Things=table(), More=table()))
    fresh = read_live(stack.clients, STACK, snapshot)
    assert fresh is not None
    assert set(fresh.resources) == {"Things", "More"}
    names = {
        r.logical_id: r.construct_path for r in list_resources(fresh, None, stack.clients.target)
    }
    assert names == {"Things": "data/Things", "More": "More"}


def test_a_snapshot_does_not_hide_what_others_deployed_since_it_was_read(
    stack: Stack, tmp_path: Path
) -> None:
    stack.deploy(template(Things=table()))
    live = read_live(stack.clients, STACK)
    assert live is not None
    stack.deploy(template(Things=table(), More=table()))
    save_snapshot(tmp_path / "live.json", live)
    now = read_live(stack.clients, STACK, tmp_path / "live.json")
    assert now is not None
    assert set(now.resources) == {"Things", "More"}
