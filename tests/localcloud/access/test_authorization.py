"""Credentials that the local cloud issued may do what their policies say, and no more."""

from __future__ import annotations

import asyncio
import itertools
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import aclosing, suppress
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.access.callers import (
    ACCOUNT,
    TRUST,
    Caller,
    allow,
    numbers,
    owner,
    refused,
)
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.contract import IAM_PATH
from workbench.localcloud.refusal_stream import refusals
from workbench.model.refused_calls import RefusedCall

pytestmark = pytest.mark.cloud

BUCKET = "iam-files"
SOON = {"Delay": 1, "MaxAttempts": 20}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    state = tmp_path_factory.mktemp("iam") / "cloud"
    target = lifecycle.start(state)
    s3 = owner(target, "s3")
    s3.create_bucket(Bucket=BUCKET)
    for key in ("public/a", "public/b", "private/a", "private/b"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    yield target
    lifecycle.stop(state)


# -- S3 -------------------------------------------------------------------------------------------

READS = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/public/*")
WRITES = allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/public/*")
DELETES = allow("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/public/*")
LISTS = allow(
    "s3:ListBucket",
    f"arn:aws:s3:::{BUCKET}",
    Condition={"StringLike": {"s3:prefix": ["public/*", "public/"]}},
)
S3_CALLS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "get": ("get_object", {"Key": "{}/a"}, "s3:GetObject", "{}/a"),
    "head": ("head_object", {"Key": "{}/a"}, "s3:GetObject", "{}/a"),
    "attributes": (
        "get_object_attributes",
        {"Key": "{}/a", "ObjectAttributes": ["ObjectSize"]},
        "s3:GetObjectAttributes",
        "{}/a",
    ),
    "put": ("put_object", {"Key": "{}/new", "Body": b"x"}, "s3:PutObject", "{}/new"),
    "delete": ("delete_object", {"Key": "{}/new"}, "s3:DeleteObject", "{}/new"),
    "multipart": ("create_multipart_upload", {"Key": "{}/big"}, "s3:PutObject", "{}/big"),
    "list": ("list_objects_v2", {"Prefix": "{}/"}, "s3:ListBucket", ""),
    "list, old": ("list_objects", {"Prefix": "{}/"}, "s3:ListBucket", ""),
    "tags": ("get_object_tagging", {"Key": "{}/a"}, "s3:GetObjectTagging", "{}/a"),
    "copy": (
        "copy_object",
        {"Key": "{}/copy", "CopySource": f"{BUCKET}/public/a"},
        "s3:PutObject",
        "{}/copy",
    ),
    "copy's source": (
        "copy_object",
        {"Key": "public/copy", "CopySource": BUCKET + "/{}/a"},
        "s3:GetObject",
        "{}/a",
    ),
}


@pytest.fixture(scope="module")
def visitor(cloud: LocalTarget) -> Caller:
    """May read, write, list and delete below public/."""
    more = allow(["s3:GetObjectAttributes", "s3:GetObjectTagging"], READS["Resource"])
    return Caller(cloud, READS, WRITES, DELETES, LISTS, more)


@pytest.mark.parametrize("name", S3_CALLS)
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_s3_asks_for_each_call(visitor: Caller, name: str, style: str) -> None:
    operation, parameters, action, key = S3_CALLS[name]
    s3 = visitor.client("s3", s3={"addressing_style": style})

    def call(folder: str) -> Any:
        filled = {
            parameter: value.format(folder) if isinstance(value, str) else value
            for parameter, value in parameters.items()
        }
        return getattr(s3, operation)(Bucket=BUCKET, **filled)

    call("public")
    status, code, message = refused(lambda: call("private"))
    assert status == 403
    if name == "head":
        assert (code, message) == ("403", "Forbidden")
        return
    resource = f"arn:aws:s3:::{BUCKET}" + (f"/{key.format('private')}" if key else "")
    assert (code, message) == (
        "AccessDenied",
        f"User: {visitor.arn} is not authorized to perform: {action} on resource: "
        f'"{resource}" because no identity-based policy allows the {action} action',
    )


def test_a_presigned_address_is_allowed_what_its_signer_is(visitor: Caller) -> None:
    s3 = visitor.client("s3", signature_version="s3v4")

    def address(operation: str, key: str) -> str:
        return str(s3.generate_presigned_url(operation, {"Bucket": BUCKET, "Key": key}))

    assert httpx.get(address("get_object", "public/a")).text == "public/a"
    read = httpx.get(address("get_object", "private/a"))
    assert (read.status_code, "<Code>AccessDenied</Code>" in read.text) == (403, True)
    assert httpx.put(address("put_object", "public/up"), content=b"x").status_code == 200
    assert httpx.put(address("put_object", "private/up"), content=b"x").status_code == 403


def test_an_upload_form_is_allowed_what_its_signer_is(visitor: Caller) -> None:
    s3 = visitor.client("s3", signature_version="s3v4")
    for folder, status in (("public", 204), ("private", 403)):
        form = s3.generate_presigned_post(BUCKET, f"{folder}/form")
        answer = httpx.post(form["url"], data=form["fields"], files={"file": b"x"})
        assert answer.status_code == status
    assert "s3:PutObject" in answer.text


def test_a_list_of_deletions_is_refused_key_by_key(cloud: LocalTarget, visitor: Caller) -> None:
    owner(cloud, "s3").put_object(Bucket=BUCKET, Key="public/gone", Body=b"x")
    s3 = visitor.client("s3")
    keys = ["public/gone", "private/a"]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    assert [each["Key"] for each in answer["Deleted"]] == ["public/gone"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [
        ("private/a", "AccessDenied")
    ]
    answer = s3.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": "private/a"}], "Quiet": True}
    )
    assert len(answer["Errors"]) == 1
    assert owner(cloud, "s3").head_object(Bucket=BUCKET, Key="private/a")


def test_only_who_may_list_learns_what_is_missing(cloud: LocalTarget) -> None:
    reader = Caller(cloud, allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*"))
    s3 = reader.client("s3")
    status, code, message = refused(lambda: s3.get_object(Bucket=BUCKET, Key="public/none"))
    assert (status, code) == (403, "AccessDenied")
    assert "s3:ListBucket" in message
    reader.allow(allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*"), LISTS)
    found = refused(lambda: s3.get_object(Bucket=BUCKET, Key="public/none"))
    assert found[:2] == (404, "NoSuchKey")


def test_a_bucket_policy_opens_and_closes(cloud: LocalTarget) -> None:
    caller = Caller(cloud)
    s3 = caller.client("s3")
    bucket = f"iam-policy-{next(numbers)}"
    owner(cloud, "s3").create_bucket(Bucket=bucket)
    owner(cloud, "s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    assert refused(lambda: s3.get_object(Bucket=bucket, Key="a"))[0] == 403

    def put_policy(effect: str) -> None:
        statement = {
            "Effect": effect,
            "Principal": {"AWS": caller.role_arn},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        owner(cloud, "s3").put_bucket_policy(
            Bucket=bucket,
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    put_policy("Allow")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    caller.allow(allow("s3:*"))
    put_policy("Deny")
    message = refused(lambda: s3.get_object(Bucket=bucket, Key="a"))[2]
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_what_everybody_may_read_a_caller_may_too(cloud: LocalTarget) -> None:
    bucket = f"iam-open-{next(numbers)}"
    owner(cloud, "s3").create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter")
    owner(cloud, "s3").delete_public_access_block(Bucket=bucket)
    owner(cloud, "s3").put_object(Bucket=bucket, Key="open", Body=b"x", ACL="public-read")
    caller = Caller(cloud)
    s3 = caller.client("s3")
    assert s3.get_object(Bucket=bucket, Key="open")
    assert refused(lambda: s3.put_object(Bucket=bucket, Key="open", Body=b"y"))
    caller.allow({"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
    assert refused(lambda: s3.get_object(Bucket=bucket, Key="open"))


# -- who is told ----------------------------------------------------------------------------------


def test_refusals_are_told_as_they_happen(cloud: LocalTarget) -> None:
    caller = Caller(cloud, READS)
    s3 = caller.client("s3")
    heard: queue.Queue[RefusedCall | None] = queue.Queue()

    async def listen() -> None:
        stream = refusals(cloud)
        async with aclosing(stream), asyncio.timeout(40):
            async for call in stream:
                if isinstance(call, bool):
                    continue
                if call.role == caller.role:
                    heard.put(call)
                    return
                if call.caller == "first":
                    heard.put(None)

    thread = threading.Thread(target=lambda: asyncio.run(listen()))
    thread.start()
    until_heard(cloud, heard)
    refused(lambda: s3.put_object(Bucket=BUCKET, Key="private/x", Body=b"x"))
    thread.join(30)
    told = [call for call in iter_of(heard) if call is not None]
    assert [(call.action, call.resource) for call in told] == [
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/private/x")
    ]
    assert (told[0].caller_kind, told[0].caller, told[0].times) == ("role", caller.role, 1)


def iter_of(heard: queue.Queue[RefusedCall | None]) -> Iterator[RefusedCall | None]:
    with suppress(queue.Empty):
        while True:
            yield heard.get_nowait()


def until_heard(cloud: LocalTarget, heard: queue.Queue[RefusedCall | None]) -> None:
    """Be refused as the user ``first`` until the listener hears it."""
    iam = owner(cloud, "iam")
    iam.create_user(UserName="first")
    key = iam.create_access_key(UserName="first")["AccessKey"]
    given: dict[str, Any] = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
        "endpoint_url": cloud.endpoint,
    }
    s3 = boto3.client("s3", region_name="us-east-1", **given)
    for number in itertools.count():
        refused(lambda number=number: s3.get_object(Bucket=BUCKET, Key=f"{number}"))  # type: ignore[misc]
        with suppress(queue.Empty):
            heard.get(timeout=0.2)
            return


# -- roles and sessions ---------------------------------------------------------------------------


def test_a_change_of_a_role_counts_at_once(cloud: LocalTarget) -> None:
    caller = Caller(cloud)
    s3 = caller.client("s3")
    iam = owner(cloud, "iam")

    def reads() -> bool:
        try:
            s3.get_object(Bucket=BUCKET, Key="public/a")
        except ClientError:
            return False
        return True

    assert not reads()
    document = json.dumps({"Version": "2012-10-17", "Statement": [READS]})
    policy = iam.create_policy(PolicyName=f"reads-{caller.role}", PolicyDocument=document)
    arn = policy["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=caller.role, PolicyArn=arn)
    assert reads()
    other = json.dumps({"Version": "2012-10-17", "Statement": [WRITES]})
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    assert not reads()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    assert reads()
    iam.put_role_permissions_boundary(RoleName=caller.role, PermissionsBoundary=arn)
    assert reads()
    iam.detach_role_policy(RoleName=caller.role, PolicyArn=arn)
    assert not reads()
    caller.allow(READS)
    assert reads()
    iam.delete_role_policy(RoleName=caller.role, PolicyName="given")
    assert not reads()


def test_a_session_policy_and_tags(cloud: LocalTarget) -> None:
    only_writes = json.dumps({"Version": "2012-10-17", "Statement": [WRITES]})
    caller = Caller(cloud, allow("s3:*"), Policy=only_writes)
    caller.client("s3").put_object(Bucket=BUCKET, Key="public/session", Body=b"x")
    message = refused(lambda: caller.client("s3").get_object(Bucket=BUCKET, Key="public/a"))[2]
    assert message.endswith("because no session policy allows the s3:GetObject action")
    tagged = Caller(
        cloud,
        allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/folder}}/*"),
        Tags=[{"Key": "folder", "Value": "public"}],
    )
    assert tagged.client("s3").get_object(Bucket=BUCKET, Key="public/a")
    assert refused(lambda: tagged.client("s3").get_object(Bucket=BUCKET, Key="private/a"))


def test_a_templates_boundary_limits_its_role(cloud: LocalTarget) -> None:
    cloudformation, sts = owner(cloud, "cloudformation"), owner(cloud, "sts")
    boundary = owner(cloud, "iam").create_policy(
        PolicyName="boundary",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [WRITES]}),
    )["Policy"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [allow("s3:*")]}
    role: dict[str, Any] = {
        "RoleName": "bounded",
        "AssumeRolePolicyDocument": json.loads(TRUST),
        "Policies": [{"PolicyName": "all", "PolicyDocument": everything}],
        "PermissionsBoundary": boundary,
    }

    def template() -> str:
        return json.dumps({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": role}}})

    capabilities = ["CAPABILITY_NAMED_IAM"]
    cloudformation.create_stack(
        StackName="roles", TemplateBody=template(), Capabilities=capabilities
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="roles", WaiterConfig=SOON)
    keys = sts.assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/bounded", RoleSessionName="session"
    )["Credentials"]
    given: dict[str, Any] = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
        "endpoint_url": cloud.endpoint,
    }
    s3 = boto3.client("s3", region_name="us-east-1", **given)
    s3.put_object(Bucket=BUCKET, Key="public/bounded", Body=b"x")
    message = refused(lambda: s3.get_object(Bucket=BUCKET, Key="public/a"))[2]
    assert message.endswith("because no permissions boundary allows the s3:GetObject action")
    del role["PermissionsBoundary"]
    cloudformation.update_stack(
        StackName="roles", TemplateBody=template(), Capabilities=capabilities
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName="roles", WaiterConfig=SOON)
    assert s3.get_object(Bucket=BUCKET, Key="public/a")


def test_users_have_their_own_policies(cloud: LocalTarget) -> None:
    iam = owner(cloud, "iam")
    iam.create_user(UserName="dana")
    iam.put_user_policy(
        UserName="dana",
        PolicyName="own",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/public/*")],
            }
        ),
    )
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
    )
    assert s3.get_object(Bucket=BUCKET, Key="public/a")
    message = refused(lambda: s3.get_object(Bucket=BUCKET, Key="private/a"))[2]
    assert message.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/dana is not authorized")


def test_the_developer_may_do_everything(cloud: LocalTarget) -> None:
    session = owner(cloud, "sts").get_session_token()["Credentials"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
    )
    assert s3.get_object(Bucket=BUCKET, Key="private/a")
    role = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-deploy-role-{ACCOUNT}-us-east-1"
    deploys = owner(cloud, "sts").assume_role(RoleArn=role, RoleSessionName="cdk")["Credentials"]
    cloudformation = boto3.client(
        "cloudformation",
        aws_access_key_id=deploys["AccessKeyId"],
        aws_secret_access_key=deploys["SecretAccessKey"],
        aws_session_token=deploys["SessionToken"],
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
    )
    assert "StackSummaries" in cloudformation.list_stacks()


# -- off and on -----------------------------------------------------------------------------------


def test_iam_is_turned_off_and_on_for_the_running_cloud(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    state = tmp_path_factory.mktemp("switch") / "cloud"
    try:
        target = lifecycle.start(state, iam=False)
        owner(target, "s3").create_bucket(Bucket=BUCKET)
        owner(target, "s3").put_object(Bucket=BUCKET, Key="a", Body=b"x")
        caller = Caller(target)
        s3 = caller.client("s3")
        assert s3.get_object(Bucket=BUCKET, Key="a")
        assert not lifecycle.status(state).iam
        # Who does not ask for a change makes none.
        lifecycle.start(state)
        assert not lifecycle.status(state).iam
        lifecycle.start(state, iam=True)
        assert lifecycle.status(state).iam
        assert refused(lambda: s3.get_object(Bucket=BUCKET, Key="a"))[0] == 403
        lifecycle.start(state, iam=False)
        assert s3.get_object(Bucket=BUCKET, Key="a")
        # Nobody but the developer turns it off.
        url = target.endpoint + IAM_PATH
        for asked in ({}, {"authorization": "Bearer x"}):
            answer = httpx.post(url, json={"enforced": False}, headers=asked, trust_env=False)
            assert answer.status_code == 403
        lifecycle.stop(state)
        lifecycle.start(state)
        assert lifecycle.status(state).iam
    finally:
        lifecycle.stop(state)
