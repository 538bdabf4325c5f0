"""Who may assume a role, as a table of trust policies, and with which parameters."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.local_keys import own_keys
from tests.localcloud.identity_pools import Pools
from workbench.localcloud import lifecycle
from workbench.localcloud.server import cdk_bootstrap

pytestmark = pytest.mark.cloud

ACCOUNT = "000000000000"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BY_ACCOUNT = {"AWS": ROOT}
ALLOW_ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
FUNCTION = """
import os
def handler(event, context):
    return {name.lower(): os.environ[name] for name in event}
"""
_numbers = itertools.count()


@dataclass
class Roles:
    """A local cloud's roles, users and their keys."""

    pools: Pools
    iam: Any = field(init=False)
    own: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.iam = self.pools.clients.client("iam")
        keys = own_keys(self.pools.target)
        self.own = {
            "aws_access_key_id": keys.access_key,
            "aws_secret_access_key": keys.secret_key,
        }

    def client(self, service: str, keys: dict[str, str] | None = None) -> Any:
        create: Any = Session().create_client
        return create(
            service,
            region_name=self.pools.clients.region,
            endpoint_url=self.pools.target.endpoint,
            config=Config(parameter_validation=False),
            **(keys or self.own),
        )

    def role(self, *statements: dict[str, Any], policy: Any = None, **more: Any) -> str:
        """A role with a trust policy of these statements; its ARN."""
        given = [{"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in statements]
        name = f"role-{next(_numbers)}"
        document = json.dumps({"Version": "2012-10-17", "Statement": given})
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, **more)
        if policy:
            self.iam.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=json.dumps({"Statement": policy})
            )
        return str(made["Role"]["Arn"])

    def user(self, policy: Any = None) -> tuple[str, dict[str, str]]:
        """A user's ARN and keys."""
        name = f"user-{next(_numbers)}"
        arn = str(self.iam.create_user(UserName=name)["User"]["Arn"])
        if policy:
            self.iam.put_user_policy(
                UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Statement": policy})
            )
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return arn, {
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }

    def assume(
        self, role: str, keys: dict[str, str] | None = None, **asked: Any
    ) -> dict[str, str] | str:
        """The session's keys, or the refusal."""
        try:
            given = {"RoleArn": role, "RoleSessionName": "me", **asked}
            found = self.client("sts", keys).assume_role(**given)["Credentials"]
        except ClientError as refused:
            told = refused.response["Error"]
            return f"{told['Code']}: {told['Message']}"
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    folder = tmp_path_factory.mktemp("assume") / "local-cloud"
    yield Roles(Pools(lifecycle.start(folder)))
    lifecycle.stop(folder)


def denied(caller: str, role: str, action: str = "sts:AssumeRole") -> str:
    return (
        f"AccessDenied: User: {caller} is not authorized to perform: {action} on resource: {role}"
    )


DEVELOPER = f"arn:aws:iam::{ACCOUNT}:user/local"


@pytest.mark.parametrize(
    ("statements", "may"),
    [
        ([{"Principal": BY_ACCOUNT}], True),
        ([{"Principal": {"AWS": ACCOUNT}}], True),
        ([{"Principal": {"AWS": "*"}}], True),
        ([{"Principal": {"AWS": DEVELOPER}}], True),
        ([{"Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/other", ROOT]}}], True),
        ([{"Principal": BY_ACCOUNT}, {"Principal": BY_ACCOUNT, "Effect": "Deny"}], False),
        ([{"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}], False),
        ([{"Principal": {"Service": "lambda.amazonaws.com"}}], False),
        ([{"Principal": {"Federated": "cognito-identity.amazonaws.com"}}], False),
        ([{"Principal": BY_ACCOUNT, "Action": "sts:TagSession"}], False),
        ([], False),
    ],
)
def test_the_developer_assumes_roles_that_trust_the_account(
    roles: Roles, statements: list[dict[str, Any]], *, may: bool
) -> None:
    role = roles.role(*statements)
    found = roles.assume(role)
    if may:
        assert isinstance(found, dict)
        arn = roles.client("sts", found).get_caller_identity()["Arn"]
        assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/me"
    else:
        assert found == denied(DEVELOPER, role)


def test_what_is_not_there_is_refused_in_the_same_words(roles: Roles) -> None:
    nowhere = f"arn:aws:iam::{ACCOUNT}:role/nowhere"
    assert roles.assume(nowhere) == denied(DEVELOPER, nowhere)
    role = roles.role({"Principal": BY_ACCOUNT}, Path="/team/")
    assert isinstance(roles.assume(role), dict)
    without_path = role.replace("/team/", "/")
    assert roles.assume(without_path) == denied(DEVELOPER, without_path)


def test_the_bootstraps_roles_are_the_developers(roles: Roles) -> None:
    for name in cdk_bootstrap.ROLES:
        role = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-{name}-{ACCOUNT}-us-east-1"
        assert isinstance(roles.assume(role), dict), name


def test_a_user_or_role_needs_a_policy_of_its_own_or_to_be_named(roles: Roles) -> None:
    by_account = roles.role({"Principal": BY_ACCOUNT})
    arn, keys = roles.user()
    assert roles.assume(by_account, keys) == denied(arn, by_account)
    assert isinstance(roles.assume(roles.role({"Principal": {"AWS": arn}}), keys), dict)
    _, allowed = roles.user(ALLOW_ASSUME)
    assert isinstance(roles.assume(by_account, allowed), dict)
    chained = roles.assume(roles.role({"Principal": BY_ACCOUNT}, policy=ALLOW_ASSUME))
    assert isinstance(chained, dict)
    assert isinstance(roles.assume(by_account, chained), dict)
    too_long = roles.assume(by_account, chained, DurationSeconds=3601)
    assert "1 hour session limit for roles assumed by role chaining" in too_long


def test_a_condition_on_the_external_id_or_the_sessions_name(roles: Roles) -> None:
    by_id = roles.role(
        {
            "Principal": BY_ACCOUNT,
            "Condition": {"StringEquals": {"sts:ExternalId": "secret"}},
        }
    )
    assert isinstance(roles.assume(by_id, ExternalId="secret"), dict)
    for given in ("", "other"):
        assert roles.assume(by_id, ExternalId=given) == denied(DEVELOPER, by_id)
    by_name = roles.role(
        {
            "Principal": BY_ACCOUNT,
            "Condition": {"StringLike": {"sts:RoleSessionName": "ann-*"}},
        }
    )
    assert isinstance(roles.assume(by_name, RoleSessionName="ann-1"), dict)
    assert roles.assume(by_name) == denied(DEVELOPER, by_name)


def test_session_tags_need_a_trust_in_them(roles: Roles) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    plain = roles.role({"Principal": BY_ACCOUNT})
    assert roles.assume(plain, Tags=tags) == denied(DEVELOPER, plain, "sts:TagSession")
    tagged = roles.role({"Principal": BY_ACCOUNT, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    assert isinstance(roles.assume(tagged, Tags=tags), dict)
    twice = [*tags, {"Key": "Team", "Value": "b"}]
    assert "Duplicate tag keys found" in roles.assume(tagged, Tags=twice)


def test_parameters_are_checked(roles: Roles) -> None:
    role = roles.role({"Principal": BY_ACCOUNT}, MaxSessionDuration=7200)
    assert isinstance(roles.assume(role, DurationSeconds=7200), dict)
    of_aws = "arn:aws:iam::aws:policy/service-role/AmplifyBackendDeployFullAccess"
    assert isinstance(roles.assume(role, PolicyArns=[{"arn": of_aws}]), dict)
    for asked, said in (
        ({"DurationSeconds": 899}, "greater than or equal to 900"),
        ({"DurationSeconds": 43201}, "less than or equal to 43200"),
        ({"DurationSeconds": 7201}, "exceeds the MaxSessionDuration set for this role."),
        ({"RoleSessionName": "x" * 65}, "'roleSessionName' failed to satisfy constraint"),
        ({"RoleSessionName": "a b"}, r"regular expression pattern: [\w+=,.@-]*"),
        ({"RoleArn": f"arn:aws:iam::{ACCOUNT}:user/somebody"}, "is invalid"),
        ({"Policy": "{}"}, "MalformedPolicyDocument"),
        ({"Policy": "x" * 2049}, "less than or equal to 2048"),
        (
            {"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/nowhere"}]},
            "does not match an existing IAM Managed Policy ARN",
        ),
    ):
        found = roles.assume(role, **asked)
        assert isinstance(found, str), asked
        assert said in found


def test_sessions_get_no_sessions(roles: Roles) -> None:
    everything = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    held = roles.assume(roles.role({"Principal": BY_ACCOUNT}, policy=everything))
    assert isinstance(held, dict)
    sts = roles.client("sts", held)
    for action, asked in (("GetSessionToken", {}), ("GetFederationToken", {"Name": "ann"})):
        with pytest.raises(ClientError) as refused:
            sts._make_api_call(action, asked)
        told = refused.value.response["Error"]
        said = f"Cannot call {action} with session credentials"
        assert (told["Code"], told["Message"]) == ("AccessDenied", said)
    own = roles.client("sts")
    with pytest.raises(ClientError, match="less than or equal to 129600"):
        own.get_session_token(DurationSeconds=129601)
    made = own.get_session_token(DurationSeconds=900)["Credentials"]
    again = {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }
    assert roles.client("iam", again).list_roles()["Roles"]


def test_a_function_assumes_what_its_role_may(roles: Roles) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.py", FUNCTION)
    functions = roles.client("lambda")
    by_service = {"Principal": {"Service": "lambda.amazonaws.com"}}
    own = roles.role(by_service)
    functions.create_function(
        FunctionName="assuming",
        Runtime="python3.11",
        Handler="index.handler",
        Role=own,
        Code={"ZipFile": archive.getvalue()},
    )
    by_account, by_name = (roles.role({"Principal": who}) for who in (BY_ACCOUNT, {"AWS": own}))

    payload = json.dumps([name.upper() for name in KEYS]).encode()
    keys = json.loads(functions.invoke(FunctionName="assuming", Payload=payload)["Payload"].read())
    assert isinstance(roles.assume(by_name, keys), dict)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{own.rpartition('/')[2]}/assuming"
    assert roles.assume(by_account, keys) == denied(session, by_account)
    told = roles.client("sts", keys).get_caller_identity()
    role_id = roles.iam.get_role(RoleName=own.rpartition("/")[2])["Role"]["RoleId"]
    assert (told["Arn"], told["UserId"]) == (session, f"{role_id}:assuming")


def test_web_identities_get_what_the_token_says(roles: Roles) -> None:
    pools = roles.pools
    pool = pools.new_identity_pool(AllowClassicFlow=True)
    trusted = {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": pool},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"},
        },
    }
    role = roles.role(trusted)
    identity = pools.identity.get_id(IdentityPoolId=pool)["IdentityId"]
    token = pools.identity.get_open_id_token(IdentityId=identity)["Token"]
    asked = {"RoleArn": role, "RoleSessionName": "web", "WebIdentityToken": token}
    found = roles.client("sts").assume_role_with_web_identity(**asked)
    assert (found["SubjectFromWebIdentityToken"], found["Audience"], found["Provider"]) == (
        identity,
        pool,
        "cognito-identity.amazonaws.com",
    )

    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    roles.iam.put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )
    only_lists = json.dumps(
        {"Version": "2012-10-17", "Statement": {**statement, "Action": "s3:ListAllMyBuckets"}}
    )
    limited = roles.client("sts").assume_role_with_web_identity(**asked, Policy=only_lists)
    files = pools.acting("s3", limited["Credentials"])
    assert files.list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError, match="no session policy allows the s3:CreateBucket action"):
        files.create_bucket(Bucket="mine")

    def refused(**changed: Any) -> str:
        with pytest.raises(ClientError) as problem:
            roles.client("sts").assume_role_with_web_identity(**{**asked, **changed})
        return str(problem.value)

    no = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    other = pools.new_identity_pool(AllowClassicFlow=True)
    guest = pools.identity.get_id(IdentityPoolId=other)["IdentityId"]
    foreign = pools.identity.get_open_id_token(IdentityId=guest)["Token"]
    assert no in refused(WebIdentityToken=foreign)
    assert no in refused(RoleArn=pools.roles["authenticated"])
    assert no in refused(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nowhere")
    assert "greater than or equal to 900" in refused(DurationSeconds=60)
    assert "exceeds the MaxSessionDuration" in refused(DurationSeconds=3601)
    assert "'roleSessionName'" in refused(RoleSessionName="x" * 65)
    assert "Value null at 'roleSessionName'" in refused(RoleSessionName="")
