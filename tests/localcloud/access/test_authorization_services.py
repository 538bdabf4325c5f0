"""Each service asks IAM for its own action on its own resource, and refuses in its own words."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.localcloud.access.callers import ACCOUNT, Caller, allow, owner, refused
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

REGION = "us-east-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/notes"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:echo"
EMAIL = {
    "Source": "me@example.com",
    "Destination": {"ToAddresses": ["you@example.com"]},
    "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
}
KEY = {"id": {"S": "1"}}
TARGET = {"Arn": FUNCTION, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any"}


@dataclass(frozen=True, slots=True)
class Row:
    """A call, the action that it asks for, and the resource; ``status`` and ``code`` of a refusal.

    ``{name}`` in parameters and resources stands for what ``made`` has. ``also`` are further
    actions that the call needs to succeed.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""
    resource: str = "*"
    status: int = 400
    code: str = "AccessDeniedException"
    said: str = ""


ROWS = {
    "dynamodb get": Row(
        "dynamodb", "get_item", {"TableName": "notes", "Key": KEY}, "dynamodb:GetItem", TABLE
    ),
    "dynamodb put": Row(
        "dynamodb", "put_item", {"TableName": "notes", "Item": KEY}, "dynamodb:PutItem", TABLE
    ),
    "dynamodb scan": Row("dynamodb", "scan", {"TableName": "notes"}, "dynamodb:Scan", TABLE),
    "dynamodb index": Row(
        "dynamodb",
        "scan",
        {"TableName": "notes", "IndexName": "byBy"},
        "dynamodb:Scan",
        f"{TABLE}/index/byBy",
    ),
    "dynamodb by its name": Row("dynamodb", "scan", {"TableName": TABLE}, "dynamodb:Scan", TABLE),
    "dynamodb batch get": Row(
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"notes": {"Keys": [KEY]}}},
        "dynamodb:BatchGetItem",
        TABLE,
    ),
    "dynamodb batch write": Row(
        "dynamodb",
        "batch_write_item",
        {"RequestItems": {"notes": [{"PutRequest": {"Item": KEY}}]}},
        "dynamodb:BatchWriteItem",
        TABLE,
    ),
    "dynamodb transaction": Row(
        "dynamodb",
        "transact_write_items",
        {"TransactItems": [{"Put": {"TableName": "notes", "Item": KEY}}]},
        "dynamodb:PutItem",
        TABLE,
    ),
    "dynamodb PartiQL": Row(
        "dynamodb",
        "execute_statement",
        {"Statement": 'SELECT * FROM "notes"'},
        "dynamodb:PartiQLSelect",
        TABLE,
    ),
    "dynamodb tables": Row("dynamodb", "list_tables", {}, "dynamodb:ListTables"),
    "lambda invoke": Row(
        "lambda", "invoke", {"FunctionName": "echo"}, "lambda:InvokeFunction", FUNCTION, 403
    ),
    "lambda invoke by name": Row(
        "lambda", "invoke", {"FunctionName": FUNCTION}, "lambda:InvokeFunction", FUNCTION, 403
    ),
    "lambda get": Row(
        "lambda", "get_function", {"FunctionName": "echo"}, "lambda:GetFunction", FUNCTION, 403
    ),
    "lambda settings": Row(
        "lambda",
        "update_function_configuration",
        {"FunctionName": "echo", "Timeout": 7},
        "lambda:UpdateFunctionConfiguration",
        FUNCTION,
        403,
    ),
    "lambda list": Row("lambda", "list_functions", {}, "lambda:ListFunctions", "*", 403),
    "ssm get": Row(
        "ssm",
        "get_parameter",
        {"Name": "/amplify/app/secret"},
        "ssm:GetParameter",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/amplify/app/secret",
    ),
    "ssm get several": Row(
        "ssm",
        "get_parameters",
        {"Names": ["/amplify/app/secret"], "WithDecryption": True},
        "ssm:GetParameters",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/amplify/app/secret",
    ),
    "ssm by path": Row(
        "ssm",
        "get_parameters_by_path",
        {"Path": "/amplify/app/"},
        "ssm:GetParametersByPath",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/amplify/app",
    ),
    "sqs send": Row(
        "sqs",
        "send_message",
        {"QueueUrl": "{queue}", "MessageBody": "x"},
        "sqs:SendMessage",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs",
        403,
        "AccessDenied",
        "sqs:sendmessage",
    ),
    "sqs send several": Row(
        "sqs",
        "send_message_batch",
        {"QueueUrl": "{queue}", "Entries": [{"Id": "1", "MessageBody": "x"}]},
        "sqs:SendMessage",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs",
        403,
        "AccessDenied",
        "sqs:sendmessage",
    ),
    "sns publish": Row(
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:news", "Message": "x"},
        "sns:Publish",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:news",
        403,
        "AuthorizationError",
        "SNS:Publish",
    ),
    "events": Row(
        "events",
        "put_events",
        {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]},
        "events:PutEvents",
        f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default",
    ),
    "events rule": Row(
        "events",
        "put_rule",
        {"Name": "nightly", "ScheduleExpression": "rate(1 day)"},
        "events:PutRule",
        f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly",
    ),
    "scheduler": Row(
        "scheduler",
        "create_schedule",
        {
            "Name": "once",
            "ScheduleExpression": "rate(1 day)",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": TARGET,
        },
        "scheduler:CreateSchedule",
        f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/once",
        403,
    ),
    "secrets": Row(
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "db"},
        "secretsmanager:GetSecretValue",
        "{secret}",
    ),
    "kms": Row(
        "kms", "encrypt", {"KeyId": "alias/ours", "Plaintext": b"x"}, "kms:Encrypt", "{key}"
    ),
    "cognito users": Row(
        "cognito-idp",
        "list_users",
        {"UserPoolId": "{pool}"},
        "cognito-idp:ListUsers",
        f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{{pool}}",
    ),
    "cognito pools": Row(
        "cognito-idp", "list_user_pools", {"MaxResults": 1}, "cognito-idp:ListUserPools"
    ),
    "identity pool": Row(
        "cognito-identity",
        "describe_identity_pool",
        {"IdentityPoolId": "{identities}"},
        "cognito-identity:DescribeIdentityPool",
        f"arn:aws:cognito-identity:{REGION}:{ACCOUNT}:identitypool/{{identities}}",
    ),
    "cloudformation": Row(
        "cloudformation",
        "describe_stacks",
        {"StackName": "app"},
        "cloudformation:DescribeStacks",
        "{stack}",
        403,
        "AccessDenied",
    ),
    "logs": Row(
        "logs",
        "create_log_stream",
        {"logGroupName": "/app", "logStreamName": "x"},
        "logs:CreateLogStream",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app:*",
    ),
    "iam": Row(
        "iam",
        "get_role",
        {"RoleName": "plain"},
        "iam:GetRole",
        f"arn:aws:iam::{ACCOUNT}:role/path/plain",
        403,
        "AccessDenied",
    ),
    "appsync": Row("appsync", "list_graphql_apis", {}, "appsync:ListGraphqlApis", "*", 403),
    "appsync api": Row(
        "appsync",
        "get_graphql_api",
        {"apiId": "{api}"},
        "appsync:GetGraphqlApi",
        f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/{{api}}",
        403,
    ),
    "api gateway": Row(
        "apigateway",
        "get_rest_apis",
        {},
        "apigateway:GET",
        f"arn:aws:apigateway:{REGION}::/restapis",
        403,
    ),
    "cloudwatch": Row("cloudwatch", "list_metrics", {}, "cloudwatch:ListMetrics"),
    "states": Row("stepfunctions", "list_state_machines", {}, "states:ListStateMachines"),
    "hosting": Row("amplify", "list_apps", {}, "amplify:ListApps", "*", 403),
}


@dataclass(frozen=True, slots=True)
class Made:
    """The running local cloud, and what is in it."""

    target: LocalTarget
    names: Mapping[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    state = tmp_path_factory.mktemp("services") / "cloud"
    target = lifecycle.start(state)
    try:
        yield Made(target, _make(target))
    finally:
        lifecycle.stop(state)


def _make(target: LocalTarget) -> Mapping[str, str]:
    names: dict[str, str] = {}
    owner(target, "dynamodb").create_table(
        TableName="notes",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "by", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "byBy",
                "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("i.py", "def handler(event, context):\n    return {'ok': True}\n")
    iam = owner(target, "iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    iam.create_role(RoleName="plain", Path="/path/", AssumeRolePolicyDocument=json.dumps(trust))
    owner(target, "lambda").create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Handler="i.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/path/plain",
        Code={"ZipFile": packed.getvalue()},
    )
    owner(target, "ssm").put_parameter(Name="/amplify/app/secret", Value="x", Type="SecureString")
    names["queue"] = owner(target, "sqs").create_queue(QueueName="jobs")["QueueUrl"]
    owner(target, "sns").create_topic(Name="news")
    names["secret"] = owner(target, "secretsmanager").create_secret(Name="db", SecretString="x")[
        "ARN"
    ]
    key = owner(target, "kms").create_key()["KeyMetadata"]
    owner(target, "kms").create_alias(AliasName="alias/ours", TargetKeyId=key["KeyId"])
    names["key"] = key["Arn"]
    names["pool"] = owner(target, "cognito-idp").create_user_pool(PoolName="p")["UserPool"]["Id"]
    names["identities"] = owner(target, "cognito-identity").create_identity_pool(
        IdentityPoolName="p", AllowUnauthenticatedIdentities=False
    )["IdentityPoolId"]
    owner(target, "logs").create_log_group(logGroupName="/app")
    template = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}
    names["stack"] = owner(target, "cloudformation").create_stack(
        StackName="app", TemplateBody=json.dumps(template)
    )["StackId"]
    names["api"] = owner(target, "appsync").create_graphql_api(
        name="a", authenticationType="API_KEY"
    )["graphqlApi"]["apiId"]
    return names


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, one in names.items():
            value = value.replace(f"{{{name}}}", one)
        return value
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    return [_filled(each, names) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def caller(made: Made) -> Caller:
    return Caller(made.target)


@pytest.mark.parametrize("name", ROWS)
def test_a_service_asks_for_its_action_on_its_resource(
    made: Made, caller: Caller, name: str
) -> None:
    row = ROWS[name]
    resource = _filled(row.resource, made.names)
    client = caller.client(row.service)

    def call() -> Any:
        return getattr(client, row.operation)(**_filled(dict(row.parameters), made.names))

    service = row.action.partition(":")[0]
    caller.allow(allow([f"{service}:None*"]))
    said = row.said or row.action
    assert refused(call) == (
        row.status,
        row.code,
        f"User: {caller.arn} is not authorized to perform: {said} on resource: {resource} "
        f"because no identity-based policy allows the {said} action",
    )
    other = "*" if resource == "*" else f"{resource}-other"
    caller.allow(allow(f"{service}:*" if resource != "*" else f"{service}:None", other))
    assert refused(call)[0] == row.status
    passes = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    caller.allow(allow(row.action, resource), allow("iam:PassRole", Condition=passes))
    call()


def test_ses_has_words_of_its_own(made: Made, caller: Caller) -> None:
    owner(made.target, "ses").verify_email_identity(EmailAddress="me@example.com")
    identity = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/me@example.com"
    caller.allow()
    message = (
        f"User `{caller.arn}' is not authorized to perform `ses:SendEmail' on resource `{identity}'"
    )
    ses = caller.client("ses")
    assert refused(lambda: ses.send_email(**EMAIL)) == (403, "AccessDenied", message)
    body = {"Simple": EMAIL["Message"]}

    def send() -> Any:
        return caller.client("sesv2").send_email(
            FromEmailAddress="Me <me@example.com>", Destination=EMAIL["Destination"], Content=body
        )

    assert refused(send) == (403, "AccessDeniedException", message)
    caller.allow(allow("ses:SendEmail", identity))
    ses.send_email(**EMAIL)
    send()


# -- DynamoDB -------------------------------------------------------------------------------------


def test_leading_keys_and_attributes(made: Made, caller: Caller) -> None:
    caller.allow(
        allow(
            "dynamodb:*",
            [TABLE, f"{TABLE}/index/*"],
            Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}},
        )
    )
    dynamodb = caller.client("dynamodb")

    def query(value: str, name: str = "id", **more: Any) -> Any:
        return dynamodb.query(
            TableName="notes",
            KeyConditionExpression="#k = :v",
            ExpressionAttributeNames={"#k": name},
            ExpressionAttributeValues={":v": {"S": value}},
            **more,
        )

    mine, other = {"id": {"S": "mine"}}, {"id": {"S": "other"}}
    dynamodb.put_item(TableName="notes", Item=mine)
    dynamodb.get_item(TableName="notes", Key=mine)
    query("mine")
    query("mine", "by", IndexName="byBy")
    dynamodb.batch_get_item(RequestItems={"notes": {"Keys": [mine]}})
    for call in (
        lambda: dynamodb.put_item(TableName="notes", Item=other),
        lambda: dynamodb.get_item(TableName="notes", Key=other),
        lambda: query("other"),
        lambda: query("other", "by", IndexName="byBy"),
        lambda: dynamodb.batch_get_item(RequestItems={"notes": {"Keys": [mine, other]}}),
        lambda: dynamodb.transact_write_items(
            TransactItems=[{"Delete": {"TableName": "notes", "Key": other}}]
        ),
    ):
        assert refused(call)[:2] == (400, "AccessDeniedException")
    caller.allow(
        allow(
            "dynamodb:GetItem",
            TABLE,
            Condition={
                "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "title"]},
                "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            },
        )
    )
    dynamodb.get_item(TableName="notes", Key=mine, ProjectionExpression="id, title")
    assert refused(
        lambda: dynamodb.get_item(TableName="notes", Key=mine, ProjectionExpression="secret")
    )


# -- Lambda ---------------------------------------------------------------------------------------


def test_a_functions_own_policy_lets_a_caller_in(made: Made, caller: Caller) -> None:
    caller.allow()
    functions = owner(made.target, "lambda")
    invoke = caller.client("lambda").invoke
    assert refused(lambda: invoke(FunctionName="echo"))[0] == 403
    functions.add_permission(
        FunctionName="echo",
        StatementId="caller",
        Action="lambda:InvokeFunction",
        Principal=caller.role_arn,
    )
    assert invoke(FunctionName="echo")["StatusCode"] == 200
    functions.remove_permission(FunctionName="echo", StatementId="caller")
    assert refused(lambda: invoke(FunctionName="echo"))[0] == 403


def test_a_functions_address_asks_for_its_action(made: Made, caller: Caller) -> None:
    address = owner(made.target, "lambda").create_function_url_config(
        FunctionName="echo", AuthType="AWS_IAM"
    )["FunctionUrl"]
    url_id = address.partition("//")[2].partition(".")[0]
    path = f"/_aws/lambda-url/{url_id}/"

    def ask() -> tuple[int, str]:
        request: Any = AWSRequest("GET", made.target.endpoint + path)
        keys = Credentials(
            caller.keys["AccessKeyId"], caller.keys["SecretAccessKey"], caller.keys["SessionToken"]
        )
        SigV4Auth(keys, "lambda", REGION).add_auth(request)
        answer = httpx.get(request.url, headers=dict(request.headers), trust_env=False)
        return answer.status_code, answer.text

    caller.allow()
    assert ask() == (403, '{"Message": "Forbidden"}')
    condition = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    caller.allow(allow("lambda:InvokeFunctionUrl", FUNCTION, Condition=condition))
    assert ask()[0] == 200


def test_a_function_has_its_roles_rights(made: Made) -> None:
    code = (
        "import boto3, os\n"
        "def handler(event, context):\n"
        "    ssm = boto3.client('ssm', endpoint_url=os.environ['AWS_ENDPOINT_URL'])\n"
        "    try:\n"
        "        return ssm.get_parameter(Name=event['name'])['Parameter']['Value']\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("i.py", code)
    iam = owner(made.target, "iam")
    role = iam.get_role(RoleName="plain")["Role"]["Arn"]
    functions = owner(made.target, "lambda")
    functions.create_function(
        FunctionName="reads",
        Runtime="python3.12",
        Handler="i.handler",
        Role=role,
        Code={"ZipFile": packed.getvalue()},
        Timeout=30,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="reads")

    def answer() -> str:
        payload = json.dumps({"name": "/amplify/app/secret"}).encode()
        found = functions.invoke(FunctionName="reads", Payload=payload)
        return str(json.loads(found["Payload"].read()))

    assert "assumed-role/plain/reads is not authorized to perform: ssm:GetParameter" in answer()
    document = {"Version": "2012-10-17", "Statement": allow("ssm:GetParameter")}
    iam.put_role_policy(RoleName="plain", PolicyName="p", PolicyDocument=json.dumps(document))
    assert answer() != ""
    assert "not authorized" not in answer()


# -- what is not known ----------------------------------------------------------------------------


def test_what_no_action_is_known_for_is_for_administrators(made: Made, caller: Caller) -> None:
    def ask() -> str:
        url = made.target.endpoint + "/"
        headers = {"x-amz-target": "AWSCognitoIdentityProviderService.", "content-type": "x"}
        request: Any = AWSRequest("PATCH", url, headers, b"{}")
        keys = Credentials(
            caller.keys["AccessKeyId"], caller.keys["SecretAccessKey"], caller.keys["SessionToken"]
        )
        SigV4Auth(keys, "cognito-idp", REGION).add_auth(request)
        return httpx.request(
            "PATCH", url, content=b"{}", headers=dict(request.headers), trust_env=False
        ).text

    caller.allow(allow("s3:*"))
    assert "is not authorized to perform: cognito-idp:PATCH" in ask()
    caller.allow(allow("*"))
    assert "is not authorized to perform" not in ask()


def test_anybody_may_ask_who_they_are(caller: Caller) -> None:
    caller.allow({"Effect": "Deny", "Action": "*", "Resource": "*"})
    assert caller.client("sts").get_caller_identity()["Arn"] == caller.arn
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        caller.client("s3").list_buckets()


# -- other ways in --------------------------------------------------------------------------------

SNEAKY: dict[str, tuple[str, str, bytes, dict[str, str], str]] = {
    "a compressed body": (
        "POST",
        "/",
        gzip.compress(b'{"TableName": "notes"}'),
        {
            "x-amz-target": "DynamoDB_20120810.Scan",
            "content-type": "application/x-amz-json-1.0",
            "content-encoding": "gzip",
        },
        "dynamodb",
    ),
    "a form for another service than signed": (
        "POST",
        "/",
        b"Action=CreateUser&UserName=sneaky&Version=2010-05-08",
        {"content-type": "application/x-www-form-urlencoded"},
        "s3",
    ),
    "the emulator's own address": ("GET", "/_ministack/ses/messages", b"", {}, "s3"),
    "a control address": ("GET", "/v20180820/accesspoint/x", b"", {}, "s3"),
    "permission by an invocation's name": (
        "POST",
        "/2015-03-31/functions/echo/policy/invocations",
        b'{"StatementId": "x", "Action": "lambda:*", "Principal": "*"}',
        {"content-type": "application/json"},
        "lambda",
    ),
    "e-mail signed for S3": (
        "POST",
        "/v2/email/outbound-emails",
        json.dumps({"FromEmailAddress": "a@b.c"}).encode(),
        {"content-type": "application/json"},
        "s3",
    ),
    "a target at a bucket's path": (
        "POST",
        "/jobs/key",
        b'{"UserPoolId": "x"}',
        {
            "x-amz-target": "AWSCognitoIdentityProviderService.ListUsers",
            "content-type": "application/x-amz-json-1.1",
        },
        "s3",
    ),
}


@pytest.mark.parametrize("name", SNEAKY)
def test_a_narrow_permission_opens_nothing_else(made: Made, caller: Caller, name: str) -> None:
    method, path, body, headers, service = SNEAKY[name]
    caller.allow(
        allow("s3:*"),
        allow("dynamodb:Scan", f"{TABLE}-other"),
        allow("lambda:InvokeFunction"),
    )
    url = made.target.endpoint + path
    request: Any = AWSRequest(method, url, headers, body)
    keys = Credentials(
        caller.keys["AccessKeyId"], caller.keys["SecretAccessKey"], caller.keys["SessionToken"]
    )
    SigV4Auth(keys, service, REGION).add_auth(request)
    answer = httpx.request(
        method, url, content=body, headers=dict(request.headers), trust_env=False
    )
    # S3 and Lambda themselves have no such address; all else IAM refuses.
    assert answer.status_code in {404, 405} or "is not authorized to perform" in answer.text
    with pytest.raises(ClientError, match="NoSuchEntity"):
        owner(made.target, "iam").get_user(UserName="sneaky")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        owner(made.target, "lambda").get_policy(FunctionName="echo")


def test_a_template_grants_what_it_refers_to(made: Made) -> None:
    cloudformation = owner(made.target, "cloudformation")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    granted = [
        allow("secretsmanager:GetSecretValue", {"Ref": "Secret"}),
        allow("sns:Publish", {"Ref": "Topic"}),
        allow("logs:CreateLogStream", {"Fn::GetAtt": ["Log", "Arn"]}),
    ]
    role = {
        "RoleName": "granted",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [
            {
                "PolicyName": "p",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": granted},
            }
        ],
    }
    resources = {
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "x"}},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Log": {"Type": "AWS::Logs::LogGroup"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
    }
    cloudformation.create_stack(
        StackName="grants",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="grants", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )

    def named(logical_id: str) -> str:
        detail = cloudformation.describe_stack_resource(
            StackName="grants", LogicalResourceId=logical_id
        )
        return str(detail["StackResourceDetail"]["PhysicalResourceId"])

    session = Caller(made.target, role="granted")
    session.client("secretsmanager").get_secret_value(SecretId=named("Secret"))
    session.client("sns").publish(TopicArn=named("Topic"), Message="x")
    session.client("logs").create_log_stream(logGroupName=named("Log"), logStreamName="x")
    assert refused(lambda: session.client("secretsmanager").get_secret_value(SecretId="db"))


# -- roles of others ------------------------------------------------------------------------------


def test_who_gives_a_role_to_a_service_must_be_allowed_to(made: Made, caller: Caller) -> None:
    caller.allow(allow("scheduler:*"))
    schedule = {
        "Name": "passes",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": TARGET,
    }
    create = caller.client("scheduler").create_schedule
    message = refused(lambda: create(**schedule))[2]
    assert f"iam:PassRole on resource: {TARGET['RoleArn']} because no identity" in message
    caller.allow(allow("scheduler:*"), allow("iam:PassRole", TARGET["RoleArn"]))
    create(**schedule)


def test_a_role_may_be_assumed_where_it_names_its_caller(made: Made, caller: Caller) -> None:
    caller.allow()
    iam = owner(made.target, "iam")

    def trusting(principal: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": "sts:AssumeRole",
        }
        return json.dumps({"Version": "2012-10-17", "Statement": statement})

    role = iam.create_role(RoleName="next", AssumeRolePolicyDocument=trusting(ACCOUNT))["Role"]
    assume = caller.client("sts").assume_role

    def assumed() -> Any:
        return assume(RoleArn=role["Arn"], RoleSessionName="next")

    assert refused(assumed) == (
        403,
        "AccessDenied",
        f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: "
        f"{role['Arn']}",
    )
    caller.allow(allow("sts:AssumeRole", role["Arn"]))
    assert assumed()["Credentials"]
    caller.allow()
    iam.update_assume_role_policy(RoleName="next", PolicyDocument=trusting(caller.role_arn))
    assert assumed()["Credentials"]
