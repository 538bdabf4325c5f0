from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.hand_made import Writer, live_from, s3
from workbench.deploy.diff.diff import UNFINISHED, compute_diff
from workbench.deploy.plan.data_loss import losses_of_deployment
from workbench.model.deployment import Diff, Effect, ResourceChange

TABLE: dict[str, Any] = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}}
POOL: dict[str, Any] = {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "a"}}


@pytest.fixture
def diff_of(tmp_path: Path) -> Any:
    numbers = count()

    def diff_of(before: dict[str, Any], after: dict[str, Any], **live: Any) -> Diff:
        old = Writer(tmp_path / f"{next(numbers)}").write(before)
        new = Writer(tmp_path / f"{next(numbers)}").write(after)
        return compute_diff(live_from(old, **live), new)

    return diff_of


def effects(diff: Diff) -> dict[str, str]:
    return {change.logical_id: change.effect.value for change in diff.changes}


def only(diff: Diff) -> ResourceChange:
    (change,) = diff.changes
    return change


def resources(**given: Any) -> dict[str, Any]:
    return {"Resources": given}


def test_nothing_deployed_is_a_first_deployment(tmp_path: Path) -> None:
    template = resources(data={"Nested": resources(T=TABLE)})
    diff = compute_diff(None, Writer(tmp_path / "out").write(template))
    assert diff.first
    assert effects(diff) == {"data": "create", "T": "create"}


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_that_never_stood_is_a_first_deployment(diff_of: Any, status: str) -> None:
    assert diff_of(resources(T=TABLE), resources(T=TABLE), status=status).first


@pytest.mark.parametrize(
    "change",
    [
        {"DependsOn": ["Other"]},
        {"Metadata": {"aws:cdk:path": "x"}},
        {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"},
        {"Condition": "Always"},
    ],
)
def test_what_only_carries_is_no_change(diff_of: Any, change: dict[str, Any]) -> None:
    other = {"Type": "AWS::SNS::Topic"}
    before = resources(T=TABLE, Other=other)
    after = {
        **resources(T={**TABLE, **change}, Other=other, CDK={"Type": "AWS::CDK::Metadata"}),
        "Conditions": {"Always": {"Fn::Equals": ["1", "1"]}},
        "Description": "made elsewhere",
    }
    assert diff_of(before, after).is_empty


def test_a_nested_template_url_is_looked_into(diff_of: Any) -> None:
    queue = {"Type": "AWS::SQS::Queue"}
    before = resources(data={"Nested": resources(T=TABLE)})
    after = resources(data={"Nested": resources(T=TABLE, Q=queue)})
    diff = diff_of(before, after)
    assert effects(diff) == {"Q": "create"}
    assert only(diff).stack == ("data",)
    assert only(diff).construct_path == "data/Q"


def test_a_removed_nested_stack_destroys_what_is_inside(diff_of: Any) -> None:
    before = resources(P=POOL, data={"Nested": resources(T=TABLE)})
    diff = diff_of(before, resources(P=POOL))
    assert effects(diff) == {"data": "destroy", "T": "destroy"}
    table = next(change for change in diff.changes if change.logical_id == "T")
    assert (table.construct_path, table.holds_data) == ("data/T", True)
    assert table.physical_id == "t-1"


def test_a_replacement_is_followed_through_outputs_and_parameters(diff_of: Any) -> None:
    def template(name: str) -> dict[str, Any]:
        reader = {
            "Parameters": {"Table": {"Type": "String"}},
            "Resources": {
                "Fn": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {"Environment": {"Variables": {"T": {"Ref": "Table"}}}},
                },
                "Other": {"Type": "AWS::SQS::Queue"},
            },
        }
        table = {**TABLE, "Properties": {"TableName": name}}
        given = {"Table": {"Fn::GetAtt": ["data", "Outputs.Name"]}}
        return resources(
            data={"Nested": {**resources(T=table), "Outputs": {"Name": {"Value": {"Ref": "T"}}}}},
            fn={"Nested": reader, "Properties": {"Parameters": given}},
        )

    diff = diff_of(template("a"), template("b"))
    assert effects(diff) == {"T": "replace", "Fn": "update"}
    assert diff.outputs == ()


def test_another_parameter_value_changes_its_readers(diff_of: Any) -> None:
    def template(value: str) -> dict[str, Any]:
        inner = {
            "Parameters": {"P": {"Type": "String"}},
            **resources(Q={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "P"}}}),
        }
        return resources(n={"Nested": inner, "Properties": {"Parameters": {"P": value}}})

    assert effects(diff_of(template("a"), template("b"))) == {"Q": "replace"}


def test_conditions_decide_what_exists(diff_of: Any) -> None:
    def template(value: str) -> dict[str, Any]:
        return {
            **resources(T={**TABLE, "Condition": "On"}, P=POOL),
            "Conditions": {"On": {"Fn::Equals": [value, "on"]}},
        }

    assert effects(diff_of(template("on"), template("off"))) == {"T": "destroy"}


def test_outputs_of_the_root_and_amplify_metadata(diff_of: Any) -> None:
    before = {**resources(T=TABLE), "Outputs": {"a": {"Value": "1"}, "b": {"Value": "1"}}}
    after = {
        **resources(T=TABLE),
        "Outputs": {"a": {"Value": "2"}, "c": {"Value": "1"}},
        "Metadata": {"AWS::Amplify::Storage": {"version": "1"}},
    }
    diff = diff_of(before, after)
    assert set(diff.outputs) == {"a", "b", "c", "AWS::Amplify::Storage (metadata)"}
    assert not diff.is_empty


def test_inner_outputs_that_nobody_reads_do_not_count(diff_of: Any) -> None:
    def template(**outputs: Any) -> dict[str, Any]:
        return resources(n={"Nested": {**resources(T=TABLE), "Outputs": outputs}})

    assert diff_of(template(), template(x={"Value": "1"})).is_empty
    exported = template(x={"Value": "1", "Export": {"Name": "shared"}})
    assert diff_of(template(), exported).outputs == ("n:x",)


def test_asset_changes_are_named_once(tmp_path: Path) -> None:
    def schema(writer: Writer, text: str) -> dict[str, Any]:
        location = s3(writer.asset(text, "graphql"))
        return resources(
            S={
                "Type": "AWS::AppSync::GraphQLSchema",
                "Properties": {"DefinitionS3Location": location},
            }
        )

    old, new = Writer(tmp_path / "old"), Writer(tmp_path / "new")
    before, after = old.write(schema(old, "a")), new.write(schema(new, "b"))
    diff = compute_diff(live_from(before), after)
    (asset,) = diff.assets
    assert after.assets[asset].path.read_text() == "b"
    assert only(diff).properties[0].path == "DefinitionS3Location"
    assert compute_diff(live_from(before), before).assets == ()


def test_a_resource_of_uncertain_state_is_a_change(diff_of: Any) -> None:
    change = only(diff_of(resources(T=TABLE), resources(T=TABLE), uncertain=("T",)))
    assert [each.path for each in change.properties] == [UNFINISHED]


def test_another_type_under_the_same_name_replaces(diff_of: Any) -> None:
    change = only(diff_of(resources(T=TABLE), resources(T={"Type": "AWS::SQS::Queue"})))
    assert change.effect is Effect.REPLACE


def losses(tmp_path: Path, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    live = live_from(Writer(tmp_path / "b").write(before))
    diff = compute_diff(live, Writer(tmp_path / "a").write(after))
    return [loss.construct_path for loss in losses_of_deployment(diff, live)]


def test_destroyed_and_replaced_data_is_lost(tmp_path: Path) -> None:
    renamed = {**TABLE, "Properties": {"TableName": "b"}}
    queue = {"Type": "AWS::SQS::Queue"}
    found = losses(tmp_path, resources(T=TABLE, P=POOL, Q=queue), resources(T=renamed))
    assert found == ["T", "P"]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_retained_data_is_not_lost(tmp_path: Path, policy: str) -> None:
    kept = {**TABLE, "DeletionPolicy": policy, "UpdateReplacePolicy": policy}
    renamed = {**kept, "Properties": {"TableName": "b"}}
    assert losses(tmp_path, resources(T=kept, U=kept), resources(T=renamed)) == []


def test_a_retained_nested_stack_keeps_its_data(tmp_path: Path) -> None:
    nested = {"Nested": resources(T=TABLE), "DeletionPolicy": "Retain"}
    assert losses(tmp_path, resources(n=nested, P=POOL), resources(P=POOL)) == []


def test_a_bucket_of_deployed_files_holds_no_data(tmp_path: Path) -> None:
    bucket = {"Type": "AWS::S3::Bucket"}
    deployment = {
        "Type": "Custom::CDKBucketDeployment",
        "Properties": {"DestinationBucketName": {"Ref": "Made"}, "Prune": True},
    }
    before = resources(Made=bucket, Mine=bucket, D=deployment)
    assert losses(tmp_path, before, resources()) == ["Mine"]
