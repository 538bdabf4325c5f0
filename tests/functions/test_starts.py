from __future__ import annotations

from typing import Any

import pytest

from tests.functions.live_stacks import function, live
from workbench.functions.starts import Start, StartKind, starts_of

ARN: dict[str, Any] = {"Fn::GetAtt": ["hello", "Arn"]}
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


@pytest.mark.parametrize(
    ("given", "start"),
    [
        (resource("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": ARN}),
         Start(StartKind.TRIGGER, "PreSignUp")),
        (resource("AWS::Lambda::EventSourceMapping", FunctionName={"Ref": "hello"},
                  EventSourceArn=QUEUE, BatchSize=10),
         Start(StartKind.QUEUE, QUEUE, "batches of 10", "f-it")),
        (resource("AWS::Events::Rule", ScheduleExpression="rate(1 day)", State="DISABLED",
                  Targets=[{"Arn": ARN, "Id": "0"}]),
         Start(StartKind.SCHEDULE, "rate(1 day)", "disabled", "f-it")),
        (resource("AWS::Events::Rule", EventPattern={"source": ["a"]},
                  Targets=[{"Arn": ARN, "Id": "0"}]),
         Start(StartKind.RULE, '{"source": ["a"]}', "", "f-it")),
        (resource("AWS::Scheduler::Schedule", ScheduleExpression="cron(0 9 * * ? *)",
                  ScheduleExpressionTimezone="Europe/Berlin", Target={"Arn": ARN}),
         Start(StartKind.SCHEDULE, "cron(0 9 * * ? *) Europe/Berlin", "", "f-it")),
        (resource("AWS::S3::Bucket", NotificationConfiguration={
            "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": ARN}]}),
         Start(StartKind.BUCKET, "f-it", "s3:ObjectCreated:*")),
        (resource("Custom::S3BucketNotifications", BucketName="photos", NotificationConfiguration={
            "LambdaFunctionConfigurations": [{"Events": ["s3:ObjectRemoved:*"],
                                              "LambdaFunctionArn": ARN}]}),
         Start(StartKind.BUCKET, "photos", "s3:ObjectRemoved:*")),
        (resource("AWS::SNS::Subscription", Protocol="lambda", Endpoint=ARN, TopicArn="t"),
         Start(StartKind.TOPIC, "t")),
        (resource("AWS::Lambda::Url", TargetFunctionArn=ARN, AuthType="NONE"),
         Start(StartKind.URL, "", "NONE")),
        (resource("AWS::ApiGateway::Method", HttpMethod="GET", Integration={"Uri": {"Fn::Join": [
            "", ["arn:aws:apigateway:r:lambda:path/2015-03-31/functions/", ARN, "/invocations"]]}}),
         Start(StartKind.API, "GET", "REST")),
        (resource("AWS::AppSync::GraphQLApi", Name="api", AdditionalAuthenticationProviders=[
            {"LambdaAuthorizerConfig": {"AuthorizerUri": ARN}}]),
         Start(StartKind.AUTHORIZER, "api")),
        (resource("AWS::Logs::SubscriptionFilter", DestinationArn=ARN, LogGroupName="/a"),
         Start(StartKind.LOGS, "/a")),
    ],
    ids=lambda value: value["Type"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_each_kind_of_source_is_found(given: dict[str, Any], start: Start) -> None:
    found = starts_of(live({"hello": function(), "it": given}))
    assert found == {"f-hello": (start,)}


def test_a_field_starts_the_functions_of_its_resolvers_pipeline() -> None:
    found = starts_of(
        live(
            {
                "hello": function(),
                "source": resource(
                    "AWS::AppSync::DataSource",
                    Name="HelloSource",
                    LambdaConfig={"LambdaFunctionArn": ARN},
                ),
                "step": resource(
                    "AWS::AppSync::FunctionConfiguration", DataSourceName="HelloSource"
                ),
                "field": resource(
                    "AWS::AppSync::Resolver",
                    TypeName="Query",
                    FieldName="hello",
                    PipelineConfig={"Functions": [{"Fn::GetAtt": ["step", "FunctionId"]}]},
                ),
                "unit": resource(
                    "AWS::AppSync::Resolver",
                    TypeName="Mutation",
                    FieldName="hello",
                    DataSourceName="HelloSource",
                ),
            }
        )
    )
    assert [each.what for each in found["f-hello"]] == ["Mutation.hello", "Query.hello"]


def test_what_cannot_be_resolved_starts_nothing() -> None:
    unknown = resource(
        "AWS::Events::Rule",
        ScheduleExpression="rate(1 day)",
        Targets=[{"Arn": {"Fn::ImportValue": "x"}}],
    )
    assert starts_of(live({"hello": function(), "it": unknown})) == {}
