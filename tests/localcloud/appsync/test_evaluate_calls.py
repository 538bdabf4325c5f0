"""EvaluateCode and EvaluateMappingTemplate over HTTP, as boto3 sees them; code that is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Stacks
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

RUNTIME = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
BAD_CODE = "export function request(ctx) {\n  while (true) {}\n}"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    yield lifecycle.start(folder)
    lifecycle.stop(folder)


@pytest.fixture(scope="module")
def appsync(target: LocalTarget) -> Any:
    return Clients(target).client("appsync")


def _code(appsync: Any, code: str, context: Any, function: str = "request") -> dict[str, Any]:
    text = context if isinstance(context, str) else json.dumps(context)
    answer: dict[str, Any] = appsync.evaluate_code(
        runtime=RUNTIME, code=code, context=text, function=function
    )
    return answer


def test_code_gives_its_result_logs_and_stash(appsync: Any) -> None:
    answer = _code(
        appsync,
        "import { util } from '@aws-appsync/utils';\n"
        "export function request(ctx) {\n"
        "  console.log('id', ctx.args.id);\n"
        "  ctx.stash.seen = true;\n"
        "  util.appendError('Soft', 'Kind', { a: 1 });\n"
        "  return { operation: 'GetItem', key: util.dynamodb.toMapValues({ id: ctx.args.id }) };\n"
        "}",
        {"arguments": {"id": "p1"}, "stash": {"old": 1}},
    )
    assert json.loads(answer["evaluationResult"]) == {
        "operation": "GetItem",
        "key": {"id": {"S": "p1"}},
    }
    assert answer["logs"] == ['INFO - code.js:3:3: "id" "p1"']
    assert json.loads(answer["stash"]) == {"old": 1, "seen": True}
    assert json.loads(answer["outErrors"]) == [
        {"message": "Soft", "errorType": "Kind", "data": {"a": 1}, "errorInfo": None}
    ]
    assert "error" not in answer


def test_the_response_handler_gets_the_result(appsync: Any) -> None:
    code = "export const request = () => ({}); export const response = (ctx) => ctx.result.items"
    answer = _code(appsync, code, {"result": {"items": [1]}}, "response")
    assert answer["evaluationResult"] == "[1]"


def test_an_error_of_the_code_is_part_of_the_answer(appsync: Any) -> None:
    answer = _code(appsync, "export const request = () => util.error('No', 'Bad')", {})
    assert answer["error"] == {"message": "No", "codeErrors": []}
    assert "evaluationResult" not in answer


def test_code_errors_say_where_they_are(appsync: Any) -> None:
    answer = _code(appsync, BAD_CODE, {})
    assert answer["error"] == {
        "message": "The code contains one or more errors.",
        "codeErrors": [
            {
                "errorType": "LINT_ERROR",
                "value": "While statements are not supported.",
                "location": {"line": 2, "column": 3, "span": 5},
            }
        ],
    }


@pytest.mark.parametrize(
    ("identity", "auth_type"),
    [
        (None, "API Key Authorization"),
        ({"sub": "s", "username": "u", "claims": {}}, "User Pool Authorization"),
        ({"sub": "s", "claims": {}}, "Open ID Connect Authorization"),
        ({"userArn": "arn:aws:iam::1:user/u", "accountId": "1"}, "IAM Authorization"),
        ({"resolverContext": {}}, "Lambda Authorization"),
    ],
)
def test_the_identity_decides_on_the_auth_type(
    appsync: Any, identity: dict[str, Any] | None, auth_type: str
) -> None:
    code = "export const request = () => util.authType()"
    answer = _code(appsync, code, {"identity": identity})
    assert json.loads(answer["evaluationResult"]) == auth_type


def test_a_template_gives_its_text(appsync: Any) -> None:
    answer = appsync.evaluate_mapping_template(
        template='#set($ctx.stash.seen = true)\n{"id": $util.toJson($ctx.args.id)}',
        context=json.dumps({"arguments": {"id": "p1"}}),
    )
    assert json.loads(answer["evaluationResult"]) == {"id": "p1"}
    assert json.loads(answer["stash"]) == {"seen": True}
    assert answer["logs"] == []


def test_an_error_of_a_template_is_part_of_the_answer(appsync: Any) -> None:
    answer = appsync.evaluate_mapping_template(template="$util.error('No', 'Bad')", context="{}")
    assert answer["error"]["message"] == "No"
    answer = appsync.evaluate_mapping_template(
        template="$util.unauthorized()",
        context=json.dumps({"info": {"fieldName": "getX", "parentTypeName": "Query"}}),
    )
    assert answer["error"]["message"] == "Not Authorized to access getX on type Query"


@pytest.mark.parametrize("context", ["[]", "{no", "5 "])
def test_a_context_that_is_no_object_is_refused(appsync: Any, context: str) -> None:
    with pytest.raises(ClientError) as raised:
        _code(appsync, "export const request = () => 1", context)
    assert raised.value.response["Error"]["Code"] == "BadRequestException"


def test_another_runtime_is_refused(appsync: Any) -> None:
    with pytest.raises(ClientError) as raised:
        appsync.evaluate_code(
            runtime={"name": "APPSYNC_JS", "runtimeVersion": "9"}, code="1", context="{}"
        )
    assert "1.0.0" in str(raised.value)


def test_the_server_answers_on_after_code_that_never_ends(appsync: Any) -> None:
    # Recursion without end passes AppSync's checks; the limits stop it.
    endless = (
        "const f = (n) => (n > 0 ? f(n - 1) + f(n - 1) : 0); export const request = () => f(60)"
    )
    answer = _code(appsync, endless, {})
    assert "Code took longer than" in answer["error"]["message"]
    assert _code(appsync, "export const request = () => 1", {})["evaluationResult"] == "1"


def test_functions_and_resolvers_with_code_errors_are_refused(appsync: Any) -> None:
    api_id = appsync.create_graphql_api(name="x", authenticationType="API_KEY")["graphqlApi"][
        "apiId"
    ]
    appsync.create_data_source(apiId=api_id, name="none", type="NONE")
    function = {"apiId": api_id, "name": "f", "dataSourceName": "none", "runtime": RUNTIME}
    resolver = {
        "apiId": api_id,
        "typeName": "Query",
        "fieldName": "getX",
        "dataSourceName": "none",
        "runtime": RUNTIME,
    }
    good = "export const request = () => ({ payload: 1 });\nexport const response = (ctx) => ctx.result"  # noqa: E501
    made = appsync.create_function(**function, code=good)["functionConfiguration"]
    appsync.create_resolver(**resolver, code=good)
    calls: list[Callable[[], object]] = [
        lambda: appsync.create_function(**{**function, "name": "g"}, code=BAD_CODE),
        lambda: appsync.update_function(**function, functionId=made["functionId"], code=BAD_CODE),
        lambda: appsync.create_resolver(**{**resolver, "fieldName": "getY"}, code=BAD_CODE),
        lambda: appsync.update_resolver(**resolver, code=BAD_CODE),
    ]
    for call in calls:
        with pytest.raises(ClientError) as raised:
            call()
        response: dict[str, Any] = {**raised.value.response}
        assert response["Error"]["Code"] == "BadRequestException"
        assert "The code contains one or more errors." in response["Error"]["Message"]
        assert response["reason"] == "CODE_ERROR"
        assert response["detail"]["codeErrors"][0]["location"]["line"] == 2
    assert (
        appsync.get_resolver(apiId=api_id, typeName="Query", fieldName="getX")["resolver"]["code"]
        == good
    )


def test_a_stack_with_code_errors_fails_and_says_why(target: LocalTarget) -> None:
    cloudformation = Clients(target).client("cloudformation")
    template = {
        "Resources": {
            "Api": {
                "Type": "AWS::AppSync::GraphQLApi",
                "Properties": {"Name": "x", "AuthenticationType": "API_KEY"},
            },
            "Source": {
                "Type": "AWS::AppSync::DataSource",
                "Properties": {
                    "ApiId": {"Fn::GetAtt": ["Api", "ApiId"]},
                    "Name": "none",
                    "Type": "NONE",
                },
            },
            "Function": {
                "Type": "AWS::AppSync::FunctionConfiguration",
                "DependsOn": "Source",
                "Properties": {
                    "ApiId": {"Fn::GetAtt": ["Api", "ApiId"]},
                    "Name": "f",
                    "DataSourceName": "none",
                    "Runtime": {"Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0"},
                    "Code": BAD_CODE,
                },
            },
        }
    }
    stack = Stacks(Clients(target)).create("bad-code", template)
    assert "ROLLBACK" in stack["StackStatus"]
    events = cloudformation.describe_stack_events(StackName="bad-code")["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events]
    assert any(
        "The code contains one or more errors. code.js:2:3: While statements are not supported."
        in reason
        for reason in reasons
    )


def test_without_the_patch_templates_are_not_evaluated(stacks_without: Any) -> None:
    client = stacks_without("appsync.evaluate").clients.client("appsync")
    with pytest.raises(ClientError):
        client.evaluate_mapping_template(template="{}", context="{}")
