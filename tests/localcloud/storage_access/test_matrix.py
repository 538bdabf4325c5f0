"""The storage rules as a table: who × what × where, asked with each caller's own credentials.

The same rules in TypeScript and in Python (``storage/resource.ts`` and ``.py`` of the matrix); what
the rules do not grant must be refused here as it is on AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.local_keys import own_keys
from tests.localcloud.appsync.matrix.callers import Callers
from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.aws.clients import Clients

pytestmark = pytest.mark.cloud

WHO = {
    "guest": "iam:",
    "ann": "iam:ann",
    "bob": "iam:bob",
    "admin": "iam:cara",
    "editor": "iam:dan",
    "function": "function",
}
"""Everybody, as the matrix's callers are named. Ann and Bob are in no group.

A member of a group has the group's role alone, so nothing that ``authenticated`` grants.
"""

RIGHTS = {
    "public/": {"guest": "gl", "ann": "glwd", "bob": "glwd"},
    "public/special/": {"ann": "gl", "bob": "gl"},
    "drop/": {"guest": "w", "ann": "l", "bob": "l"},
    "shown/": {"guest": "g", "ann": "d", "bob": "d"},
    "own/{ann}/": {"ann": "glwd", "admin": "gl"},
    "own/{bob}/": {"bob": "glwd", "admin": "gl"},
    "own/": {"admin": "gl"},
    "team/": {"editor": "glw"},
    "work/": {"function": "glw"},
    "elsewhere/": {},
    "": {},
    "second:team/": {"admin": "glwd"},
    "second:public/": {},
}
"""By path, who may get, list, write and delete; everybody else may nothing."""


@dataclass
class Files:
    """The buckets of a deployed matrix, with one object below each path."""

    deployed: Deployed
    callers: Callers
    _clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        storage = self.deployed.outputs["storage"]
        buckets = {each["name"]: each["bucket_name"] for each in storage["buckets"]}
        self.buckets = {"": buckets["files"], "second": buckets["second"]}
        keys = own_keys(self.deployed.target)
        owner = self._client("s3", keys)
        self.owners = {name: self._identity(f"iam:{name}") for name in ("ann", "bob")}
        for path in RIGHTS:
            bucket, prefix = self.place(path)
            owner.put_object(Bucket=bucket, Key=f"{prefix}kept.txt", Body=b"x")

    def place(self, path: str) -> tuple[str, str]:
        """The bucket and the prefix of a path of the table."""
        bucket, _, prefix = path.rpartition(":")
        return self.buckets[bucket], prefix.format(**self.owners)

    def client(self, who: str) -> Any:
        """S3 with somebody's own credentials."""
        if who not in self._clients:
            name = WHO[who]
            keys = (
                self._of_function()
                if name == "function"
                else self.callers.credentials(name.partition(":")[2])
            )
            self._clients[who] = self._client("s3", keys)
        return self._clients[who]

    def _identity(self, name: str) -> str:
        return self.callers.identity_id(name.partition(":")[2])

    def _of_function(self) -> Credentials:
        functions: Any = Clients(self.deployed.target).lambda_
        pages = functions.get_paginator("list_functions").paginate()
        (name,) = (
            each["FunctionName"]
            for page in pages
            for each in page["Functions"]
            if any(
                variable.lower() == "files_bucket_name"
                for variable in each.get("Environment", {}).get("Variables", {})
            )
        )
        told = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
        return Credentials(**told)

    def _client(self, service: str, keys: Credentials) -> Any:
        create: Any = Session().create_client
        return create(
            service,
            region_name="us-east-1",
            endpoint_url=self.deployed.target.endpoint,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.token,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )


@pytest.fixture(scope="session", params=["matrix", "python_matrix"], ids=["typescript", "python"])
def files(request: pytest.FixtureRequest) -> Iterator[Files]:
    """The storage of each language's matrix."""
    deployed = request.getfixturevalue(request.param)
    with httpx.Client(timeout=20) as http:
        yield Files(deployed, Callers(deployed, http))


@cache
def ways() -> dict[str, Callable[[Any, str, str, str], Any]]:
    """What each letter does, by S3's client, bucket, prefix and who does it."""
    return {
        "g": lambda s3, bucket, prefix, _: s3.get_object(Bucket=bucket, Key=f"{prefix}kept.txt"),
        "l": lambda s3, bucket, prefix, _: s3.list_objects_v2(Bucket=bucket, Prefix=prefix),
        "w": lambda s3, bucket, prefix, who: s3.put_object(
            Bucket=bucket, Key=f"{prefix}{who}.txt", Body=b"new"
        ),
        "d": lambda s3, bucket, prefix, who: s3.delete_object(
            Bucket=bucket, Key=f"{prefix}{who}.txt"
        ),
    }


@pytest.mark.parametrize("path", RIGHTS)
@pytest.mark.parametrize("who", WHO)
def test_who_may_do_what_where(files: Files, who: str, path: str) -> None:
    bucket, prefix = files.place(path)
    allowed = ""
    for letter, do in ways().items():
        try:
            do(files.client(who), bucket, prefix, who)
            allowed += letter
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "AccessDenied"
            assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert allowed == RIGHTS[path].get(who, "")


@pytest.mark.parametrize("who", WHO)
def test_nobody_reaches_more_than_objects(files: Files, who: str) -> None:
    s3 = files.client(who)
    bucket, _ = files.place("public/")
    for call, asked in (
        (s3.list_buckets, {}),
        (s3.get_bucket_policy, {"Bucket": bucket}),
        (s3.get_bucket_cors, {"Bucket": bucket}),
        (s3.delete_bucket, {"Bucket": bucket}),
        (s3.put_object_tagging, {"Bucket": bucket, "Key": "public/kept.txt", "Tagging": TAGS}),
    ):
        with pytest.raises(ClientError) as refused:
            call(**asked)
        assert refused.value.response["Error"]["Code"] == "AccessDenied"


TAGS = {"TagSet": [{"Key": "a", "Value": "b"}]}


def test_copies_uploads_in_parts_and_lists_of_deletions_ask_for_the_same(files: Files) -> None:
    ann, guest = files.client("ann"), files.client("guest")
    bucket, own = files.place("own/{ann}/")
    _, public = files.place("public/")
    source = {"Bucket": bucket, "Key": f"{own}kept.txt"}
    ann.copy_object(Bucket=bucket, Key=f"{public}copy.txt", CopySource=source)
    refusals: list[Callable[[], Any]] = [
        # Reads what it may not, then writes where it may not.
        lambda: files.client("bob").copy_object(
            Bucket=bucket, Key=f"{public}stolen.txt", CopySource=source
        ),
        lambda: ann.copy_object(
            Bucket=bucket,
            Key=f"{public}special/copy.txt",
            CopySource={"Bucket": bucket, "Key": f"{public}kept.txt"},
        ),
        lambda: guest.create_multipart_upload(Bucket=bucket, Key=f"{public}parts.bin"),
    ]
    for refused in refusals:
        with pytest.raises(ClientError) as problem:
            refused()
        assert problem.value.response["Error"]["Code"] == "AccessDenied"
    keys = [f"{public}copy.txt", f"{public}special/kept.txt"]
    told = ann.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert [each["Key"] for each in told["Deleted"]] == keys[:1]
    assert [(each["Key"], each["Code"]) for each in told["Errors"]] == [(keys[1], "AccessDenied")]


def test_a_presigned_address_is_worth_what_its_signer_may(files: Files) -> None:
    bucket, own = files.place("own/{ann}/")
    asked = {"Bucket": bucket, "Key": f"{own}kept.txt"}
    for who, status in (("ann", 200), ("admin", 200), ("bob", 403), ("guest", 403)):
        address = files.client(who).generate_presigned_url("get_object", Params=asked)
        assert httpx.get(address, trust_env=False).status_code == status, who
