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
    client.create_alias(**alias("B", "1"))
    assert [each["Name"] for each in client.list_aliases(FunctionName="f")["Aliases"]] == ["B", "a"]
    assert _refused(client.get_alias, FunctionName="f", Name="b") == (
        f"ResourceNotFoundException: Cannot find alias arn: {ARN}:b"
    )
    client.delete_alias(FunctionName="f", Name="b")


def test_each_version_has_a_policy_of_its_own(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    _create(client, Publish=True)
    given = {
        "FunctionName": "f",
        "StatementId": "s",
        "Action": "lambda:InvokeFunction",
        "Principal": "123456789012",
    }
    client.add_permission(**given)
    client.add_permission(**given, Qualifier="1")
    for qualifier, resource in (({}, ARN), ({"Qualifier": "1"}, f"{ARN}:1")):
        policy = json.loads(client.get_policy(FunctionName="f", **qualifier)["Policy"])
        (statement,) = policy["Statement"]
        assert statement["Resource"] == resource
        assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    for more, told in (
        (
            {},
            "ResourceConflictException: The statement id (s) provided already exists. Please "
            "provide a new statement id, or remove the existing statement.",
        ),
        (
            {"Qualifier": "$LATEST"},
            "InvalidParameterValueException: We currently do not support adding policies for "
            "$LATEST.",
        ),
        ({"Qualifier": "a"}, f"ResourceNotFoundException: Cannot find alias arn: {ARN}:a"),
        (
            {"Principal": "nobody"},
            "InvalidParameterValueException: The provided principal was invalid. Please check the "
            "principal and try again.",
        ),
    ):
        fresh = {"StatementId": "t"} if more else {}
        assert _refused(client.add_permission, **(given | fresh | more)) == told
    assert _refused(client.remove_permission, FunctionName="f", StatementId="x") == (
        "ResourceNotFoundException: Statement x is not found in resource policy."
    )
    client.remove_permission(FunctionName="f", StatementId="s")
    assert _refused(client.get_policy, FunctionName="f") == (
        "ResourceNotFoundException: The resource you requested does not exist."
    )
    assert client.get_policy(FunctionName="f", Qualifier="1")["Policy"]


def test_concurrency_keeps_to_its_limits(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    _create(client, Publish=True)
    reserve, provision = (
        client.put_function_concurrency,
        client.put_provisioned_concurrency_config,
    )
    assert _refused(reserve, FunctionName="f", ReservedConcurrentExecutions=901).endswith(
        "decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    )
    provision(FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=2)
    assert _refused(reserve, FunctionName="f", ReservedConcurrentExecutions=1).endswith(
        "should not be lower than function's total provisioned concurrency [2]."
    )
    (listed,) = client.list_provisioned_concurrency_configs(FunctionName="f")[
        "ProvisionedConcurrencyConfigs"
    ]
    assert listed["FunctionArn"] == f"{ARN}:1"
    assert _refused(
        provision, FunctionName="f", Qualifier="$LATEST", ProvisionedConcurrentExecutions=1
    ).endswith("cannot be applied to unpublished function versions.")
    client.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="1")
    reserve(FunctionName="f", ReservedConcurrentExecutions=0)
    throttled = _refused(client.invoke, FunctionName="f")
    assert throttled == "TooManyRequestsException: Rate Exceeded."


def test_settings_of_asynchronous_invocations_are_kept_as_given(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    _create(client)
    put, change = (
        client.put_function_event_invoke_config,
        client.update_function_event_invoke_config,
    )
    kept = put(FunctionName="f", MaximumRetryAttempts=0)
    assert kept["FunctionArn"] == f"{ARN}:$LATEST"
    assert "MaximumEventAgeInSeconds" not in kept
    changed = change(FunctionName="f", MaximumEventAgeInSeconds=60)
    assert (changed["MaximumRetryAttempts"], changed["MaximumEventAgeInSeconds"]) == (0, 60)
    for given, told in (
        ({}, "You must specify at least one of error handling or destination setting."),
        (
            {"DestinationConfig": {"OnSuccess": {"Destination": ARN}}},
            "You can't specify the function as a destination for itself.",
        ),
        (
            {"DestinationConfig": {"OnSuccess": {"Destination": f"{ARN}g"}}},
            f"The destination ARN {ARN}g is invalid.",
        ),
    ):
        assert _refused(put, FunctionName="f", **given).partition(": ")[2] == told
    client.delete_function_event_invoke_config(FunctionName="f")
    assert _refused(client.get_function_event_invoke_config, FunctionName="f") == (
        f"ResourceNotFoundException: The function {ARN}:$LATEST doesn't have an EventInvokeConfig"
    )


def test_a_layer_has_content_and_is_known_by_its_arn(stacks: Stacks) -> None:
    client: Any = stacks.clients.lambda_
    assert _refused(client.publish_layer_version, LayerName="l", Content={}).startswith(
        "InvalidParameterValueException"
    )
    content = {"ZipFile": zipped({"nodejs/a.js": ""})}
    made = [client.publish_layer_version(LayerName="l", Content=content) for _ in range(2)]
    arns = [each["LayerVersionArn"] for each in made]
    assert _refused(_create, client=client, Layers=arns) == (
        "InvalidParameterValueException: Two different versions of the same layer are not allowed "
        f"to be referenced in the same function. {arns[0]} and {arns[1]} are versions of the same "
        "layer."
    )
    client.delete_layer_version(LayerName=made[0]["LayerArn"], VersionNumber=1)
    listed = client.list_layer_versions(LayerName="l")["LayerVersions"]
    assert [each["Version"] for each in listed] == [2]
