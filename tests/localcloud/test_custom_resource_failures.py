"""A custom resource whose function crashes or refuses fails at once, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

_REFUSING = """
import json, urllib.request
def handler(event, context):
    answer = {"Status": "FAILED", "Reason": "not today", "PhysicalResourceId": "x",
              **{k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}}
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""


def _template(code: str) -> dict[str, Any]:
    return {
        "Resources": {
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.12",
                    "Handler": "index.handler",
                    "Role": "arn:aws:iam::000000000000:role/any",
                    "Code": {"ZipFile": code},
                },
            },
            "Thing": {
                "Type": "Custom::Thing",
                "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
            },
        }
    }


def _reasons(stacks: Stacks, code: str) -> list[str]:
    assert stacks.create("app", _template(code))["StackStatus"] == "ROLLBACK_COMPLETE"
    return [
        event["ResourceStatusReason"]
        for event in stacks.events("app")
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]


def test_a_crash_fails_the_resource_with_its_error(stacks: Stacks) -> None:
    (reason,) = _reasons(stacks, "def handler(event, context):\n    raise ValueError('broken')\n")
    assert "broken" in reason
    assert "without an answer" in reason


def test_a_refusal_is_told_in_the_words_of_aws(stacks: Stacks) -> None:
    assert _reasons(stacks, _REFUSING) == [
        "Received response status [FAILED] from custom resource. Message returned: not today"
    ]
