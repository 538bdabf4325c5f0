"""Templates that lack what they need, or refer to what they do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.localcloud.ministack.patches.cloudformation import template_shape
from workbench.localcloud.ministack.patches.cloudformation.template_references import check

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

_NOT_THERE = (
    "Template format error: Unresolved resource dependencies [{}] in the {} block of the template"
)


def _topic(display: Any = "plain", **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display}, **more}


def _template(display: Any = "plain", **sections: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Given": {"Type": "String", "Default": "given"}},
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"Topic": _topic(display), "Rare": _topic(Condition="Never")},
        **sections,
    }


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (_template({"Ref": "Nothing"}), _NOT_THERE.format("Nothing", "Resources")),
        (_template({"Fn::Sub": "${AWS::Region}-${Typo}"}), _NOT_THERE.format("Typo", "Resources")),
        (_template({"Ref": "AWS::Typo"}), _NOT_THERE.format("AWS::Typo", "Resources")),
        (_template({"Ref": "Rare"}), _NOT_THERE.format("Rare", "Resources")),
        (
            _template({"Fn::If": ["Never", "a", {"Fn::GetAtt": ["Rare", "TopicName"]}]}),
            _NOT_THERE.format("Rare", "Resources"),
        ),
        (
            _template(Resources={"Topic": _topic(DependsOn=["Absent"])}),
            _NOT_THERE.format("Absent", "Resources"),
        ),
        (
            _template({"Fn::GetAtt": ["Nothing", "Arn"]}),
            "Template error: instance of Fn::GetAtt references undefined resource Nothing",
        ),
        (
            _template({"Fn::Sub": "${Nothing.Arn}"}),
            "Template error: instance of Fn::Sub references invalid resource attribute Nothing.Arn",
        ),
        (
            _template({"Fn::If": ["Unknown", "a", "b"]}),
            "Template error: unresolved condition dependency Unknown in Fn::If",
        ),
        (
            _template(Resources={"Topic": _topic(Condition="Unknown")}),
            "Template format error: Condition Unknown is not defined.",
        ),
        (
            _template(Conditions={"Odd": {"Fn::Equals": [{"Ref": "Topic"}, "a"]}}),
            "Template format error: Unresolved dependencies [Topic]. Cannot reference resources in "
            "the Conditions block of the template",
        ),
        (
            _template(Conditions={"Odd": {"Fn::Not": [{"Condition": "Absent"}]}}),
            "Template format error: Unresolved condition dependency Absent in the Conditions "
            "block of the template",
        ),
        (
            _template(
                Conditions={
                    "One": {"Fn::Not": [{"Condition": "Other"}]},
                    "Other": {"Fn::Or": [{"Condition": "One"}, {"Condition": "Never"}]},
                }
            ),
            "Template error: Found circular condition dependency: One, Other",
        ),
        (
            _template(Outputs={"Lost": {"Value": {"Ref": "Lost"}}}),
            _NOT_THERE.format("Lost", "Outputs"),
        ),
        (
            _template(Outputs={"Rare": {"Value": {"Ref": "Rare"}}}),
            "Unresolved resource dependencies [Rare] in the Outputs block of the template",
        ),
    ],
)
def test_what_is_not_there_is_named(template: dict[str, Any], said: str) -> None:
    template["Conditions"].setdefault("Never", {"Fn::Equals": ["a", "b"]})
    with pytest.raises(ValueError) as refused:
        check(template, {"Never": False})
    assert str(refused.value) == said


def test_what_is_there_passes() -> None:
    rare = {"Ref": "Rare"}
    check(
        _template(
            {
                "Fn::Sub": [
                    "${Given} ${!Kept} ${Own} ${AWS::StackName}",
                    {"Own": {"Fn::If": ["Never", rare, {"Ref": "AWS::NoValue"}]}},
                ]
            },
            Outputs={"Rare": {"Condition": "Never", "Value": rare}},
        ),
        {"Never": False},
    )
    check(_template(rare), None)
    check(_template(rare), {"Never": True})


def test_a_stack_is_not_begun(stacks: Stacks) -> None:
    with pytest.raises(ClientError) as refused:
        stacks.create("lost", _template({"Ref": "Nothing"}))
    assert refused.value.response["Error"]["Message"] == _NOT_THERE.format("Nothing", "Resources")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ({"Resources": {}}, "At least one Resources member must be defined."),
        ({"Resources": {"A": "b"}}, "Any Resources member must be an object."),
        (
            {"Resources": {"A": {}}},
            "[/Resources/A] Every Resources object must contain a Type member.",
        ),
        (
            {"Resources": {"A": _topic()}, "Outputs": {"B": {}}},
            "Every Outputs member must contain a Value object",
        ),
    ],
)
def test_what_a_section_lacks_is_said(template: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as refused:
        template_shape.check(template)
    assert str(refused.value) == f"Template format error: {said}"


def test_a_template_has_one_source_and_is_well_formed(stacks: Stacks) -> None:
    client = stacks.cloudformation
    for asked, said in (
        ({}, "Either Template URL or Template Body must be specified."),
        (
            {"TemplateBody": "{", "UsePreviousTemplate": True},
            "You cannot specify both usePreviousTemplate and Template Body/Template URL.",
        ),
        (
            {"TemplateBody": '{"Resources":'},
            "Template format error: JSON not well-formed. (line 1, column 14)",
        ),
        (
            {"TemplateBody": "Resources:\n  A: [\n"},
            "Template format error: YAML not well-formed. (line 2, column 7)",
        ),
    ):
        with pytest.raises(ClientError) as refused:
            client.create_change_set(
                StackName="new", ChangeSetName="one", ChangeSetType="CREATE", **asked
            )
        assert refused.value.response["Error"]["Message"] == said
