"""AWS calls are signed with the local cloud's own key, or with credentials that it issued."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.client
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.loaders
import httpx
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.local_keys import boto3_keys, own_keys
from tests.localcloud.access.requests import EVERY_REQUEST, Asked
from tests.localcloud.identity_pools import trust
from workbench.aws import signature_v4
from workbench.aws.clients import Clients
from workbench.aws.local_keys import FILE_NAME, keys_of, read_keys
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.env_vars import environment, process_environment
from workbench.localcloud.ministack.bridge.public_addresses import (
    PUBLIC_ACTIONS,
    PUBLIC_TARGETS,
)

pytestmark = pytest.mark.cloud

BUCKET = "signed-things"
PUBLIC_ROWS = {
    "cognito sign-in",
    "sign-in at its host",
    "cognito-identity",
    "sts web identity",
    "lambda url",
    "execute-api",
    "execute-api v1",
    "graphql",
    "hosted sign-in",
    "token",
    "stack response",
}
"""Requests that AWS serves without a signature, and our health, which names no secret."""
PUBLIC_OWN = (
    "/_amplify_tui/health",
    "/_amplify_tui/hosting/webhooks/",
    "/_amplify_tui/cognito/user-imports/",
)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signatures") / "cloud"


@pytest.fixture(scope="module")
def cloud(state: Path) -> Iterator[LocalTarget]:
    target = lifecycle.start(state)
    Clients(target).s3.create_bucket(Bucket=BUCKET)
    yield target
    lifecycle.stop(state)


def client(target: LocalTarget, service: str, **more: Any) -> Any:
    given = {**boto3_keys(target), "endpoint_url": target.endpoint, "region_name": "us-east-1"}
    name: Any = service
    return boto3.client(name, **{**given, **more})


def signed(  # noqa: PLR0917 - a request and who signs it
    target: LocalTarget,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    service: str = "ssm",
    keys: Credentials | None = None,
) -> dict[str, str]:
    """The headers of a request, signed by botocore."""
    url = target.endpoint + path
    given = {**(headers or {}), "host": urlsplit(url).netloc}
    request: Any = AWSRequest(method, url, given, body)
    SigV4Auth(keys or own_keys(target), service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def ask(
    target: LocalTarget, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(target.endpoint).netloc, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


# -- the key --------------------------------------------------------------------------------------


def test_each_local_cloud_has_a_key_that_its_owner_alone_reads(
    cloud: LocalTarget, state: Path, tmp_path: Path
) -> None:
    keys = read_keys(state)
    assert keys is not None
    assert cloud.keys == keys
    assert (state / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert keys != keys_of(tmp_path)
    assert keys_of(tmp_path) == keys_of(tmp_path)
    assert keys.secret not in repr(keys)
    assert keys.secret not in repr(cloud)
    assert keys.secret not in str(lifecycle.status(state))


def test_a_key_that_others_could_read_or_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    first = keys_of(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    second = keys_of(tmp_path)
    assert second != first
    for text in ("", "{", "[]", '{"access_key_id": "x", "secret_access_key": "y"}'):
        (tmp_path / FILE_NAME).write_text(text)
        assert read_keys(tmp_path) is None
        assert keys_of(tmp_path) != second


def test_shells_and_children_get_the_key(cloud: LocalTarget) -> None:
    keys = own_keys(cloud)
    made = environment(cloud)
    assert (made["AWS_ACCESS_KEY_ID"], made["AWS_SECRET_ACCESS_KEY"]) == (
        keys.access_key,
        keys.secret_key,
    )
    child = process_environment(
        cloud, {"AWS_SESSION_TOKEN": "real", "AWS_ACCESS_KEY_ID": "AKIAREAL"}
    )
    assert child["AWS_ACCESS_KEY_ID"] == keys.access_key
    assert "AWS_SESSION_TOKEN" not in child


def test_the_key_is_in_no_log(cloud: LocalTarget, state: Path) -> None:
    client(cloud, "ssm").describe_parameters()
    with pytest.raises(ClientError):
        client(cloud, "ssm", aws_secret_access_key="wrong").describe_parameters()
    log = (state / "server.log").read_text("utf-8")
    assert own_keys(cloud).secret_key not in log


# -- who is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", EVERY_REQUEST, ids=lambda asked: asked.name)
def test_without_a_signature_only_public_addresses_answer(cloud: LocalTarget, asked: Asked) -> None:
    public = asked.name in PUBLIC_ROWS or asked.path in PUBLIC_OWN
    status, body = ask(cloud, asked.method, asked.path, asked.body, dict(asked.headers))
    refused = status in {400, 401, 403} and any(
        word in body
        for word in (
            "MissingAuthenticationToken",
            "UnrecognizedClientException",
            "AccessDenied",
            "has its own key",
            "Take the log's address",
            "local reset",
        )
    )
    assert refused != public, (status, body)


@pytest.mark.parametrize(
    ("service", "call", "unknown", "wrong", "status"),
    [
        ("ssm", "describe_parameters", "UnrecognizedClientException", "InvalidSignatureException", 400),  # noqa: E501
        ("dynamodb", "list_tables", "UnrecognizedClientException", "InvalidSignatureException", 400),  # noqa: E501
        ("lambda", "list_functions", "UnrecognizedClientException", "InvalidSignatureException", 403),  # noqa: E501
        ("appsync", "list_graphql_apis", "UnrecognizedClientException", "InvalidSignatureException", 403),  # noqa: E501
        ("sts", "get_caller_identity", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
        ("iam", "list_users", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
        ("cloudformation", "list_stacks", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
        ("s3", "list_buckets", "InvalidAccessKeyId", "SignatureDoesNotMatch", 403),
        ("amplify", "list_apps", "UnrecognizedClientException", "InvalidSignatureException", 403),
    ],
)  # fmt: skip
def test_each_protocol_refuses_in_its_own_words(  # noqa: PLR0917 - the columns
    cloud: LocalTarget, service: str, call: str, unknown: str, wrong: str, status: int
) -> None:
    assert getattr(client(cloud, service), call)()
    for more, code in (
        ({"aws_access_key_id": "test"}, unknown),
        ({"aws_access_key_id": "000000000000"}, unknown),
        ({"aws_secret_access_key": "wrong"}, wrong),
    ):
        with pytest.raises(ClientError) as refused:
            getattr(client(cloud, service, **more), call)()
        response: Any = refused.value.response
        assert response["Error"]["Code"] == code
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_changed_request_is_refused(cloud: LocalTarget) -> None:
    target = {
        "x-amz-target": "AmazonSSM.DescribeParameters",
        "content-type": "application/x-amz-json-1.1",
    }
    good = signed(cloud, "POST", "/", b"{}", target)
    assert ask(cloud, "POST", "/", b"{}", good)[0] == 200
    assert "InvalidSignature" in ask(cloud, "POST", "/", b'{"MaxResults": 1}', good)[1]
    other = {**good, "x-amz-target": "AmazonSSM.GetParametersByPath"}
    assert "InvalidSignature" in ask(cloud, "POST", "/", b"{}", other)[1]
    assert "InvalidSignature" in ask(cloud, "POST", "/?a=1", b"{}", good)[1]
    assert "InvalidSignature" in ask(cloud, "POST", "/", b"{}", {**good, "host": "localhost:1"})[1]
    parts = good["Authorization"].replace("SignedHeaders=content-type;host;", "SignedHeaders=")
    assert ask(cloud, "POST", "/", b"{}", {**good, "Authorization": parts})[0] == 400
    half = {**good, "Authorization": "AWS4-HMAC-SHA256 Credential=x"}
    assert "IncompleteSignature" in ask(cloud, "POST", "/", b"{}", half)[1]
    fourth = good["Authorization"].replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
    assert ask(cloud, "POST", "/", b"{}", {**good, "Authorization": fourth})[0] == 400


def test_an_old_signature_is_refused(cloud: LocalTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"x-amz-target": "AmazonSSM.DescribeParameters"}

    def at(minutes: int) -> str:
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)
        return ask(cloud, "POST", "/", b"{}", signed(cloud, "POST", "/", b"{}", headers))[1]

    assert "Signature expired" in at(-6)
    assert "Signature not yet current" in at(6)
    assert "Parameters" in at(-4)


# -- credentials that it issued -------------------------------------------------------------------


def test_issued_credentials_sign(cloud: LocalTarget) -> None:
    iam = client(cloud, "iam")
    iam.create_user(UserName="ci")
    made = iam.create_access_key(UserName="ci")["AccessKey"]
    user = {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
    }
    assert client(cloud, "sts", **user).get_caller_identity()["Arn"].endswith(":user/ci")
    role = iam.create_role(RoleName="some", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    allow(iam, "some", "s3:ListAllMyBuckets")
    sessions = [
        client(cloud, "sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"],
        client(cloud, "sts").get_session_token()["Credentials"],
    ]
    for session in sessions:
        held = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }
        assert client(cloud, "s3", **held).list_buckets()["Buckets"]
        for token in ("", "another"):
            with pytest.raises(ClientError):
                client(cloud, "ssm", **{**held, "aws_session_token": token}).describe_parameters()
        # A session is not the administrator: our own addresses are not for it.
        keys = Credentials(
            session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
        )
        path = "/_amplify_tui/cognito/inbox?userPoolId=x"
        headers = signed(cloud, "GET", path, service="amplify-tui", keys=keys)
        assert ask(cloud, "GET", path, b"", headers)[0] == 403
    iam.update_access_key(UserName="ci", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client(cloud, "sts", **user).get_caller_identity()


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "000000000000", "Federated": "cognito-identity.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"],
            }
        ],
    }
)


def allow(iam: Any, role: str, *actions: str, bucket: str = "*") -> None:
    """Let a role do this: in S3 with one bucket, elsewhere with everything."""
    files = [each for each in actions if each.startswith("s3:")]
    rest = [each for each in actions if not each.startswith("s3:")]
    objects = "*" if bucket == "*" else [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statements = [{"Effect": "Allow", "Action": files, "Resource": objects}]
    if rest:
        statements.append({"Effect": "Allow", "Action": rest, "Resource": "*"})
    document = {"Version": "2012-10-17", "Statement": statements}
    iam.put_role_policy(RoleName=role, PolicyName="given", PolicyDocument=json.dumps(document))


def _zipped(code: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.py", code)
    return packed.getvalue()


def test_a_function_calls_with_its_roles_credentials(cloud: LocalTarget) -> None:
    code = (
        "import boto3, os\n"
        "def handler(event, context):\n"
        "    return [boto3.client('sts', endpoint_url=os.environ['AWS_ENDPOINT_URL'])"
        ".get_caller_identity()['Arn'], os.environ['AWS_ACCESS_KEY_ID']]\n"
    )
    functions = client(cloud, "lambda")
    packed = _zipped(code)
    functions.create_function(
        FunctionName="who",
        Runtime="python3.12",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/service/who-role",
        Code={"ZipFile": packed},
        Timeout=30,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="who")
    said = functions.invoke(FunctionName="who")
    answer = json.load(said["Payload"])
    assert "FunctionError" not in said, answer
    assert answer[0] == "arn:aws:sts::000000000000:assumed-role/who-role/who"
    assert answer[1].startswith("ASIA")
    address = functions.get_function(FunctionName="who")["Code"]["Location"]
    assert httpx.get(address, trust_env=False).content == packed
    assert httpx.get(address.partition("?")[0], trust_env=False).status_code == 403
    assert httpx.get(address[:-1] + "x", trust_env=False).status_code == 403


def test_a_guests_credentials_reach_data_only(cloud: LocalTarget) -> None:
    iam, pools = client(cloud, "iam"), client(cloud, "cognito-identity")
    pool = pools.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)
    trusted = trust(pool["IdentityPoolId"], "unauthenticated")
    role = iam.create_role(RoleName="guests", AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    data = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")
    # Not even a role that allows it gives a guest the rest.
    allow(iam, "guests", *data, "ssm:*", "cloudformation:*", "iam:*", "sts:*", bucket=BUCKET)
    pools.set_identity_pool_roles(
        IdentityPoolId=pool["IdentityPoolId"], Roles={"unauthenticated": role}
    )
    identity = pools.get_id(IdentityPoolId=pool["IdentityPoolId"])["IdentityId"]
    found = pools.get_credentials_for_identity(IdentityId=identity)["Credentials"]
    guest = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretKey"],
        "aws_session_token": found["SessionToken"],
    }
    files = client(cloud, "s3", **guest)
    files.put_object(Bucket=BUCKET, Key="public/a", Body=b"x")
    assert files.get_object(Bucket=BUCKET, Key="public/a")["Body"].read() == b"x"
    assert files.list_objects_v2(Bucket=BUCKET, Prefix="public/")["KeyCount"] == 1
    staging = "cdk-hnb659fds-assets-000000000000-us-east-1"
    forbidden: list[Callable[[], Any]] = [
        lambda: files.put_object(Bucket=staging, Key="code.zip", Body=b"x"),
        files.list_buckets,
        lambda: files.delete_bucket(Bucket=BUCKET),
        lambda: files.put_bucket_policy(Bucket=BUCKET, Policy="{}"),
        lambda: client(cloud, "lambda", **guest).create_function(
            FunctionName="f", Runtime="python3.12", Handler="i.h", Role=role, Code={"ZipFile": b"x"}
        ),
        lambda: client(cloud, "ssm", **guest).get_parameter(
            Name="/cdk-bootstrap/hnb659fds/version"
        ),
        lambda: client(cloud, "iam", **guest).create_user(UserName="x"),
        lambda: client(cloud, "sts", **guest).assume_role(RoleArn=role, RoleSessionName="me"),
        lambda: client(cloud, "cloudformation", **guest).list_stacks(),
        lambda: client(cloud, "cognito-idp", **guest).list_user_pools(MaxResults=1),
        lambda: client(cloud, "amplify", **guest).list_apps(),
    ]
    for call in forbidden:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()


# -- S3's forms of a signature --------------------------------------------------------------------


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_presigned_addresses(cloud: LocalTarget, version: str, style: Any) -> None:
    endpoint = cloud.endpoint.replace("127.0.0.1", "localhost")
    config = Config(signature_version=version, s3={"addressing_style": style})
    files = client(cloud, "s3", endpoint_url=endpoint, config=config)
    place = {"Bucket": BUCKET, "Key": "a b/ü+&=.txt"}

    def asked(method: str, url: str, **more: Any) -> httpx.Response:
        # *.localhost is this machine, but not for every resolver.
        parts = urlsplit(url)
        plain = url.replace(parts.netloc, urlsplit(cloud.endpoint).netloc)
        headers = {**more.pop("headers", {}), "host": parts.netloc}
        return httpx.request(method, plain, headers=headers, trust_env=False, **more)

    put = files.generate_presigned_url("put_object", {**place, "ContentType": "text/plain"})
    typed = {"content-type": "text/plain"}
    assert asked("PUT", put, content=b"hello", headers=typed).status_code == 200
    assert asked("PUT", put, content=b"hello", headers={"content-type": "a/b"}).status_code == 403
    get = files.generate_presigned_url("get_object", place)
    assert asked("GET", get).text == "hello"
    assert asked("PUT", get, content=b"x").status_code == 403
    assert asked("GET", get.replace("txt", "tyt")).status_code == 403
    assert asked("GET", get, headers={"sec-fetch-site": "cross-site"}).text == "hello"
    unsigned = get.partition("?")[0]
    assert "AccessDenied" in asked("GET", unsigned).text
    ended = files.generate_presigned_url("get_object", place, ExpiresIn=-10)
    assert "Request has expired" in asked("GET", ended).text
    shown = {
        "ResponseContentDisposition": "attachment; filename=x.txt",
        "ResponseContentType": "text/x",
    }
    named = files.generate_presigned_url("get_object", {**place, **shown})
    answer = asked("GET", named)
    assert answer.headers["content-disposition"] == "attachment; filename=x.txt"
    assert answer.headers["content-type"] == "text/x"
    looked_at = files.generate_presigned_url("head_object", {**place, **shown})
    assert asked("HEAD", looked_at).headers["content-type"] == "text/x"
    if version == "s3":
        assert asked("GET", get.replace("Expires=", "Expires=1")).status_code == 403
        return
    over = files.generate_presigned_url(
        "get_object", place, ExpiresIn=-10 if version == "s3" else 1
    )
    if version == "s3v4":
        time.sleep(2.1)
    assert "Request has expired" in asked("GET", over).text


def test_upload_forms(cloud: LocalTarget) -> None:
    url = f"{cloud.endpoint}/{BUCKET}"
    for version in ("s3", "s3v4"):
        files = client(cloud, "s3", config=Config(signature_version=version))
        form = files.generate_presigned_post(BUCKET, "form")
        sent = {"file": b"by a form"}
        assert httpx.post(url, data=form["fields"], files=sent).status_code == 204
        for name, value in (
            ("policy", base64.b64encode(b'{"expiration":"2100-01-01T00:00:00Z","conditions":[]}')),
            ("x-amz-signature" if version == "s3v4" else "signature", b"00"),
        ):
            changed = {**form["fields"], name: value.decode()}
            assert httpx.post(url, data=changed, files=sent).status_code == 403
    assert httpx.post(url, data={"key": "form"}, files={"file": b"x"}).status_code == 403
    assert client(cloud, "s3").get_object(Bucket=BUCKET, Key="form")["Body"].read() == b"by a form"


def test_what_a_policy_opens_everybody_reads(cloud: LocalTarget) -> None:
    files = client(cloud, "s3")
    files.create_bucket(Bucket="open-things")
    files.delete_public_access_block(Bucket="open-things")
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::open-things/public/*",
    }
    files.put_bucket_policy(Bucket="open-things", Policy=json.dumps({"Statement": [statement]}))
    for key in ("public/a", "private/a"):
        files.put_object(Bucket="open-things", Key=key, Body=key.encode())
    assert httpx.get(f"{cloud.endpoint}/open-things/public/a").text == "public/a"
    for path in ("private/a", "", "public/../private/a", "public%2f..%2fprivate/a"):
        status, _ = ask(cloud, "GET", f"/open-things/{path}", b"", {})
        assert status in {403, 404}, path
    assert ask(cloud, "PUT", "/open-things/public/a", b"x", {})[0] == 403
    assert ask(cloud, "DELETE", "/open-things/public/a", b"", {})[0] == 403


def _chunked(
    target: LocalTarget, chunks: list[bytes], *, trailer: bool, spoil: bool = False
) -> tuple[int, str]:
    """Put an object in signed chunks, as the Java and Go SDKs do over plain HTTP."""
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    whole = b"".join(chunks)
    keys = own_keys(target)
    request: Any = AWSRequest(
        "PUT",
        f"{target.endpoint}/{BUCKET}/chunked",
        {
            "host": urlsplit(target.endpoint).netloc,
            "content-encoding": "aws-chunked",
            "x-amz-content-sha256": kind,
            "x-amz-decoded-content-length": str(len(whole)),
            **({"x-amz-trailer": "x-amz-checksum-sha256"} if trailer else {}),
        },
    )
    SigV4Auth(keys, "s3", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    stamp = headers["X-Amz-Date"]
    previous = headers["Authorization"].rpartition("=")[2]
    scope = (stamp[:8], "us-east-1", "s3")

    def next_signature(word: str, digests: str) -> str:
        text = "\n".join(
            (
                f"AWS4-HMAC-SHA256-{word}",
                stamp,
                "/".join((*scope, "aws4_request")),
                previous,
                digests,
            )
        )
        key = f"AWS4{keys.secret_key}".encode()
        for part in (*scope, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    body = b""
    empty = hashlib.sha256(b"").hexdigest()
    for chunk in (*chunks, b""):
        previous = next_signature("PAYLOAD", f"{empty}\n{hashlib.sha256(chunk).hexdigest()}")
        body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk
        body += b"\r\n" if chunk or not trailer else b""
    if trailer:
        line = "x-amz-checksum-sha256:" + base64.b64encode(hashlib.sha256(whole).digest()).decode()
        signature = next_signature("TRAILER", hashlib.sha256(f"{line}\n".encode()).hexdigest())
        body += f"{line}\r\nx-amz-trailer-signature:{signature}\r\n\r\n".encode()
    if spoil:
        body = body.replace(chunks[-1], chunks[-1][::-1])
    return ask(target, "PUT", f"/{BUCKET}/chunked", body, headers)


@pytest.mark.parametrize("trailer", [False, True])
def test_signed_chunks(cloud: LocalTarget, trailer: bool) -> None:
    chunks = [b"0123456789abcdef" * 8192, b"\r\n0;chunk\r\n" * 10, b"the last one"]
    assert _chunked(cloud, chunks, trailer=trailer)[0] == 200
    stored = client(cloud, "s3").get_object(Bucket=BUCKET, Key="chunked")["Body"].read()
    assert stored == b"".join(chunks)
    status, body = _chunked(cloud, chunks, trailer=trailer, spoil=True)
    assert (status, "SignatureDoesNotMatch" in body) == (403, True)


def test_bodies_of_each_kind(cloud: LocalTarget) -> None:
    path = f"/{BUCKET}/body"
    for declared in ("UNSIGNED-PAYLOAD", hashlib.sha256(b"body").hexdigest()):
        headers = signed(
            cloud, "PUT", path, b"body", {"x-amz-content-sha256": declared}, service="s3"
        )
        request: Any = AWSRequest("PUT", cloud.endpoint + path, headers, b"body")
        assert ask(cloud, "PUT", path, b"body", dict(request.headers.items()))[0] == 200
    files = client(cloud, "s3", config=Config(request_checksum_calculation="when_supported"))
    files.upload_fileobj(io.BytesIO(b"y" * 17_000_000), BUCKET, "large")
    assert files.head_object(Bucket=BUCKET, Key="large")["ContentLength"] == 17_000_000
    wrong = {"x-amz-content-sha256": hashlib.sha256(b"another").hexdigest()}
    request = AWSRequest("PUT", cloud.endpoint + path, wrong)
    request.headers["host"] = urlsplit(cloud.endpoint).netloc
    SigV4Auth(own_keys(cloud), "s3", "us-east-1").add_auth(request)
    status, said = ask(cloud, "PUT", path, b"body", dict(request.headers.items()))
    assert (status, "XAmzContentSHA256Mismatch" in said) == (400, True)


def test_a_presigned_call_of_another_service(cloud: LocalTarget) -> None:
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    request: Any = AWSRequest("GET", f"{cloud.endpoint}/?{query}")
    SigV4QueryAuth(own_keys(cloud), "sts", "us-east-1", expires=60).add_auth(request)
    assert "GetCallerIdentityResult" in httpx.get(request.url).text
    assert httpx.get(request.url.replace("Identity", "Identify")).status_code == 403


# -- the specification, and the SDKs' own lists ---------------------------------------------------


@pytest.mark.parametrize("service", ["ssm", "s3"])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/a%20b/%C3%BC%2B", "a=1&b=%20x&A=2&a=0"),
        ("//a/./b/../c", "x&y=&z=%3D"),
        ("/2015-03-31/functions/arn%3Aaws%3Alambda/invocations", "Qualifier=%24LATEST"),
    ],
)
def test_the_signature_is_botocores(service: str, path: str, query: str) -> None:
    keys = Credentials("AKIA", "secret")
    url = f"http://127.0.0.1:1{path}" + (f"?{query}" if query else "")
    from botocore.auth import S3SigV4Auth

    signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(keys, service, "us-east-1")
    request: Any = AWSRequest("POST", url, {"x-amz-meta-a": "  two   words "}, b"body")
    signer.add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers["host"] = "127.0.0.1:1"
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    canonical = signature_v4.canonical_request(
        "POST",
        signature_v4.canonical_path(path, twice=service != "s3"),
        signature_v4.canonical_query(query),
        [(name, headers[name]) for name in names.split(";")],
        names,
        hashlib.sha256(b"body").hexdigest(),
    )
    stamp = headers["x-amz-date"]
    scope = (stamp[:8], "us-east-1", service)
    expected = headers["authorization"].rpartition("=")[2]
    assert signature_v4.signature("secret", stamp, scope, canonical) == expected


def test_what_is_public_is_what_the_sdks_send_unsigned() -> None:
    loader = botocore.loaders.Loader()

    def unsigned(service: str) -> set[str]:
        operations = loader.load_service_model(service, "service-2")["operations"]
        return {name for name, each in operations.items() if each.get("authtype") == "none"}

    assert {
        *(f"AWSCognitoIdentityProviderService.{name}" for name in unsigned("cognito-idp")),
        *(f"AWSCognitoIdentityService.{name}" for name in unsigned("cognito-identity")),
    } == PUBLIC_TARGETS
    assert unsigned("sts") == PUBLIC_ACTIONS


@pytest.mark.parametrize(
    ("host", "method", "path"),
    [
        ("abcdef12.execute-api.localhost", "GET", "/_ministack/ses/messages"),
        ("abcdef12.execute-api.localhost", "POST", "/_ministack/config"),
        ("abcdef12.execute-api.localhost", "POST", "/Execute"),
        ("abcdef12.execute-api.localhost", "GET", "/v2/email/identities"),
        ("abcdef12.execute-api.localhost", "GET", "/v20180820/tags/x"),
        ("x.cloudfront.localhost", "POST", "/2015-03-31/functions"),
        ("x.alb.localhost", "POST", "/2015-03-31/functions"),
        (f"{BUCKET}.s3.localhost", "POST", "/"),
        (f"{BUCKET}.s3.localhost", "GET", "/public/a"),
        ("127.0.0.1", "GET", "/_alb/none/2015-03-31/functions"),
        ("127.0.0.1", "POST", "/?Action=CreateUser"),
        ("127.0.0.1", "GET", f"/{BUCKET}/.well-known/jwks.json"),
    ],
)
def test_no_public_address_leads_elsewhere(
    cloud: LocalTarget, host: str, method: str, path: str
) -> None:
    for target in ("", "AWSCognitoIdentityProviderService.InitiateAuth"):
        headers = {"host": host, **({"x-amz-target": target} if target else {})}
        status, body = ask(cloud, method, path, b"{}", headers)
        assert status in {400, 401, 403}, (status, body)
        assert "Auth" in body or "AccessDenied" in body or "local reset" in body, body
