"""AppSync resources from templates and through the API that hot-swaps use."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.localcloud import lifecycle
from workbench.localcloud.server import cdk_bootstrap

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

SCHEMA = "type Query { hello(name: String): String }\nschema { query: Query }\n"
S3 = f"s3://{cdk_bootstrap.STAGING_BUCKET}/"
API_ID = {"Fn::GetAtt": ["Api", "ApiId"]}


def _put(stacks: Stacks, **texts: str) -> None:
    for key, text in texts.items():
        stacks.clients.client("s3").put_object(
            Bucket=cdk_bootstrap.STAGING_BUCKET, Key=key, Body=text.encode()
        )


def _template(function: dict[str, Any], *, schema: str = "schema_1") -> dict[str, Any]:
    resources = {
        "Api": ("GraphQLApi", {"Name": "data", "AuthenticationType": "API_KEY"}),
        "Key": ("ApiKey", {"ApiId": API_ID, "Expires": int(time.time()) + 30 * 86400}),
        "Schema": ("GraphQLSchema", {"ApiId": API_ID, "DefinitionS3Location": S3 + schema}),
        "None": ("DataSource", {"ApiId": API_ID, "Name": "NONE_DS", "Type": "NONE"}),
        "Step": (
            "FunctionConfiguration",
            {
                "ApiId": API_ID,
                "Name": "step",
                "DataSourceName": {"Fn::GetAtt": ["None", "Name"]},
                "FunctionVersion": "2018-05-29",
                **function,
            },
        ),
        "Hello": (
            "Resolver",
            {
                "ApiId": API_ID,
                "TypeName": "Query",
                "FieldName": "hello",
                "Kind": "PIPELINE",
                "PipelineConfig": {"Functions": [{"Fn::GetAtt": ["Step", "FunctionId"]}]},
                "RequestMappingTemplate": "{}",
                "ResponseMappingTemplateS3Location": S3 + "after_1",
            },
        ),
    }
    return {
        "Resources": {
            name: {"Type": f"AWS::AppSync::{kind}", "Properties": properties}
            for name, (kind, properties) in resources.items()
        },
        "Outputs": {
            f"{name}{attribute}": {"Value": {"Fn::GetAtt": [name, attribute]}}
            for name, attribute in (
                ("Api", "ApiId"),
                ("Api", "Arn"),
                ("Api", "GraphQLUrl"),
                ("Api", "RealtimeUrl"),
                ("Api", "GraphQLEndpointArn"),
                ("Key", "ApiKey"),
                ("Step", "FunctionId"),
                ("Step", "FunctionArn"),
                ("Step", "Name"),
                ("Step", "DataSourceName"),
                ("Hello", "ResolverArn"),
                ("None", "DataSourceArn"),
            )
        },
    }


VTL = {
    "RequestMappingTemplateS3Location": S3 + "before_1",
    "ResponseMappingTemplate": "$util.toJson($ctx.result)",
}

CODE = "export const request = () => ({});\nexport const response = (ctx) => ctx.result;\n"


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}


def _deploy(stacks: Stacks) -> dict[str, str]:
    _put(stacks, schema_1=SCHEMA, before_1="before 1", before_2=CODE, after_1="after 1")
    return _outputs(stacks.create("app", _template(VTL)))


def test_templates_are_stored_with_what_lies_in_s3(stacks: Stacks) -> None:
    outputs = _deploy(stacks)
    appsync = stacks.clients.client("appsync")
    api_id = outputs["ApiApiId"]
    function = appsync.get_function(apiId=api_id, functionId=outputs["StepFunctionId"])
    stored = function["functionConfiguration"]
    assert stored["requestMappingTemplate"] == "before 1"
    assert stored["responseMappingTemplate"] == "$util.toJson($ctx.result)"
    assert stored["dataSourceName"] == outputs["StepDataSourceName"] == "NONE_DS"
    assert stored["functionArn"] == outputs["StepFunctionArn"]
    assert [f["name"] for f in appsync.list_functions(apiId=api_id)["functions"]] == ["step"]
    resolver = appsync.get_resolver(apiId=api_id, typeName="Query", fieldName="hello")["resolver"]
    assert resolver["pipelineConfig"] == {"functions": [outputs["StepFunctionId"]]}
    assert resolver["responseMappingTemplate"] == "after 1"
    assert appsync.get_schema_creation_status(apiId=api_id)["status"] == "SUCCESS"
    schema = appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read()
    assert schema.decode() == SCHEMA
    assert {name: stacks.physical_id("app", name) for name in ("Api", "Step", "Hello", "None")} == {
        "Api": outputs["ApiArn"],
        "Step": outputs["StepFunctionArn"],
        "Hello": outputs["HelloResolverArn"],
        "None": outputs["NoneDataSourceArn"],
    }


def test_updates_keep_ids_and_deletes_remove(stacks: Stacks) -> None:
    before = _deploy(stacks)
    _put(stacks, schema_2=SCHEMA + "# 2")
    js = {"CodeS3Location": S3 + "before_2", "Runtime": {"Name": "APPSYNC_JS"}}
    after = _outputs(stacks.update("app", _template(js, schema="schema_2")))
    assert after == before
    appsync = stacks.clients.client("appsync")
    api_id = after["ApiApiId"]
    stored = appsync.get_function(apiId=api_id, functionId=after["StepFunctionId"])
    assert stored["functionConfiguration"]["code"] == CODE
    schema = appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read()
    assert schema.decode().endswith("# 2")
    smaller = _template(VTL)
    for name in ("Hello", "Step"):
        del smaller["Resources"][name]
    smaller["Outputs"] = {}
    stacks.update("app", smaller)
    assert appsync.list_functions(apiId=api_id)["functions"] == []
    assert appsync.list_resolvers(apiId=api_id, typeName="Query")["resolvers"] == []
    stacks.cloudformation.delete_stack(StackName="app")
    stacks.cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="app", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    assert appsync.list_graphql_apis()["graphqlApis"] == []


def test_a_missing_definition_fails_the_resource(stacks: Stacks) -> None:
    _put(stacks, schema_1=SCHEMA, after_1="after 1")
    assert stacks.create("app", _template(VTL))["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = [e for e in stacks.events("app") if e["ResourceStatus"] == "CREATE_FAILED"]
    assert failed[0]["LogicalResourceId"] == "Step"
    assert "before_1" in failed[0]["ResourceStatusReason"]


def test_direct_calls_swap_what_a_template_made(stacks: Stacks) -> None:
    outputs = _deploy(stacks)
    appsync = stacks.clients.client("appsync")
    api_id = outputs["ApiApiId"]
    appsync.update_function(
        apiId=api_id,
        functionId=outputs["StepFunctionId"],
        name="step",
        dataSourceName="NONE_DS",
        functionVersion="2018-05-29",
        requestMappingTemplate="swapped",
    )
    appsync.update_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hello",
        kind="PIPELINE",
        pipelineConfig={"functions": [outputs["StepFunctionId"]]},
        requestMappingTemplate="swapped too",
    )
    appsync.start_schema_creation(apiId=api_id, definition=(SCHEMA + "# swapped").encode())
    stored = appsync.get_function(apiId=api_id, functionId=outputs["StepFunctionId"])
    assert stored["functionConfiguration"]["requestMappingTemplate"] == "swapped"
    resolver = appsync.get_resolver(apiId=api_id, typeName="Query", fieldName="hello")["resolver"]
    assert resolver["requestMappingTemplate"] == "swapped too"
    schema = appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read()
    assert schema.decode().endswith("# swapped")


def test_the_addresses_answer_on_this_machine(stacks: Stacks) -> None:
    outputs = _deploy(stacks)
    assert outputs["ApiRealtimeUrl"] == (
        outputs["ApiGraphQLUrl"].replace("HTTP://", "ws://") + "/realtime"
    )
    assert outputs["KeyApiKey"].startswith("da2-")
    query = json.dumps({"query": "{ __typename }"}).encode()
    headers = {"content-type": "application/json", "x-api-key": outputs["KeyApiKey"]}
    request = urllib.request.Request(outputs["ApiGraphQLUrl"], query, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer) == {"data": {"__typename": "Query"}}
    by_api = stacks.clients.client("appsync").create_graphql_api(
        name="other", authenticationType="API_KEY"
    )["graphqlApi"]
    assert by_api["uris"]["GRAPHQL"].startswith("HTTP://127.0.0.1:")


def test_a_restart_keeps_everything(own_stacks: Stacks, own_cloud_dir: Path) -> None:
    outputs = _deploy(own_stacks)
    lifecycle.stop(own_cloud_dir)
    lifecycle.start(own_cloud_dir)
    appsync = own_stacks.clients.client("appsync")
    stored = appsync.get_function(apiId=outputs["ApiApiId"], functionId=outputs["StepFunctionId"])
    assert stored["functionConfiguration"]["requestMappingTemplate"] == "before 1"
    api = appsync.get_graphql_api(apiId=outputs["ApiApiId"])["graphqlApi"]
    assert api["uris"]["GRAPHQL"] == outputs["ApiGraphQLUrl"]


def test_without_the_patches_functions_are_lost_and_addresses_are_far(
    stacks_without: Callable[[str], Stacks],
) -> None:
    stacks = stacks_without("appsync.storage,appsync.endpoints")
    _put(stacks, schema_1=SCHEMA, before_1="before 1", after_1="after 1")
    template = _template(VTL)
    template["Outputs"] = {"Id": {"Value": API_ID}}
    api_id = _outputs(stacks.create("app", template))["Id"]
    appsync = stacks.clients.client("appsync")
    assert appsync.list_functions(apiId=api_id)["functions"] == []
    api = appsync.get_graphql_api(apiId=api_id)["graphqlApi"]
    assert "amazonaws.com" in api["uris"]["GRAPHQL"]
