from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.hand_made import Writer, live_from
from workbench.deploy.live.intrinsics import Scope, UnresolvableError, nested_scope

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Mode": {"Type": "String", "Default": "fast"}},
    "Mappings": {"Sizes": {"fast": {"memory": 512}}},
    "Conditions": {
        "Fast": {"Fn::Equals": [{"Ref": "Mode"}, "fast"]},
        "Slow": {"Fn::Not": [{"Condition": "Fast"}]},
        "Both": {"Fn::And": [{"Condition": "Fast"}, {"Condition": "Slow"}]},
        "Any": {"Fn::Or": [{"Condition": "Fast"}, {"Condition": "Slow"}]},
    },
    "Resources": {
        "Api": {"Type": "AWS::AppSync::GraphQLApi"},
        "Fn": {"Type": "AWS::Lambda::Function"},
        "Files": {"Type": "AWS::S3::Bucket"},
        "Role": {"Type": "AWS::IAM::Role"},
        "inner": {
            "Properties": {"Parameters": {"P": {"Ref": "Files"}, "Q": {"Ref": "Nowhere"}}},
            "Nested": {
                "Parameters": {"P": {"Type": "String"}, "Q": {"Type": "String"}},
                "Outputs": {"Name": {"Value": "x"}},
                "Resources": {"T": {"Type": "A::B::C"}},
            },
        },
    },
}


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    assembly = Writer(tmp_path / "out").write(TEMPLATE)
    return Scope(assembly.root.template, live_from(assembly))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Mode"}, "fast"),
        ({"Ref": "Files"}, "files-1"),
        ({"Fn::GetAtt": ["Api", "ApiId"]}, "api1"),
        ({"Fn::GetAtt": "Files.Arn"}, "arn:aws:s3:::files-1"),
        ({"Fn::GetAtt": ["Fn", "Arn"]}, "arn:aws:lambda:eu-west-1:000000000000:function:fn-1"),
        ({"Fn::GetAtt": ["inner", "Outputs.Name"]}, "value-of-Name"),
        ({"Fn::Sub": "${AWS::AccountId}-${Files}-${Fn.Arn}-${!kept}"},
         "000000000000-files-1-arn:aws:lambda:eu-west-1:000000000000:function:fn-1-${kept}"),
        ({"Fn::Sub": ["${a}/${Mode}", {"a": {"Ref": "Files"}}]}, "files-1/fast"),
        ({"Fn::Join": [":", ["a", {"Ref": "Mode"}, 3]]}, "a:fast:3"),
        ({"Fn::Select": ["1", {"Fn::Split": ["-", {"Ref": "Files"}]}]}, "1"),
        ({"Fn::If": ["Fast", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Any", "yes", "no"]}, "yes"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Mode"}, "memory"]}, 512),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ("{{resolve:ssm:/name}}", "{{resolve:ssm:/name}}"),
    ],
)  # fmt: skip
def test_intrinsics(scope: Scope, value: Any, result: Any) -> None:
    assert scope.evaluate(value) == result


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nowhere"},
        {"Fn::GetAtt": ["Role", "RoleId"]},
        {"Fn::ImportValue": "x"},
        {"Fn::FindInMap": ["Sizes", "slow", "memory"]},
        {"Fn::Select": [5, ["a"]]},
        {"Fn::GetAtt": ["inner", "Outputs.Other"]},
        {"Fn::If": ["NoSuch", 1, 2]},
    ],
)
def test_what_only_cloudformation_knows(scope: Scope, value: Any) -> None:
    with pytest.raises(UnresolvableError):
        scope.evaluate(value)


def test_nested_parameters_come_from_the_new_parent(tmp_path: Path) -> None:
    assembly = Writer(tmp_path / "out").write(TEMPLATE)
    live = live_from(assembly)
    stale = live.nested["inner"].model_copy(update={"parameters": {"P": "old", "Q": "old"}})
    live = live.model_copy(update={"nested": {"inner": stale}})
    inner = nested_scope(
        Scope(assembly.root.template, live), "inner", assembly.root.nested["inner"].template
    )
    assert inner.evaluate({"Ref": "P"}) == "files-1"
    with pytest.raises(UnresolvableError):
        inner.evaluate({"Ref": "Q"})
