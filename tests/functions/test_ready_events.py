"""Ready events against the events of their real sources: one function with every kind of source."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.functions.conftest import NODE, ROLE
from workbench.aws.clients import Clients
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.invoke import invoke
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.past_invocations import past_invocations, source_of
from workbench.functions.sample_events.ready_events import ready_events
from workbench.functions.starts import starts_of
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

CODE = """
let asked = 0;
exports.handler = async (event) => {
  if (event.authorizationToken) return {isAuthorized: true};
  const {triggerSource, request, response} = event;
  if (!triggerSource) return {statusCode: 200, body: "{}"};
  if (triggerSource.startsWith("UserMigration")) throw new Error("no user");
  if (triggerSource.startsWith("Define")) {
    const passed = request.session.length > 0;
    Object.assign(response, passed
      ? {issueTokens: true, failAuthentication: false}
      : {challengeName: "CUSTOM_CHALLENGE", issueTokens: false, failAuthentication: false});
  }
  if (triggerSource.startsWith("Create")) {
    response.publicChallengeParameters = {question: "1 + 1"};
    response.privateChallengeParameters = {answer: "2"};
    response.challengeMetadata = "SUM";
  }
  if (triggerSource.startsWith("Verify")) response.answerCorrect = true;
  return event;
};
"""
TRIGGERS = (
    "PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication", "CustomMessage",
    "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse", "UserMigration",
)  # fmt: skip
SCHEMA = "type Query { greet(name: String!, times: Int): String plain(name: String): String }"
REQUEST = """{"version": "2018-05-29", "operation": "Invoke", "payload": {
"typeName": "Query", "fieldName": "greet", "arguments": $util.toJson($context.arguments),
"identity": $util.toJson($context.identity), "source": $util.toJson($context.source),
"request": $util.toJson($context.request), "prev": $util.toJson($context.prev)}}"""


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _template() -> dict[str, Any]:
    target = [{"Arn": _arn("F"), "Id": "f"}]
    invoke = {"Fn::Sub": (
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
    )}  # fmt: skip
    resolver = {
        "ApiId": {"Fn::GetAtt": ["Api", "ApiId"]}, "TypeName": "Query",
        "DataSourceName": {"Fn::GetAtt": ["Source", "Name"]},
    }  # fmt: skip
    resources = {
        "F": _resource(
            "Lambda::Function", Runtime=NODE, Role=ROLE, Handler="index.handler", Timeout=20,
            Code={"ZipFile": CODE},
        ),
        "Api": _resource(
            "AppSync::GraphQLApi", Name="api", AuthenticationType="AWS_LAMBDA",
            LambdaAuthorizerConfig={"AuthorizerUri": _arn("F")},
        ),
        "Schema": _resource(
            "AppSync::GraphQLSchema", ApiId=resolver["ApiId"], Definition=SCHEMA
        ),
        "Source": _resource(
            "AppSync::DataSource", ApiId=resolver["ApiId"], Name="f", Type="AWS_LAMBDA",
            LambdaConfig={"LambdaFunctionArn": _arn("F")}, ServiceRoleArn=ROLE,
        ),
        "Step": _resource(
            "AppSync::FunctionConfiguration", ApiId=resolver["ApiId"], Name="step",
            DataSourceName=resolver["DataSourceName"], FunctionVersion="2018-05-29",
            RequestMappingTemplate=REQUEST, ResponseMappingTemplate='"hello"',
        ),
        "Greet": _resource(
            "AppSync::Resolver", ApiId=resolver["ApiId"], TypeName="Query", FieldName="greet",
            Kind="PIPELINE", RequestMappingTemplate="{}",
            ResponseMappingTemplate="$util.toJson($ctx.result)",
            PipelineConfig={"Functions": [{"Fn::GetAtt": ["Step", "FunctionId"]}]},
        ) | {"DependsOn": "Schema"},
        "Plain": _resource("AppSync::Resolver", **resolver, FieldName="plain")
        | {"DependsOn": "Schema"},
        "Pool": _resource(
            "Cognito::UserPool", AutoVerifiedAttributes=["email"], UsernameAttributes=["email"],
            LambdaConfig={name: _arn("F") for name in TRIGGERS} | {
                "PreTokenGenerationConfig": {"LambdaArn": _arn("F"), "LambdaVersion": "V2_0"}
            },
        ),
        "Client": _resource(
            "Cognito::UserPoolClient", UserPoolId=_ref("Pool"),
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"],
        ),
        "Bucket": _resource(
            "S3::Bucket",
            NotificationConfiguration={"LambdaConfigurations": [
                {"Event": "s3:ObjectCreated:*", "Function": _arn("F")}
            ]},
        ),
        "Queue": _resource("SQS::Queue"),
        "OfQueue": _resource(
            "Lambda::EventSourceMapping", FunctionName=_ref("F"), EventSourceArn=_arn("Queue")
        ),
        "Topic": _resource("SNS::Topic"),
        "OfTopic": _resource(
            "SNS::Subscription", TopicArn=_ref("Topic"), Protocol="lambda", Endpoint=_arn("F")
        ),
        "Table": _resource(
            "DynamoDB::Table", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
        ),
        "OfTable": _resource(
            "Lambda::EventSourceMapping", FunctionName=_ref("F"), StartingPosition="TRIM_HORIZON",
            EventSourceArn={"Fn::GetAtt": ["Table", "StreamArn"]},
        ),
        "Stream": _resource("Kinesis::Stream", ShardCount=1),
        "OfStream": _resource(
            "Lambda::EventSourceMapping", FunctionName=_ref("F"), StartingPosition="TRIM_HORIZON",
            EventSourceArn=_arn("Stream"),
        ),
        "Rule": _resource(
            "Events::Rule", Targets=target,
            EventPattern={
                "source": ["shop"], "detail-type": ["Sold"],
                "detail": {"sum": [{"numeric": [">", 5]}]},
            },
        ),
        "Hourly": _resource("Events::Rule", Targets=target, ScheduleExpression="rate(1 minute)"),
        "Url": _resource("Lambda::Url", TargetFunctionArn=_arn("F"), AuthType="NONE"),
        "Http": _resource("ApiGatewayV2::Api", Name="http", ProtocolType="HTTP"),
        "OfHttp": _resource(
            "ApiGatewayV2::Integration", ApiId=_ref("Http"), IntegrationType="AWS_PROXY",
            IntegrationUri=_arn("F"), PayloadFormatVersion="2.0",
        ),
        "Route": _resource(
            "ApiGatewayV2::Route", ApiId=_ref("Http"), RouteKey="$default",
            Target={"Fn::Sub": "integrations/${OfHttp}"},
        ),
        "HttpStage": _resource(
            "ApiGatewayV2::Stage", ApiId=_ref("Http"), StageName="$default", AutoDeploy=True
        ),
        "Rest": _resource("ApiGateway::RestApi", Name="rest"),
        "Method": _resource(
            "ApiGateway::Method", RestApiId=_ref("Rest"), HttpMethod="ANY",
            ResourceId={"Fn::GetAtt": ["Rest", "RootResourceId"]}, AuthorizationType="NONE",
            Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": invoke},
        ),
        "Deployment": _resource("ApiGateway::Deployment", RestApiId=_ref("Rest"))
        | {"DependsOn": "Method"},
        "RestStage": _resource(
            "ApiGateway::Stage", RestApiId=_ref("Rest"), StageName="prod",
            DeploymentId=_ref("Deployment"),
        ),
        "Group": _resource("Logs::LogGroup", LogGroupName="/app"),
        "OfGroup": _resource(
            "Logs::SubscriptionFilter", LogGroupName=_ref("Group"), FilterPattern="",
            DestinationArn=_arn("F"),
        ),
    }  # fmt: skip
    for at, service in enumerate(
        ("s3", "sns", "events", "apigateway", "logs", "cognito-idp", "appsync")
    ):
        resources[f"May{at}"] = _resource(
            "Lambda::Permission", FunctionName=_ref("F"), Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )  # fmt: skip
    resources["MayAll"] = _resource(
        "Lambda::Permission", FunctionName=_ref("F"), Action="lambda:InvokeFunctionUrl",
        Principal="*", FunctionUrlAuthType="NONE",
    )  # fmt: skip
    resources["MayUrl"] = _resource(
        "Lambda::Permission", FunctionName=_ref("F"), Action="lambda:InvokeFunction",
        Principal="*", InvokedViaFunctionUrl=True,
    )  # fmt: skip
    outputs = {
        "Graph": {"Fn::GetAtt": ["Api", "GraphQLUrl"]},
        "Url": {"Fn::GetAtt": ["Url", "FunctionUrl"]},
        "Http": {"Fn::GetAtt": ["Http", "ApiEndpoint"]},
        "Rest": {"Fn::Sub": "https://${Rest}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod/"},
        **{
            name: _ref(name)
            for name in ("F", "Pool", "Client", "Bucket", "Queue", "Topic", "Table", "Stream")
        },
    }
    return {
        "Resources": resources,
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


@dataclass(frozen=True, slots=True)
class Met:
    """The events that the sources sent, and the ready ones, each by its source."""

    real: Mapping[str, Any]
    ready: Mapping[str, Any]
    opened: OpenedFunctions
    function: BackendFunction


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    state = tmp_path_factory.mktemp("ready-events")
    clients = Clients(lifecycle.start(state))
    try:
        yield _met(clients, state)
    finally:
        lifecycle.stop(state)


def _met(clients: Clients, state: Path) -> Met:
    formation: Any = clients.client("cloudformation")
    formation.create_stack(StackName="s", TemplateBody=json.dumps(_template()))
    formation.get_waiter("stack_create_complete").wait(
        StackName="s", WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )
    opened = OpenedFunctions(clients, "s", state, state)
    live = opened.live()
    (function,) = opened.functions()
    _start_all(clients, live.outputs)
    starts = starts_of(live)[function.function]
    ready = {
        _source(event): event
        for each in ready_events(opened, live, function, starts)
        if (event := json.loads(each.text))
    }
    deadline, real = time.monotonic() + 60, dict[str, Any]()
    while set(ready) - set(real) - NOT_STARTED and time.monotonic() < deadline:
        past = past_invocations(opened, function, limit=200)
        real = {_source(event): event for each in past if (event := json.loads(each.event))}
        time.sleep(0.1)
    return Met(real, ready, opened, function)


NOT_STARTED = {"Scheduled Event"}
"""What would take a minute to start by itself."""


def _source(event: Mapping[str, Any]) -> str:
    """What sent it; requests and packed events by their members."""
    if "authorizationToken" in event:
        return "authorizer"
    if "awslogs" in event:
        return "logs"
    context = event.get("requestContext", {})
    if "http" in context:
        return "URL" if context["accountId"] == "anonymous" else "HTTP"
    return source_of(json.dumps(event))


def _start_all(clients: Clients, made: Mapping[str, str]) -> None:
    def client(service: str) -> Any:
        return clients.client(service)

    _start_triggers(clients.cognito_idp, made["Pool"], made["Client"])
    clients.s3.put_object(Bucket=made["Bucket"], Key="public/a b.txt", Body=b"text")
    client("sqs").send_message(QueueUrl=made["Queue"], MessageBody="{}")
    client("sns").publish(TopicArn=made["Topic"], Message="{}")
    clients.dynamodb.put_item(TableName=made["Table"], Item={"id": {"S": "1"}})
    client("kinesis").put_record(StreamName=made["Stream"], Data=b"d", PartitionKey="1")
    entry = {"Source": "shop", "DetailType": "Sold", "Detail": '{"sum": 6}'}
    client("events").put_events(Entries=[entry])
    for address in (made["Url"], f"{made['Http']}/", made["Rest"]):
        assert httpx.get(address, params={"name": "value"}, timeout=30).text == "{}"
    for query in ('query A { greet(name: "a", times: 1) }', 'query A { plain(name: "a") }'):
        asked = {"query": query, "operationName": "A"}
        answer = httpx.post(
            made["Graph"].lower(), json=asked, headers={"authorization": "token"}, timeout=30
        )
        assert "errors" not in answer.json()
    clients.logs.create_log_stream(logGroupName="/app", logStreamName="s")
    line: Any = {"timestamp": int(time.time() * 1000), "message": "a line"}
    clients.logs.put_log_events(logGroupName="/app", logStreamName="s", logEvents=[line])


def _start_triggers(pool: Any, pool_id: str, client: str) -> None:
    name, password = "ann@example.com", "Passw0rd!"
    attributes = [{"Name": "email", "Value": name}]
    pool.sign_up(ClientId=client, Username=name, Password=password, UserAttributes=attributes)
    pool.admin_confirm_sign_up(UserPoolId=pool_id, Username=name)

    def sign_in(flow: str, **given: str) -> Any:
        return pool.initiate_auth(ClientId=client, AuthFlow=flow, AuthParameters=given)

    sign_in("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password)
    with pytest.raises(ClientError, match="UserMigration failed"):
        sign_in("USER_PASSWORD_AUTH", USERNAME="ben@example.com", PASSWORD=password)
    asked = sign_in("CUSTOM_AUTH", USERNAME=name)
    answers = {"USERNAME": name, "ANSWER": "2"}
    pool.respond_to_auth_challenge(
        ClientId=client, ChallengeName=asked["ChallengeName"], Session=asked["Session"],
        ChallengeResponses=answers,
    )  # fmt: skip


OPEN = {"headers", "multiValueHeaders", "requestHeaders"}
"""Members whose own members are the client's."""


def _differences(real: Any, ready: Any, path: str = "") -> Iterator[str]:
    """Members that one of both lacks, and those of another type."""
    if isinstance(real, dict) and isinstance(ready, dict):
        if path.rpartition(".")[2] in OPEN:
            return
        yield from (f"{path}.{name} is not in the ready event" for name in real.keys() - ready)
        yield from (f"{path}.{name} is not in the real event" for name in ready.keys() - real)
        for name in real.keys() & ready:
            yield from _differences(real[name], ready[name], f"{path}.{name}")
    elif isinstance(real, list) and isinstance(ready, list):
        for one, other in zip(real[:1], ready[:1], strict=False):
            yield from _differences(one, other, f"{path}[]")
    elif type(real) is not type(ready):
        yield f"{path}: {real!r} is really sent, {ready!r} is ready"


def test_each_ready_event_has_the_members_that_its_source_really_sends(met: Met) -> None:
    assert len(met.ready) == 24
    assert set(met.ready) - set(met.real) == NOT_STARTED
    found = {
        source: list(_differences(met.real[source], ready))
        for source, ready in met.ready.items()
        if source in met.real
    }
    assert {source: differs for source, differs in found.items() if differs} == {}
    # A schedule's event is a rule's with other values.
    assert met.ready["Scheduled Event"].keys() == met.real["Sold"].keys()


def test_each_ready_event_is_one_that_its_function_understands(met: Met) -> None:
    for source, event in met.ready.items():
        asked = invoke(met.opened, met.function, json.dumps(event))
        assert source.startswith("UserMigration") == bool(asked.error), source
