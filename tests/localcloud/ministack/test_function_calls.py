"""Lambda's own calls: what they refuse, in its words, and what they answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.functions.conftest import NODE, ROLE, zipped

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
CONSTRAINT = "failed to satisfy constraint: Member must"


def _create(client: Any, name: str = "f", **given: Any) -> dict[str, Any]:
    code = {"ZipFile": zipped({"index.js": "exports.handler = async (_, c) => c.functionVersion"})}
    found: dict[str, Any] = client.create_function(
        **{"FunctionName": name, "Role": ROLE, "Runtime": NODE, "Handler": "index.handler"}
        | {"Code": code, **given}
    )
    return found


def _refused(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**given)
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_what_a_function_cannot_have_is_refused(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    for given, told in (
        (
            {"Architectures": ["arm"]},
            f"Value '[arm]' at 'architectures' {CONSTRAINT} satisfy constraint: "
            "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
        ),
        (
            {"EphemeralStorage": {"Size": 20_000}},
            f"Value '20000' at 'ephemeralStorage.size' {CONSTRAINT} "
            "have value less than or equal to 10240",
        ),
        (
            {"Timeout": 901},
            f"Value '901' at 'timeout' {CONSTRAINT} have value less than or equal to 900",
        ),
    ):
        assert _refused(_create, client=client, **given) == (
            f"ValidationException: 1 validation error detected: {told}"
        )
    assert _refused(_create, client=client, Runtime="PYTHON3.9").startswith(
        "InvalidParameterValueException: Value PYTHON3.9 at 'runtime' failed to satisfy constraint"
    )
    assert _refused(_create, client=client, name="f" * 65).startswith(
        "InvalidParameterValueException: 1 validation error detected: Value 'fff"
    )
    assert client.list_functions()["Functions"] == []


def test_a_template_s_function_is_checked_too(stacks: Stacks) -> None:
    properties = {"Runtime": NODE, "Handler": "index.handler", "Role": ROLE, "MemorySize": 20_000}
    resource = {
        "Type": "AWS::Lambda::Function",
        "Properties": {**properties, "Code": {"ZipFile": "exports.handler = 1"}},
    }
    assert stacks.create("app", {"Resources": {"F": resource}})["StackStatus"] == (
        "ROLLBACK_COMPLETE"
    )
    failed = next(
        each for each in stacks.events("app") if each["ResourceStatus"] == "CREATE_FAILED"
    )
    assert "'memorySize'" in failed["ResourceStatusReason"]


def test_versions_are_listed_and_named_by_what_was_asked_for(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    made = _create(client, Publish=True)
    assert (made["FunctionArn"], made["Version"]) == (ARN, "1")
    assert {"KMSKeyArn", "VpcConfig", "Layers", "LastUpdateStatus"}.isdisjoint(made)
    again = client.publish_version(FunctionName="f")
    assert again["Version"] == "1"
    revision = again["RevisionId"]
    assert _refused(client.publish_version, FunctionName="f", RevisionId=revision) == (
        "PreconditionFailedException: The Revision Id provided does not match the latest Revision "
        "Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    )
    listed = client.list_functions(FunctionVersion="ALL")["Functions"]
    assert [each["FunctionArn"] for each in listed] == [f"{ARN}:$LATEST", f"{ARN}:1"]
    assert "State" not in listed[0]
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    assert [each["FunctionArn"] for page in pages for each in page["Functions"]] == [ARN]
    for qualifier in ("1", "$LATEST"):
        found = client.get_function(FunctionName="f", Qualifier=qualifier)["Configuration"]
        assert found["FunctionArn"] == f"{ARN}:{qualifier}"
    for name, qualifier, told in (
        ("f", "7", f"ResourceNotFoundException: Function not found: {ARN}:7"),
        (
            f"{ARN}:1",
            "2",
            "InvalidParameterValueException: The derived qualifier from the function name does not "
            "match the specified qualifier.",
        ),
        (
            ARN.replace("us-east-1", "eu-west-1"),
            "1",
            "ResourceNotFoundException: Functions from 'eu-west-1' are not reachable in this region"
            " ('us-east-1')",
        ),
    ):
        assert _refused(client.get_function, FunctionName=name, Qualifier=qualifier) == told


def test_an_alias_s_weights_decide_which_version_runs(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    _create(client, Publish=True)
    client.update_function_configuration(FunctionName="f", Description="second")
    client.publish_version(FunctionName="f")

    def alias(name: str, version: str, **weights: float) -> dict[str, Any]:
        routing = {each.removeprefix("v"): weight for each, weight in weights.items()}
        return {
            "FunctionName": "f",
            "Name": name,
            "FunctionVersion": version,
            "RoutingConfig": {"AdditionalVersionWeights": routing},
        }

    refused = {
        "Function not found: " + f"{ARN}:9": alias("a", "9"),
        "Invalid function version 1. Function version 1 is already included in routing "
        "configuration.": alias("a", "1", v1=0.5),
        "Number of items in AdditionalVersionWeights cannot be greater than 1": alias(
            "a", "1", v2=0.1, v3=0.1
        ),
        "$LATEST is not supported for an alias pointing to more than 1 version": alias(
            "a", "$LATEST", v1=0.5
        ),
    }
    for told, given in refused.items():
        assert _refused(client.create_alias, **given).partition(": ")[2] == told
    client.create_alias(**alias("a", "1", v2=1.0))
    assert _refused(client.create_alias, **alias("a", "1")) == (
        f"ResourceConflictException: Alias already exists: {ARN}:a"
    )
    assert json.load(client.invoke(FunctionName="f", Qualifier="a")["Payload"]) == "2"
    assert client.list_aliases(FunctionName="f", FunctionVersion="2")["Aliases"] == []
    assert _refused(client.get_alias, FunctionName="f", Name="b") == (
        f"ResourceNotFoundException: Cannot find alias arn: {ARN}:b"
    )
    client.delete_alias(FunctionName="f", Name="b")
