"""A schema that AppSync would refuse is refused here, through the API and in a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from workbench.localcloud.ministack.patches.appsync.schema_validation import schema_problem

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

GOOD = """
schema { query: Query subscription: Subscription }
interface Named { name: String }
interface Dated { at: AWSDateTime }
type Todo implements Named, Dated @aws_api_key @aws_cognito_user_pools(cognito_groups: ["a"]) {
  name: String
  at: AWSDateTime
  extra: AWSJSON
}
type Query { todos(near: AWSIPAddress): [Todo!]! @aws_iam }
type Subscription { onTodo: Todo @aws_subscribe(mutations: ["createTodo"]) }
"""
WRONG = {
    "type Query { todos: [Todo] ": "Failed to parse schema document",
    "type Query { todos: [Todo] }": "Unknown type 'Todo'. [@1:22]",
    "type Query { a: Int a: Int }": "'Query.a' can only be defined once",
    "type Query { a: Int } type Query { b: Int }": "only one type named 'Query'",
    "type Todo { a: Int }": "Query root type must be provided",
    "interface I { a: Int } type Query implements I { b: Int }": "I.a",
    "input In { a: Int } type Query { a: In }": "Query fields cannot be resolved",
}


def test_what_appsync_takes_is_taken() -> None:
    assert schema_problem(GOOD) == ""


@pytest.mark.parametrize(("definition", "said"), WRONG.items())
def test_mistakes_are_told_with_their_place(definition: str, said: str) -> None:
    assert said in schema_problem(definition)


def _template(definition: str) -> dict[str, Any]:
    api_id = {"Fn::GetAtt": ["Api", "ApiId"]}
    return {
        "Resources": {
            "Api": {
                "Type": "AWS::AppSync::GraphQLApi",
                "Properties": {"Name": "data", "AuthenticationType": "API_KEY"},
            },
            "Schema": {
                "Type": "AWS::AppSync::GraphQLSchema",
                "Properties": {"ApiId": api_id, "Definition": definition},
            },
        },
        "Outputs": {"Id": {"Value": api_id}},
    }


def test_a_wrong_schema_fails_its_resource_and_a_swap_and_keeps_the_one_before(
    stacks: Stacks,
) -> None:
    made = stacks.create("app", _template(GOOD))
    api_id = made["Outputs"][0]["OutputValue"]
    appsync = stacks.clients.appsync
    wrong = "type Query { todos: [Todo] }"
    appsync.start_schema_creation(apiId=api_id, definition=wrong.encode())
    status = appsync.get_schema_creation_status(apiId=api_id)
    assert status["status"] == "FAILED"
    assert "Unknown type 'Todo'" in status["details"]
    kept = appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read()
    assert kept.decode() == GOOD

    failed = stacks.update("app", _template(wrong))
    assert failed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in stacks.events("app")
        if event["ResourceStatus"] == "UPDATE_FAILED"
    ]
    assert any("Schema Creation Status is FAILED with details: Found 1" in r for r in reasons)

    better = GOOD + "type More { a: Int }"
    appsync.start_schema_creation(apiId=api_id, definition=better.encode())
    assert appsync.get_schema_creation_status(apiId=api_id)["status"] == "SUCCESS"


def test_without_the_patch_any_text_is_a_schema(stacks_without: Callable[[str], Stacks]) -> None:
    stacks = stacks_without("appsync.schema_validation")
    appsync = stacks.clients.appsync
    api = appsync.create_graphql_api(name="data", authenticationType="API_KEY")["graphqlApi"]
    appsync.start_schema_creation(apiId=api["apiId"], definition=b"nonsense {")
    assert appsync.get_schema_creation_status(apiId=api["apiId"])["status"] == "SUCCESS"
