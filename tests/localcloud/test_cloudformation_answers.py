"""Answers of CloudFormation that ``ampx`` and the CDK read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

_METADATA = {"AWS::Amplify::Auth": {"version": "1", "stackOutputs": ['a<b>&"c']}}
_TEMPLATE = {
    "Metadata": _METADATA,
    "Resources": {
        "Value": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
    },
}


def _message(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    assert raised.value.response["Error"]["Code"] == "ValidationError"
    return str(raised.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    "operation",
    ["list_stack_resources", "describe_stack_resources", "get_template", "get_template_summary"],
)
def test_a_missing_stack_is_named_with_its_id(stacks: Stacks, operation: str) -> None:
    call = getattr(stacks.cloudformation, operation)
    assert _message(call, StackName="gone") == "Stack with id gone does not exist"


def test_without_the_patch_the_message_differs(stacks_without: Callable[[str], Stacks]) -> None:
    bare = stacks_without("cloudformation.missing_stack_message")
    message = _message(bare.cloudformation.list_stack_resources, StackName="gone")
    assert message != "Stack with id gone does not exist"


def test_the_template_summary_has_the_metadata(stacks: Stacks) -> None:
    stacks.create("app", _TEMPLATE)
    by_name = stacks.cloudformation.get_template_summary(StackName="app")
    assert json.loads(by_name["Metadata"]) == _METADATA
    by_body = stacks.cloudformation.get_template_summary(TemplateBody=json.dumps(_TEMPLATE))
    assert json.loads(by_body["Metadata"]) == _METADATA


def test_without_the_patch_there_is_no_metadata(stacks_without: Callable[[str], Stacks]) -> None:
    bare = stacks_without("cloudformation.template_metadata")
    bare.create("app", _TEMPLATE)
    assert "Metadata" not in bare.cloudformation.get_template_summary(StackName="app")
