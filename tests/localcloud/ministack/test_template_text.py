"""What YAML and JSON type and CloudFormation takes as text, and templates that it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.localcloud.ministack.patches.cloudformation.property_values import typed

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud

_TEMPLATE = """
Parameters:
  Enabled: {Type: String, Default: no, AllowedValues: [true, off]}
  Count: {Type: Number, Default: 3, AllowedValues: [3, 4]}
  Since: {Type: String, Default: 2024-01-02}
Mappings:
  Accounts:
    123456789012: {yes: false, Name: main}
Conditions:
  IsOn: !Equals [!Ref Enabled, true]
  IsThree: !Equals [3, !Ref Count]
  IsHere: !And
    - !Equals [!Ref AWS::Region, us-east-1]
    - !Equals [!Sub "${AWS::AccountId}-${Count}", !Join ["-", ["000000000000", 3]]]
  IsOff: !Equals ["false", !FindInMap [Accounts, "123456789012", "true"]]
Resources:
  Topic: {Type: AWS::SNS::Topic}
Outputs:
  Enabled: {Value: !Ref Enabled}
  Since: {Value: !Ref Since}
  Plain: {Value: true}
  Mapped: {Value: !FindInMap [Accounts, "123456789012", "true"]}
  Joined: {Value: !Join ["-", [true, 1, !FindInMap [Accounts, "123456789012", "true"]]]}
  Filled: {Value: !Sub ["${A} ${B}", {A: on, B: 1.5}]}
  State: {Value: !If [IsOn, "on", "off"]}
  Three: {Value: !If [IsThree, "three", "other"]}
  Here: {Value: !If [IsHere, "here", "there"]}
  Other: {Value: !If [IsOff, "off", "on"]}
"""


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


def test_typed_values_are_text(stacks: Stacks) -> None:
    client = stacks.cloudformation
    validated = client.validate_template(TemplateBody=_TEMPLATE)["Parameters"]
    assert {each["ParameterKey"]: each["DefaultValue"] for each in validated} == {
        "Enabled": "false",
        "Count": "3",
        "Since": "2024-01-02",
    }
    client.create_stack(StackName="typed", TemplateBody=_TEMPLATE)
    assert outputs(stacks.settled("typed")) == {
        "Enabled": "false",
        "Since": "2024-01-02",
        "Plain": "true",
        "Mapped": "false",
        "Joined": "true-1-false",
        "Filled": "true 1.5",
        "State": "off",
        "Three": "three",
        "Here": "here",
        "Other": "off",
    }
    given = [{"ParameterKey": "Enabled", "ParameterValue": "true"}]
    client.update_stack(StackName="typed", TemplateBody=_TEMPLATE, Parameters=given)
    assert outputs(stacks.settled("typed"))["State"] == "on"
    topic = {"Type": "AWS::SNS::Topic"}
    nested = stacks.publish(
        "child.json",
        {
            "Parameters": {"Flag": {"Type": "String"}},
            "Resources": {"Topic": topic},
            "Outputs": {"Flag": {"Value": {"Ref": "Flag"}}},
        },
    )
    child = {"TemplateURL": nested, "Parameters": {"Flag": True}}
    made = stacks.create(
        "json",
        {
            "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": child}},
            "Outputs": {"Flag": {"Value": {"Fn::GetAtt": ["Child", "Outputs.Flag"]}}},
        },
    )
    assert outputs(made) == {"Flag": "true"}


def test_a_null_is_refused(stacks: Stacks) -> None:
    body = "Resources:\n  T: {Type: AWS::SNS::Topic, Properties: {TopicName: }}\n"
    code, said = refusal(stacks.cloudformation.create_stack, StackName="n", TemplateBody=body)
    assert code == "ValidationError"
    assert said == (
        "[/Resources/T/Properties/TopicName] 'null' values are not allowed in templates"
    )


def test_a_circle_is_refused_before_anything_changes(stacks: Stacks) -> None:
    def topic(display: Any) -> dict[str, Any]:
        return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display}}

    circle = {"Resources": {"A": topic({"Ref": "B"}), "B": topic({"Ref": "A"})}}
    assert stacks.create("ring", {"Resources": {"A": topic("a")}})["StackStatus"] == (
        "CREATE_COMPLETE"
    )
    for change in (stacks.update, stacks.create):
        name = "ring" if change == stacks.update else "other"
        assert refusal(change, name=name, template=circle) == (
            "ValidationError",
            "Circular dependency between resources: [A, B]",
        )
    assert stacks.settled("ring")["StackStatus"] == "CREATE_COMPLETE"


def test_text_has_the_type_of_its_property(stacks: Stacks) -> None:
    table = {
        "DeletionProtectionEnabled": "False",
        "KeySchema": [{"AttributeName": "true", "KeyType": "HASH"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": "5"},
        "GlobalSecondaryIndexes": [{"ProvisionedThroughput": {"WriteCapacityUnits": "5.0"}}],
    }
    assert typed("AWS::DynamoDB::Table", table) == {
        "DeletionProtectionEnabled": False,
        "KeySchema": [{"AttributeName": "true", "KeyType": "HASH"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 5},
        "GlobalSecondaryIndexes": [{"ProvisionedThroughput": {"WriteCapacityUnits": 5}}],
    }
    function = {"Timeout": "30", "Environment": {"Variables": {"Timeout": "30", "Yes": True}}}
    assert typed("AWS::Lambda::Function", function) == {
        "Timeout": 30,
        "Environment": {"Variables": {"Timeout": "30", "Yes": "true"}},
    }
    with pytest.raises(TypeError, match="#/Timeout: expected type: Number, found: String"):
        typed("AWS::Lambda::Function", {"Timeout": "soon"})

    key = {"Type": "AWS::KMS::Key", "Properties": {"Enabled": "false"}}
    assert stacks.create("key", {"Resources": {"Key": key}})["StackStatus"] == "CREATE_COMPLETE"
    made = stacks.clients.client("kms").describe_key(KeyId=stacks.physical_id("key", "Key"))
    assert made["KeyMetadata"]["Enabled"] is False
