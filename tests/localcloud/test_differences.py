"""What differs from AWS, shown on a running local cloud: a check for each row of the table."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.function_logs.live_tail import LiveTail
from workbench.function_process.memory import used_megabytes
from workbench.localcloud import lifecycle
from workbench.localcloud.differences import DIFFERENCES, SERVICES
from workbench.localcloud.ministack.patches.cloudformation.unserved_types import TYPES
from workbench.localcloud.ministack.patches.cognito.stored_settings import NOT_SERVED
from workbench.localcloud.server.body_limits import body_limit
from workbench.users.outbound_messages import read_inbox

pytestmark = pytest.mark.cloud

ROLE = "arn:aws:iam::000000000000:role/x"
Check = Callable[["Cloud"], None]
CHECKS: dict[str, Check] = {}


class Cloud:
    """One local cloud for all checks; what they make has names of their own."""

    def __init__(self, clients: Clients, target: LocalTarget, state: Path) -> None:
        self.clients = clients
        self.target = target
        self.state = state

    def client(self, service: str) -> Any:
        return self.clients.client(service)

    def refusal(self, service: str, call: str, **given: Any) -> str:
        """How a call is refused: the code and the message."""
        with pytest.raises((ClientError, BotoCoreError)) as refused:
            getattr(self.client(service), call)(**given)
        return str(refused.value)

    def restart(self) -> None:
        """Stop and start it again, at the same address."""
        lifecycle.stop(self.state)
        assert lifecycle.start(self.state).endpoint == self.target.endpoint

    def function(self, name: str, code: str, runtime: str = "nodejs20.x", **given: Any) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.js" if runtime.startswith("nodejs") else "index.py", code)
        self.client("lambda").create_function(
            FunctionName=name, Runtime=runtime, Role=ROLE, Handler="index.handler",
            Code={"ZipFile": archive.getvalue()}, **given,
        )  # fmt: skip

    def invoke(self, name: str) -> Any:
        return json.load(self.client("lambda").invoke(FunctionName=name)["Payload"])

    def stack(
        self, name: str, resources: dict[str, Any], outputs: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, str]]:
        """Create a stack; returns its status at the end, and its resources' physical ids."""
        formation = self.client("cloudformation")
        template = {"Resources": resources, "Outputs": outputs or {}}
        formation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        formation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )
        found = formation.describe_stack_resources(StackName=name)["StackResources"]
        status = formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return status, {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def query(self, api: dict[str, Any], key: str, text: str) -> Any:
        address = api["uris"]["GRAPHQL"].lower()
        return httpx.post(address, json={"query": text}, headers={"x-api-key": key}).json()


def shows(check: Check) -> Check:
    """The check of the row with the function's name."""
    CHECKS[check.__name__] = check
    return check


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    state = tmp_path_factory.mktemp("differences")
    target = lifecycle.start(state)
    yield Cloud(Clients(target), target, state)
    lifecycle.stop(state)


@pytest.mark.parametrize("name", [each.name for each in DIFFERENCES])
def test_the_local_cloud_differs_as_the_page_says(cloud: Cloud, name: str) -> None:
    CHECKS[name](cloud)


def test_every_row_has_a_check_and_every_service_a_row() -> None:
    assert sorted(each.name for each in DIFFERENCES) == sorted(CHECKS)
    assert {each.service for each in DIFFERENCES} == set(SERVICES)


# -- every service --------------------------------------------------------------------------------


@shows
def one_account(cloud: Cloud) -> None:
    assert cloud.client("sts").get_caller_identity()["Account"] == "000000000000"


@shows
def pages_of_this_machine(cloud: Cloud) -> None:
    def asked(origin: str) -> int:
        headers = {"origin": origin, "x-amz-target": "AWSCognitoIdentityService.GetId"}
        return httpx.post(cloud.target.endpoint, json={}, headers=headers).status_code

    assert asked("https://example.com") == 403
    assert asked("http://localhost:5173") != 403


@shows
def old_signatures(cloud: Cloud) -> None:
    for header in ("AWS AKIAEXAMPLE:c2lnbmF0dXJl", "AWS4-ECDSA-P256-SHA256 Credential=AKIA/x"):
        answer = httpx.get(
            f"{cloud.target.endpoint}/some-bucket", headers={"authorization": header}
        )
        assert answer.status_code in (400, 403), answer.text


@shows
def no_throttling(cloud: Cloud) -> None:
    ssm = cloud.client("ssm")
    for number in range(60):  # AWS: 3 PutParameter a second
        ssm.put_parameter(Name="/many", Value=str(number), Type="String", Overwrite=True)


@shows
def addresses_of_this_machine(cloud: Cloud) -> None:
    code = "exports.handler = async () => 'hello'"
    function = {"Runtime": "nodejs20.x", "Handler": "index.handler", "Role": ROLE,
                "Code": {"ZipFile": code}}  # fmt: skip
    public = {"TargetFunctionArn": {"Fn::GetAtt": ["F", "Arn"]}, "AuthType": "NONE"}
    resources = {
        "F": {"Type": "AWS::Lambda::Function", "Properties": function},
        "U": {"Type": "AWS::Lambda::Url", "Properties": public},
        "P": {"Type": "AWS::Lambda::Permission", "Properties": {
            "Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE",
            "FunctionName": {"Ref": "F"}}},
    }  # fmt: skip
    outputs = {"Url": {"Value": {"Fn::GetAtt": ["U", "FunctionUrl"]}}}
    cloud.stack("addresses", resources, outputs)
    found = cloud.client("cloudformation").describe_stacks(StackName="addresses")["Stacks"][0]
    (address,) = (each["OutputValue"] for each in found["Outputs"])
    port = cloud.target.endpoint.rpartition(":")[2]
    assert f":{port}/" in address
    assert httpx.get(address).text == "hello"


# -- Cognito --------------------------------------------------------------------------------------


@shows
def messages_stay_here(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="messages")["UserPool"]["Id"]
    address: Any = [{"Name": "email", "Value": "ann@example.com"}]
    cognito.admin_create_user(UserPoolId=pool, Username="ann", UserAttributes=address)
    (message,) = read_inbox(cloud.target, pool)
    assert (message.recipient, message.kind) == ("ann@example.com", "invitation")


@shows
def no_threat_protection(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    add_ons: Any = {"AdvancedSecurityMode": "ENFORCED"}
    pool = cognito.create_user_pool(PoolName="risk", UserPoolAddOns=add_ons)["UserPool"]["Id"]
    block: Any = {"Actions": {"EventAction": "BLOCK"}}
    cognito.set_risk_configuration(UserPoolId=pool, CompromisedCredentialsRiskConfiguration=block)
    kept = cognito.describe_risk_configuration(UserPoolId=pool)["RiskConfiguration"]
    assert kept["CompromisedCredentialsRiskConfiguration"] == block
    cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="ann", Password="Password1!", Permanent=True
    )


def _sign_in_page(cloud: Cloud, pool: str, provider: str, **asked: str) -> httpx.Response:
    """The hosted sign-in of a new client, which has a branding of its own."""
    cognito = cloud.client("cognito-idp")
    back = "http://localhost:3000"
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", CallbackURLs=[back], AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"], AllowedOAuthFlowsUserPoolClient=True,
        SupportedIdentityProviders=[provider],
    )["UserPoolClient"]["ClientId"]  # fmt: skip
    of: Any = {"UserPoolId": pool, "ClientId": client}
    made = cognito.create_managed_login_branding(**of, Settings={"colour": "#c0ffee"})
    assert made["ManagedLoginBranding"]["Settings"] == {"colour": "#c0ffee"}
    more = {"client_id": client, "redirect_uri": back, "response_type": "code", "scope": "openid"}
    return httpx.get(
        f"{cloud.target.endpoint}/oauth2/authorize", params={**more, **asked},
        follow_redirects=True,
    )  # fmt: skip


@shows
def plain_pages(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="pages")["UserPool"]["Id"]
    page = _sign_in_page(cloud, pool, "COGNITO")
    assert page.status_code == 200, page.text
    assert "c0ffee" not in page.text


@shows
def a_page_stands_in(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="google")["UserPool"]["Id"]
    cognito.create_identity_provider(
        UserPoolId=pool, ProviderName="Google", ProviderType="Google",
        ProviderDetails={"client_id": "x", "client_secret": "x", "authorize_scopes": "email"},
    )  # fmt: skip
    page = _sign_in_page(cloud, pool, "Google", identity_provider="Google")
    assert "stands in" in page.text


@shows
def codes_not_limited(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="codes", AutoVerifiedAttributes=["email"])
    client = cognito.create_user_pool_client(UserPoolId=pool["UserPool"]["Id"], ClientName="c")[
        "UserPoolClient"
    ]["ClientId"]
    address: Any = [{"Name": "email", "Value": "ann@example.com"}]
    cognito.sign_up(ClientId=client, Username="ann", Password="Passw0rd!x", UserAttributes=address)
    for _ in range(30):
        cognito.resend_confirmation_code(ClientId=client, Username="ann")


@shows
def actions_not_served(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="replicas")["UserPool"]["Id"]
    told = cloud.refusal("cognito-idp", "list_user_pool_replicas", UserPoolId=pool)
    assert "UnsupportedOperationException" in told
    assert NOT_SERVED["ListUserPoolReplicas"] in told


@shows
def restart_forgives(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="guesses")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    of: Any = {"UserPoolId": pool, "Username": "ann"}
    cognito.admin_create_user(**of, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**of, Password="Passw0rd!x", Permanent=True)

    def sign_in(password: str) -> str:
        given = {"USERNAME": "ann", "PASSWORD": password}
        try:
            cognito.initiate_auth(
                ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
            )
        except ClientError as error:
            return str(error)
        return ""

    told = [sign_in("wrong-passw0rd") for _ in range(12)][-1]
    assert "Password attempts exceeded" in told
    cloud.restart()
    assert sign_in("Passw0rd!x") == ""


@shows
def foreign_tokens(cloud: Cloud) -> None:
    identities = cloud.client("cognito-identity")
    pool = identities.create_identity_pool(
        IdentityPoolName="foreign",
        AllowUnauthenticatedIdentities=False,
        SupportedLoginProviders={"accounts.google.com": "client"},
    )["IdentityPoolId"]
    now = int(time.time())
    told = {"iss": "https://accounts.google.com", "aud": "client", "sub": "1", "exp": now + 60}
    parts = [json.dumps(each).encode() for each in ({"alg": "RS256", "kid": "none"}, told)]
    encoded = [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts]
    logins = {"accounts.google.com": f"{encoded[0]}.{encoded[1]}.bm9uZQ"}
    assert identities.get_id(IdentityPoolId=pool, Logins=logins)["IdentityId"]


@shows
def own_key_may_all(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), _bucket(cloud)
    every = f"arn:aws:s3:::{bucket}/*"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": every}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [deny]}))
    s3.put_object(Bucket=bucket, Key="mine", Body=b"x")
    s3.delete_bucket_policy(Bucket=bucket)


@shows
def policies_at_once(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )["Role"]["Arn"]
    keys = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    reader = boto3.client(
        "ssm", endpoint_url=cloud.target.endpoint, region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )  # fmt: skip
    for effect, allowed in (("", False), ("Allow", True), ("Deny", False)):
        if effect:
            rule = {"Effect": effect, "Action": "ssm:DescribeParameters", "Resource": "*"}
            iam.put_role_policy(
                RoleName="reader", PolicyName="p", PolicyDocument=json.dumps({"Statement": [rule]})
            )
        try:
            reader.describe_parameters()
            assert allowed
        except ClientError as refused:
            assert not allowed, refused
            assert "AccessDenied" in str(refused)


# -- AppSync --------------------------------------------------------------------------------------


def _api(cloud: Cloud, name: str, sources: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """An API with a field for each data source, which answers with the time of its request."""
    appsync = cloud.client("appsync")
    api = appsync.create_graphql_api(name=name, authenticationType="API_KEY")["graphqlApi"]
    key = appsync.create_api_key(apiId=api["apiId"])["apiKey"]["id"]
    fields = " ".join(f"{each}: String" for each in sources)
    schema = f"type Query {{ {fields} }}".encode()
    appsync.start_schema_creation(apiId=api["apiId"], definition=schema)
    for field, settings in sources.items():
        appsync.create_data_source(apiId=api["apiId"], name=field, **settings)
        appsync.create_resolver(
            apiId=api["apiId"], typeName="Query", fieldName=field, dataSourceName=field,
            requestMappingTemplate='{"version": "2018-05-29", "operation": "GET", "payload": '
            '"$util.time.nowEpochMilliSeconds()"}',
            responseMappingTemplate="#if($ctx.error)$util.error($ctx.error.message, "
            "$ctx.error.type)#end $util.toJson($ctx.result)",
        )  # fmt: skip
    return api, key


@shows
def capital_addresses(cloud: Cloud) -> None:
    appsync = cloud.client("appsync")
    api = appsync.create_graphql_api(name="addresses", authenticationType="API_KEY")["graphqlApi"]
    port = cloud.target.endpoint.rpartition(":")[2]
    assert re.match(rf"HTTP://127\.0\.0\.1:{port}/v1/apis/\w+/graphql$", api["uris"]["GRAPHQL"])
    assert f":{port}/" in api["uris"]["REALTIME"]


@shows
def two_kinds_of_nothing(cloud: Cloud) -> None:
    code = """
export function request(ctx) {
  const { absent, none } = ctx.args;
  return [absent === null, none === undefined, absent === none];
}
export function response() {}
"""
    answer = cloud.client("appsync").evaluate_code(
        runtime={"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"},
        code=code,
        context=json.dumps({"arguments": {"none": None}}),
        function="request",
    )
    assert json.loads(answer["evaluationResult"]) == [True, True, False]


@shows
def no_sql_and_search(cloud: Cloud) -> None:
    region = {"awsRegion": "us-east-1"}
    sql = {"relationalDatabaseSourceType": "RDS_HTTP_ENDPOINT", "rdsHttpEndpointConfig": region}
    search = {"endpoint": "https://search.example.com", **region}
    api, key = _api(
        cloud,
        "absent",
        {
            "sql": {"type": "RELATIONAL_DATABASE", "relationalDatabaseConfig": sql},
            "find": {"type": "AMAZON_OPENSEARCH_SERVICE", "openSearchServiceConfig": search},
        },
    )
    errors = cloud.query(api, key, "{ sql find }")["errors"]
    assert [each["errorType"] for each in errors] == ["NotAvailableLocally"] * 2


@shows
def no_bedrock(cloud: Cloud) -> None:
    api, key = _api(cloud, "bedrock", {"say": {"type": "AMAZON_BEDROCK_RUNTIME"}})
    (error,) = cloud.query(api, key, "{ say }")["errors"]
    assert "needs AWS Bedrock" in error["message"]
    message: Any = [{"role": "user", "content": [{"text": "Hello"}]}]
    told = cloud.refusal("bedrock-runtime", "converse", modelId="any", messages=message)
    assert "needs AWS Bedrock" in told


@shows
def no_cache(cloud: Cloud) -> None:
    api, key = _api(cloud, "cached", {"now": {"type": "NONE"}})
    cloud.client("appsync").create_api_cache(
        apiId=api["apiId"], ttl=3600, apiCachingBehavior="FULL_REQUEST_CACHING", type="SMALL"
    )
    times = set()
    for _ in range(2):
        times.add(cloud.query(api, key, "{ now }")["data"]["now"])
        time.sleep(0.005)
    assert len(times) == 2


@shows
def no_custom_domains(cloud: Cloud) -> None:
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/1"
    told = cloud.refusal(
        "appsync", "create_domain_name", domainName="api.example.com", certificateArn=certificate
    )
    assert "NotFoundException" in told


# -- DynamoDB -------------------------------------------------------------------------------------


@shows
def no_capacity(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    _table(
        dynamodb, "small", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    )
    large = {"S": "x" * 200_000}  # 196 write units each
    for number in range(20):
        dynamodb.put_item(TableName="small", Item={"id": {"S": str(number)}, "text": large})


@shows
def indexes_at_once(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    _table(dynamodb, "indexed", BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[{
        "IndexName": "byId", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }])  # fmt: skip
    for number in range(50):
        of = {"S": str(number)}
        dynamodb.put_item(TableName="indexed", Item={"id": of})
        found = dynamodb.query(
            TableName="indexed", IndexName="byId", KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": of},
        )  # fmt: skip
        assert found["Count"] == 1


def _table(dynamodb: Any, name: str, **more: Any) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **more,
    )


# -- Lambda ---------------------------------------------------------------------------------------


@shows
def your_node(cloud: Cloud) -> None:
    from workbench.project.node_runtime import find_node

    own = "v" + ".".join(map(str, find_node().version))
    cloud.function("newer", "exports.handler = async () => process.version", "nodejs99.x")
    assert cloud.invoke("newer") == own


@shows
def memory_on_linux(_cloud: Cloud) -> None:
    # That it is ended there is shown in tests/localcloud/ministack/functions/test_invocations.py.
    class NotInProc:
        pid = "none"

    assert used_megabytes(NotInProc()) == 0


@shows
def readable_files(cloud: Cloud) -> None:
    # What it may write is shown in tests/localcloud/ministack/functions/test_environment.py.
    code = f"exports.handler = async () => require('node:fs').existsSync({json.dumps(__file__)})"
    cloud.function("reads", code)
    assert cloud.invoke("reads") is True


@shows
def folders_of_its_own(cloud: Cloud) -> None:
    code = "exports.handler = async () => [__dirname, process.env.LAMBDA_TASK_ROOT]"
    cloud.function("placed", code)
    place, root = cloud.invoke("placed")
    assert place == root != "/var/task"


@shows
def no_foreign_layers(cloud: Cloud) -> None:
    layer = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38"
    code = "exports.handler = async () => require('node:fs').existsSync('/opt/extensions')"
    cloud.function("layered", code, Layers=[layer])
    assert cloud.invoke("layered") is Path("/opt/extensions").exists()


@shows
def other_runtimes(cloud: Cloud) -> None:
    cloud.function("java", "class Index {}", "java21")
    assert cloud.invoke("java")["errorType"] == "NotAvailableLocally"


@shows
def no_images(cloud: Cloud) -> None:
    image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/some:1"
    cloud.client("lambda").create_function(
        FunctionName="image", PackageType="Image", Role=ROLE, Code={"ImageUri": image}
    )
    assert "Docker" in cloud.invoke("image")["errorMessage"]


@shows
def one_batch_of_a_shard(cloud: Cloud) -> None:
    code = """exports.handler = async () => {
      const from = Date.now(); await new Promise(done => setTimeout(done, 50));
      console.log('ran', from, Date.now()); }"""
    cloud.function("parallel", code)
    kinesis, logs = cloud.client("kinesis"), cloud.client("logs")
    kinesis.create_stream(StreamName="parallel", ShardCount=1)
    for key in "abc":
        kinesis.put_record(StreamName="parallel", Data=b"1", PartitionKey=key)
    mapping = cloud.client("lambda").create_event_source_mapping(
        FunctionName="parallel", StartingPosition="TRIM_HORIZON", BatchSize=1,
        EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/parallel",
        ParallelizationFactor=10,
    )  # fmt: skip
    assert mapping["ParallelizationFactor"] == 10
    times: list[int] = []
    deadline = time.monotonic() + 30
    while len(times) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            found = logs.filter_log_events(logGroupName="/aws/lambda/parallel")["events"]
            lines = [each["message"] for each in found]
            times = [int(at) for line in lines for at in re.findall(r"\b\d{13}\b", line)]
    assert len(times) == 6 and times == sorted(times)


# -- S3 -------------------------------------------------------------------------------------------


@shows
def tailed_before_the_first_run(cloud: Cloud) -> None:
    cloud.function(
        "talks", "exports.handler = async () => { for (let n = 0; n < 600; n++) console.log(n) }"
    )
    logs = cloud.client("logs")
    group = "/aws/lambda/talks"
    arn = f"arn:aws:logs:{cloud.clients.region}:000000000000:log-group:{group}"
    tail = LiveTail(logs, [arn])
    updates = tail.updates()
    assert next(updates).begins
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
    cloud.invoke("talks")
    lines: list[str] = []
    while not any(line.startswith("REPORT") for line in lines):
        update = next(updates)
        assert not update.sampled
        lines += [event.message for _, event in update.events]
    tail.close()
    assert sum("\tINFO\t" in line for line in lines) == 600


def _bucket(cloud: Cloud) -> str:
    cloud.client("s3").create_bucket(Bucket="differences")
    return "differences"


@shows
def objects_of_512_mb(_cloud: Cloud) -> None:
    # That it is refused is shown in tests/localcloud/server/test_request_limits.py, for less.
    found = body_limit("PUT", "/bucket/key", {})
    assert (found.bytes, found.code) == (512 * 2**20, "EntityTooLarge")


@shows
def no_select(cloud: Cloud) -> None:
    csv: Any = {"CSV": {}}
    told = cloud.refusal(
        "s3", "select_object_content", Bucket=_bucket(cloud), Key="a", Expression="select 1",
        ExpressionType="SQL", InputSerialization=csv, OutputSerialization=csv,
    )  # fmt: skip
    assert "MethodNotAllowed" in told


@shows
def no_acceleration(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), _bucket(cloud)
    s3.put_bucket_accelerate_configuration(
        Bucket=bucket, AccelerateConfiguration={"Status": "Enabled"}
    )
    past: Any = {"ID": "old", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [past]})
    assert s3.get_bucket_accelerate_configuration(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["ID"] == "old"
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    assert "Expiration" not in s3.head_object(Bucket=bucket, Key="kept")


# -- CloudFormation -------------------------------------------------------------------------------


@shows
def unknown_types(cloud: Cloud) -> None:
    resources = {"A": {"Type": "AWS::VpcLattice::Service", "Properties": {}}}
    told = cloud.refusal(
        "cloudformation", "create_stack", StackName="unknown",
        TemplateBody=json.dumps({"Resources": resources}),
    )  # fmt: skip
    assert "Unrecognized resource types: [AWS::VpcLattice::Service]" in told


@shows
def recorded_types(cloud: Cloud) -> None:
    properties = {"MapName": "streets", "Configuration": {"Style": "VectorEsriStreets"}}
    resources = {
        "Map": {"Type": "AWS::Location::Map", "Properties": properties},
        "App": {"Type": "AWS::Pinpoint::App", "Properties": {"Name": "app"}},
    }
    assert {each["Type"] for each in resources.values()} <= set(TYPES)
    status, ids = cloud.stack("recorded", resources)
    assert (status, ids["Map"]) == ("CREATE_COMPLETE", "streets")


@shows
def native_resources(cloud: Cloud) -> None:
    says = "throw new Error('it ran'); // aws-cdk:auto-delete-objects autoDeleteHandler"
    cloud.function("cleaner", says)
    token = "arn:aws:lambda:us-east-1:000000000000:function:cleaner"
    properties = {"ServiceToken": token, "BucketName": _bucket(cloud)}
    resources = {"Clean": {"Type": "Custom::S3AutoDeleteObjects", "Properties": properties}}
    assert cloud.stack("native", resources)[0] == "CREATE_COMPLETE"
    assert "it ran" in cloud.invoke("cleaner")["errorMessage"]


@shows
def bootstrapped(cloud: Cloud) -> None:
    version = cloud.client("ssm").get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
    assert int(version["Parameter"]["Value"]) > 0


@shows
def no_stack_sets(cloud: Cloud) -> None:
    told = cloud.refusal(
        "cloudformation", "create_stack_set", StackSetName="none", TemplateBody="{}"
    )
    assert "Unknown action: CreateStackSet" in told


# -- the rest -------------------------------------------------------------------------------------


@shows
def local_stages(cloud: Cloud) -> None:
    made = cloud.client("apigatewayv2").create_api(Name="stages", ProtocolType="HTTP")
    port = cloud.target.endpoint.rpartition(":")[2]
    assert made["ApiEndpoint"].endswith(f".execute-api.localhost:{port}")
    domain = cloud.client("apigatewayv2").create_domain_name(DomainName="api.example.com")
    assert domain["DomainName"] == "api.example.com"
    gateway = cloud.client("apigateway")
    plan = gateway.create_usage_plan(name="slow", throttle={"rateLimit": 1, "burstLimit": 1})
    assert gateway.get_usage_plan(usagePlanId=plan["id"])["throttle"]["rateLimit"] == 1


@shows
def no_sms(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    assert sns.publish(PhoneNumber="+15555550100", Message="Hello")["MessageId"]
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    assert sns.publish(TopicArn=topic, Message="Hello")["MessageId"]


@shows
def keys_in_the_state(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    lifecycle.stop(cloud.state)
    files = [each for each in (cloud.state / "state").rglob("*") if each.is_file()]
    assert any(key.encode() in each.read_bytes() for each in files)
    cloud.restart()
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"text"


@shows
def verified_at_once(cloud: Cloud) -> None:
    ses = cloud.client("ses")
    ses.verify_email_identity(EmailAddress="me@example.com")
    found = ses.get_identity_verification_attributes(Identities=["me@example.com"])
    status = found["VerificationAttributes"]["me@example.com"]["VerificationStatus"]
    assert status == "Success"


@shows
def no_web_sites(cloud: Cloud) -> None:
    app = cloud.client("amplify").create_app(name="site")["app"]["appId"]
    told = cloud.refusal("amplify", "create_deployment", appId=app, branchName="main")
    assert "The local cloud serves no web sites" in told


@shows
def no_dns(cloud: Cloud) -> None:
    amplify = cloud.client("amplify")
    app = amplify.create_app(name="domains")["app"]["appId"]
    made = amplify.create_domain_association(
        appId=app, domainName="example.com", subDomainSettings=[]
    )["domainAssociation"]
    assert made["domainStatus"] == "PENDING_VERIFICATION"
    assert "asks no DNS" in made["statusReason"]


@shows
def no_ai(cloud: Cloud) -> None:
    for service, call in (
        ("rekognition", "list_collections"),
        ("polly", "describe_voices"),
        ("comprehend", "list_endpoints"),
        ("pinpoint", "get_apps"),
    ):
        cloud.refusal(service, call)
    told = cloud.refusal(
        "translate", "translate_text", Text="a", SourceLanguageCode="en", TargetLanguageCode="de"
    )
    assert "needs Amazon Translate" in told
    assert "needs Amazon Transcribe" in cloud.refusal("transcribe", "list_transcription_jobs")
