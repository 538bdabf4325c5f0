from __future__ import annotations

from typing import Any

import pytest

from workbench.deploy.assembly.json_diff import MISSING, differences
from workbench.deploy.diff.display import HIDDEN, WIDTH, dotted, is_secret_name, show


def paths(before: Any, after: Any) -> list[str]:
    return [dotted(each.path) for each in differences(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"A": {"B": 1}}, {"A": {"B": 2}}, ["A.B"]),
        ({"A": 1}, {}, ["A"]),
        ({"A": {"Ref": "X"}}, {"A": {"Ref": "Y"}}, ["A"]),
        ({"A": {"Ref": "AWS::NoValue"}}, {}, []),
        ({"A": {"Fn::GetAtt": "X.Arn"}}, {"A": {"Fn::GetAtt": ["X", "Arn"]}}, []),
        ({"A": "caf?"}, {"A": "café"}, []),
        ({"A": "cafe"}, {"A": "café"}, ["A"]),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
            {"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]},
            [],
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}]},
            {"Tags": [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "9"}]},
            ["Tags[a].Value", "Tags[b]"],
        ),
        (
            {"keySchema": [{"attributeName": "a"}, {"attributeName": "b"}]},
            {"keySchema": [{"attributeName": "b"}, {"attributeName": "a"}]},
            ["keySchema"],
        ),
        ({"L": ["a", "b"]}, {"L": ["b", "c", "a"]}, ["L[]"]),
    ],
)
def test_paths(before: Any, after: Any, expected: list[str]) -> None:
    assert paths(before, after) == expected


@pytest.mark.parametrize(
    "name",
    ["MasterUserPassword", "client_secret", "PrivateKey", "SLACK_TOKEN", "KeyMaterial", "apiKey"],
)
def test_secrets_are_hidden(name: str) -> None:
    assert is_secret_name(name)
    assert show(("Environment", "Variables", name), "hunter2") == HIDDEN
    shown = show(("Environment",), {"Variables": {name: "hunter2", "MOOD": "good"}})
    assert shown is not None
    assert "hunter2" not in shown
    assert "good" in shown


@pytest.mark.parametrize(
    "name",
    ["ServiceToken", "S3Key", "KeySchema", "AccessTokenValidity", "SecretArn", "GenerateSecret"],
)
def test_harmless_names_are_shown(name: str) -> None:
    assert not is_secret_name(name)


def test_values_are_short_and_readable() -> None:
    assert show((), MISSING) is None
    assert show((), {"Fn::Sub": f"s3://bucket/{'a' * 64}.vtl"}) == "aaaaaaaa….vtl"
    assert show((), {"Fn::Join": ["-", [{"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}]]}) == (
        "${A}-${B.Arn}"
    )
    assert len(show((), "x" * 500) or "") == WIDTH
    assert show((), True) == "true"


def test_a_long_text_keeps_its_end_and_a_sub_shows_its_own_variables() -> None:
    resource = (
        "arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${api}/types/${t}"
    )
    shown = show(("Resource",), {"Fn::Sub": [resource, {"api": {"Ref": "Api"}, "t": "Query"}]})
    assert shown is not None
    assert len(shown) <= WIDTH
    assert shown.startswith("arn:${AWS::Partition}")
    assert shown.endswith("apis/${Api}/types/Query")
