"""Parameter Store: filters, paths, names, values, tiers, versions, labels and tags as on AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud


@pytest.fixture
def ssm(stacks: Stacks) -> Any:
    """Parameter Store with a few parameters."""
    client: Any = stacks.clients.client("ssm")
    put = client.put_parameter
    put(Name="plain", Value="1", Type="String")
    put(Name="/app/a", Value="1", Type="String", Tags=[{"Key": "stage", "Value": "dev"}])
    put(Name="/app/secret", Value="1", Type="SecureString")
    put(Name="/app/deep/list", Value="1,2", Type="StringList", Tier="Advanced")
    return client


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"Key": "tag:stage", "Values": ["dev"]}, ["/app/a"]),
        ({"Key": "tag:stage"}, ["/app/a"]),
        ({"Key": "tag:stage", "Values": ["x"]}, []),
        ({"Key": "KeyId", "Values": ["nope"]}, []),
        ({"Key": "KeyId", "Option": "BeginsWith", "Values": ["alias"]}, ["/app/secret"]),
        ({"Key": "Name", "Values": ["/plain"]}, ["plain"]),
        ({"Key": "Name", "Option": "Contains", "Values": ["ec"]}, ["/app/secret"]),
        ({"Key": "Path", "Values": ["/app"]}, ["/app/a", "/app/secret"]),
        ({"Key": "Path", "Option": "Recursive", "Values": ["/app/deep"]}, ["/app/deep/list"]),
        ({"Key": "Tier", "Values": ["Advanced"]}, ["/app/deep/list"]),
        ({"Key": "DataType", "Values": ["aws:ec2:image"]}, []),
    ],
)
def test_filters(ssm: Any, asked: dict[str, Any], found: list[str]) -> None:
    described = ssm.describe_parameters(ParameterFilters=[asked])["Parameters"]
    assert [each["Name"] for each in described] == found


def test_older_filters(ssm: Any) -> None:
    def found(key: str, *values: str) -> list[str]:
        told = ssm.describe_parameters(Filters=[{"Key": key, "Values": list(values)}])
        return [each["Name"] for each in told["Parameters"]]

    assert found("KeyId", "nope") == []
    assert found("Type", "StringList") == ["/app/deep/list"]
    assert found("Name", "/app/s") == ["/app/secret"]


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ([{"Key": "Nope", "Values": ["x"]}], "ValidationException", "regular expression pattern"),
        ([{"Key": "Label", "Values": ["x"]}], "InvalidFilterKey", "not valid: Label"),
        ([{"Key": "Name"}], "InvalidFilterValue", "missing : null for filter key Name"),
        (
            [{"Key": "Name", "Values": ["x"] * 51}],
            "ValidationException",
            "or equal to 50",
        ),
        ([{"Key": "Name", "Option": "Has", "Values": ["x"]}], "InvalidFilterOption", "Has"),
        ([{"Key": "Path", "Values": ["x"]}], "ValidationException", "name requirements"),
        ([{"Key": "Type", "Values": ["x"]}], "InvalidFilterValue", "not valid: x"),
        ([{"Key": "Name", "Values": ["x"]}] * 2, "InvalidFilterKey", "duplicated"),
    ],
)
def test_refused_filters(ssm: Any, asked: list[Any], code: str, said: str) -> None:
    told = refusal(ssm.describe_parameters, ParameterFilters=asked)
    assert told[0] == code
    assert said in told[1]


def test_paths(ssm: Any) -> None:
    def found(path: str, **more: Any) -> list[str]:
        told = ssm.get_parameters_by_path(Path=path, **more)
        names = [each["Name"] for each in told["Parameters"]]
        return [name for name in names if not name.startswith("/cdk-bootstrap/")]

    assert found("/", Recursive=True) == ["/app/a", "/app/deep/list", "/app/secret", "plain"]
    assert found("/") == ["plain"]
    assert found("/app/") == ["/app/a", "/app/secret"]
    secure = [{"Key": "Type", "Values": ["SecureString"]}]
    assert found("/app", Recursive=True, ParameterFilters=secure) == ["/app/secret"]
    first = ssm.get_parameters_by_path(Path="/", Recursive=True, MaxResults=3)
    assert found("/", Recursive=True, NextToken=first["NextToken"]) == ["plain"]
    by_path = ssm.get_parameters_by_path
    assert refusal(by_path, Path="/", MaxResults=11)[0] == "ValidationException"
    assert refusal(by_path, Path="app")[0] == "ValidationException"
    named = [{"Key": "Name", "Values": ["x"]}]
    assert refusal(by_path, Path="/", ParameterFilters=named)[0] == "InvalidFilterKey"
    assert ssm.get_parameter(Name="/plain")["Parameter"]["Name"] == "plain"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Value": ""}, "ValidationException"),
        ({"DataType": "nope"}, "ValidationException"),
        ({"Type": "Nope"}, "ValidationException"),
        ({"Name": "with space"}, "ValidationException"),
        ({"Name": "no/slash"}, "ValidationException"),
        ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException"),
        ({"AllowedPattern": "[0-9]+"}, "ParameterPatternMismatchException"),
        ({"Value": "x" * 4097}, "ValidationException"),
        ({"Value": "x" * 8193, "Tier": "Advanced"}, "ValidationException"),
        ({"Description": "x" * 1025}, "ValidationException"),
    ],
)
def test_refused_parameters(ssm: Any, asked: dict[str, Any], code: str) -> None:
    base = {"Name": "/new", "Value": "text", "Type": "String"}
    assert refusal(ssm.put_parameter, **{**base, **asked})[0] == code
    assert refusal(ssm.get_parameter, Name="/new")[0] == "ParameterNotFound"


def test_versions_keep_what_is_not_given(ssm: Any) -> None:
    put = ssm.put_parameter
    made = put(
        Name="/kept", Value="5000" * 2000, Type="String", Tier="Intelligent-Tiering",
        AllowedPattern="[0-9]+", Description="number",
    )  # fmt: skip
    assert made["Tier"] == "Advanced"
    assert put(Name="/kept", Value="2", Overwrite=True)["Tier"] == "Advanced"
    again = {"Name": "/kept", "Overwrite": True}
    assert refusal(put, Value="x", **again)[0] == "ParameterPatternMismatchException"
    assert refusal(put, Value="3", Tier="Standard", **again)[0] == "ValidationException"
    for number in range(99):
        put(Value=str(number), **again)
    history = ssm.get_parameter_history(Name="/kept", MaxResults=50)["Parameters"]
    assert history[0]["Version"] == 2
    ssm.label_parameter_version(Name="/kept", ParameterVersion=2, Labels=["first"])
    assert refusal(put, Value="4", **again)[0] == "ParameterMaxVersionLimitExceeded"


def test_policies_are_listed(ssm: Any) -> None:
    ends = {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": "2100-01-01"}}
    ssm.put_parameter(
        Name="/ends", Value="1", Type="String", Tier="Advanced", Policies=json.dumps([ends])
    )
    named = [{"Key": "Name", "Values": ["/ends"]}]
    (described,) = ssm.describe_parameters(ParameterFilters=named)["Parameters"]
    assert described["Policies"][0]["PolicyType"] == "Expiration"
    assert json.loads(described["Policies"][0]["PolicyText"]) == ends


def test_labels(ssm: Any) -> None:
    label = ssm.label_parameter_version
    ssm.put_parameter(Name="/app/a", Value="2", Overwrite=True)
    assert label(Name="/app/a", Labels=["9a", "awsx", "a/b", "good"])["InvalidLabels"] == [
        "9a",
        "awsx",
        "a/b",
    ]
    by_label = [{"Key": "Label", "Values": ["good"]}]
    listed = ssm.get_parameters_by_path(Path="/app", ParameterFilters=by_label)["Parameters"]
    assert [each["Name"] for each in listed] == ["/app/a"]
    label(Name="/app/a", ParameterVersion=1, Labels=["good"])
    assert ssm.get_parameter(Name="/app/a:good")["Parameter"]["Value"] == "1"
    eleven = [f"l{number}" for number in range(11)]
    told = refusal(label, Name="/app/a", Labels=eleven)
    assert told[0] == "ParameterVersionLabelLimitExceeded"
    removed = ssm.unlabel_parameter_version(
        Name="/app/a", ParameterVersion=1, Labels=["good", "other"]
    )
    assert (removed["RemovedLabels"], removed["InvalidLabels"]) == (["good"], ["other"])
    assert refusal(ssm.get_parameter, Name="/app/a:good")[0] == "ParameterVersionNotFound"


def test_tags_of_nothing_are_refused(ssm: Any) -> None:
    for call in (ssm.list_tags_for_resource, ssm.add_tags_to_resource):
        more = {} if call == ssm.list_tags_for_resource else {"Tags": [{"Key": "a", "Value": "b"}]}
        nothing = {"ResourceId": "none", **more}
        assert refusal(call, ResourceType="Parameter", **nothing)[0] == "InvalidResourceId"
        assert refusal(call, ResourceType="Nope", **nothing)[0] == "InvalidResourceType"
