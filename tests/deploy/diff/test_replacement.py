from __future__ import annotations

from typing import Any

import pytest

from workbench.deploy.assembly.json_diff import MISSING, Difference, differences
from workbench.deploy.diff.replacement import Outcome, create_only, judge

SANDBOX = {"allowDestructiveGraphqlSchemaUpdates": True, "replaceTableUponGsiUpdate": "true"}
TABLE = "Custom::AmplifyDynamoDBTable"
POOL = "AWS::Cognito::UserPool"


@pytest.mark.parametrize(
    ("resource_type", "path", "outcome"),
    [
        ("AWS::S3::Bucket", ("BucketName",), Outcome.REPLACES),
        ("AWS::S3::Bucket", ("CorsConfiguration", "CorsRules"), Outcome.IN_PLACE),
        ("AWS::DynamoDB::Table", ("KeySchema", "[id]", "KeyType"), Outcome.MAYBE),
        ("AWS::DynamoDB::Table", ("TableName",), Outcome.REPLACES),
        ("AWS::AppSync::GraphQLApi", ("UserPoolConfig", "AwsRegion"), Outcome.IN_PLACE),
        ("AWS::AppSync::Resolver", ("FieldName",), Outcome.REPLACES),
        ("AWS::Lambda::Function", ("Timeout",), Outcome.IN_PLACE),
        ("AWS::Lambda::LayerVersion", ("Content", "S3Key"), Outcome.REPLACES),
        ("Custom::Anything", ("Prop",), Outcome.IN_PLACE),
        ("Custom::Anything", ("ServiceToken",), Outcome.REFUSED),
        (TABLE, ("sseSpecification",), Outcome.IN_PLACE),
    ],
)
def test_schema_rules(resource_type: str, path: tuple[str, ...], outcome: Outcome) -> None:
    assert judge(resource_type, Difference(path, 1, 2), {}).outcome is outcome


def test_an_unknown_type_has_no_rules() -> None:
    assert create_only("Not::A::Type") == ((), ())
    assert ("TableName",) in create_only("AWS::DynamoDB::Table")[0]


@pytest.mark.parametrize(
    ("path", "properties", "outcome"),
    [
        (("keySchema", "[id]"), SANDBOX, Outcome.REPLACES),
        (("keySchema", "[id]"), {}, Outcome.REFUSED),
        (("globalSecondaryIndexes",), SANDBOX, Outcome.REPLACES),
        (("globalSecondaryIndexes",), {**SANDBOX, "replaceTableUponGsiUpdate": False},
         Outcome.IN_PLACE),
        (("globalSecondaryIndexes", "[x]", "provisionedThroughput"), SANDBOX, Outcome.IN_PLACE),
        (("attributeDefinitions",), SANDBOX, Outcome.IN_PLACE),
    ],
)  # fmt: skip
def test_amplify_tables(path: tuple[str, ...], properties: Any, outcome: Outcome) -> None:
    assert judge(TABLE, Difference(path, MISSING, 2), properties).outcome is outcome


KEYS = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
INDEX = ("GlobalSecondaryIndexes", "[byKind]")


@pytest.mark.parametrize(
    ("path", "outcome", "note"),
    [
        (INDEX, Outcome.IN_PLACE, ""),
        ((*INDEX, "KeySchema", "[kind]"), Outcome.IN_PLACE, "created again"),
        ((*INDEX, "Projection", "ProjectionType"), Outcome.IN_PLACE, "created again"),
        ((*INDEX, "ProvisionedThroughput", "ReadCapacityUnits"), Outcome.IN_PLACE, ""),
        (("AttributeDefinitions", "[kind]"), Outcome.IN_PLACE, ""),
        (("AttributeDefinitions", "[kind]", "AttributeType"), Outcome.IN_PLACE, "created again"),
        (("AttributeDefinitions", "[id]", "AttributeType"), Outcome.MAYBE, "may replace"),
        (("LocalSecondaryIndexes", "[x]"), Outcome.MAYBE, "may replace"),
        (("KeySchema", "[id]"), Outcome.MAYBE, "may replace"),
    ],
)
def test_tables(path: tuple[str, ...], outcome: Outcome, note: str) -> None:
    verdict = judge("AWS::DynamoDB::Table", Difference(path, MISSING, 2), KEYS)
    assert verdict.outcome is outcome
    assert note in verdict.note


def test_a_table_that_keeps_its_name_is_not_replaced() -> None:
    difference = Difference(("AttributeDefinitions", "[id]", "AttributeType"), "S", "N")
    table = {**KEYS, "TableName": "rows"}
    verdict = judge("AWS::DynamoDB::Table", difference, table)
    assert verdict.note == "CloudFormation refuses this for a table that keeps its name"
    assert judge("AWS::DynamoDB::Table", difference, table, renamed=True).note == ""


EMAIL = {"Name": "email", "Required": True, "Mutable": True}
TEAM = {"Name": "team", "AttributeDataType": "String", "Mutable": True}


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ([EMAIL], [EMAIL, TEAM], False),
        ([EMAIL, TEAM], [EMAIL], True),
        ([EMAIL], [{**EMAIL, "Required": False}], True),
        ([EMAIL], [EMAIL, {"Name": "birthdate", "Required": True}], True),
        ([EMAIL], [EMAIL, {**TEAM, "Required": True}], True),
    ],
)
def test_user_pool_attributes(before: Any, after: Any, refused: bool) -> None:
    found = differences({"Schema": before}, {"Schema": after})
    assert found
    verdicts = [judge(POOL, each, {"Schema": after}) for each in found]
    assert (Outcome.REFUSED in {each.outcome for each in verdicts}) is refused
    assert any("recreated" in each.note for each in verdicts) is refused


def test_sign_in_names_of_a_user_pool_are_fixed() -> None:
    verdict = judge(POOL, Difference(("UsernameAttributes",), ["email"], ["phone"]), {})
    assert verdict.outcome is Outcome.REFUSED
