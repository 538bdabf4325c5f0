"""S3's objects: ranges, conditions, copies, lists and errors as on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud

BUCKET = "objects-of-the-tests"


@pytest.fixture
def s3(stacks: Stacks) -> Any:
    """A bucket with one object of ten bytes."""
    client: Any = stacks.clients.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="ten", Body=b"0123456789", Metadata={"a": "b"})
    return client


def refusal(call: Any, **asked: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as refused:
        call(Bucket=BUCKET, **asked)
    status = refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
    return {"Status": status, **refused.value.response["Error"]}


def test_ranges(s3: Any) -> None:
    ten = {"Bucket": BUCKET, "Key": "ten"}
    for asked, found in (("bytes=0-3", "0123"), ("bytes=-3", "789"), ("bytes=8-100", "89")):
        got, seen = s3.get_object(Range=asked, **ten), s3.head_object(Range=asked, **ten)
        assert got["Body"].read().decode() == found
        assert (got["ContentRange"], len(found)) == (seen["ContentRange"], seen["ContentLength"])
        assert seen["ResponseMetadata"]["HTTPStatusCode"] == 206
    for ignored in ("bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "items=0-1"):
        got = s3.get_object(Range=ignored, **ten)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert got["Body"].read() == b"0123456789"
    told = refusal(s3.get_object, Key="ten", Range="bytes=20-30")
    assert (told["Status"], told["Code"]) == (416, "InvalidRange")
    assert (told["RangeRequested"], told["ActualObjectSize"]) == ("bytes=20-30", "10")
    assert refusal(s3.head_object, Key="ten", Range="bytes=20-30")["Status"] == 416


def test_conditions_are_named(s3: Any) -> None:
    for call, asked, name in (
        (s3.get_object, {"IfMatch": '"x"'}, "If-Match"),
        (s3.get_object, {"IfUnmodifiedSince": "2001-01-01"}, "If-Unmodified-Since"),
        (s3.put_object, {"IfNoneMatch": "*"}, "If-None-Match"),
        (s3.put_object, {"IfMatch": '"x"'}, "If-Match"),
    ):
        told = refusal(call, Key="ten", **asked)
        assert (told["Status"], told["Code"], told["Condition"]) == (
            412, "PreconditionFailed", name,
        )  # fmt: skip
    told = refusal(s3.put_object, Key="new", IfNoneMatch='"x"')
    assert (told["Status"], told["Code"]) == (501, "NotImplemented")


def test_copies(s3: Any) -> None:
    copy = {"Key": "ten", "CopySource": f"{BUCKET}/ten"}
    told = refusal(s3.copy_object, **copy)
    assert told["Code"] == "InvalidRequest"
    assert "without changing the object's metadata" in told["Message"]
    s3.copy_object(Bucket=BUCKET, MetadataDirective="REPLACE", Metadata={"c": "d"}, **copy)
    assert s3.head_object(Bucket=BUCKET, Key="ten")["Metadata"] == {"c": "d"}
    told = refusal(s3.copy_object, MetadataDirective="NOPE", **copy)
    assert (told["Code"], told["Message"]) == ("InvalidArgument", "Unknown metadata directive.")
    told = refusal(s3.copy_object, Key="x", CopySource=f"{BUCKET}/none")
    assert (told["Code"], told["Key"]) == ("NoSuchKey", "none")
    told = refusal(s3.copy_object, **{**copy, "Key": "x"}, CopySourceIfMatch='"x"')
    assert told["Condition"] == "x-amz-copy-source-If-Match"
    assert s3.head_object(Bucket=BUCKET, Key="ten")["ContentType"] == "binary/octet-stream"
    told = refusal(s3.put_object, Key="ä" * 513, Body=b"")
    assert (told["Code"], told["Size"]) == ("KeyTooLongError", "1026")


def test_lists(s3: Any) -> None:
    lists = s3.list_objects_v2
    none = lists(Bucket=BUCKET, MaxKeys=0)
    assert (none["KeyCount"], none["IsTruncated"]) == (0, False)
    assert lists(Bucket=BUCKET, MaxKeys=5000)["MaxKeys"] == 1000
    assert refusal(lists, MaxKeys=-1)["Message"] == (
        "Argument maxKeys must be an integer between 0 and 2147483647"
    )
    for token in ("nope", ""):
        told = refusal(lists, ContinuationToken=token)
        assert told["Message"] == "The continuation token provided is incorrect"
    for key in ("b", "c/ü"):
        s3.put_object(Bucket=BUCKET, Key=key)
    first = lists(Bucket=BUCKET, MaxKeys=1)
    rest = lists(Bucket=BUCKET, ContinuationToken=first["NextContinuationToken"])
    keys = [each["Key"] for page in (first, rest) for each in page["Contents"]]
    assert keys == ["b", "c/ü", "ten"]


def test_errors_name_the_bucket_and_the_upload(s3: Any) -> None:
    for call, code in (
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
    ):
        told = refusal(call)
        assert (told["Status"], told["Code"], told["BucketName"]) == (404, code, BUCKET)
    told = refusal(s3.get_object_tagging, Key="ten", VersionId="none")
    assert (told["Key"], told["VersionId"]) == ("ten", "none")
    told = refusal(s3.abort_multipart_upload, Key="ten", UploadId="none")
    assert "may have been aborted or completed." in told["Message"]
    assert told["UploadId"] == "none"


def test_tags_are_checked(s3: Any) -> None:
    def put(*tags: tuple[str, str]) -> dict[str, Any]:
        return {"Tagging": {"TagSet": [{"Key": key, "Value": value} for key, value in tags]}}

    one = {"Key": "ten"}
    for call, asked, code, words in (
        (s3.put_object_tagging, one | put(("aws:a", "b")), "InvalidTag", "prefixed with aws:"),
        (s3.put_object_tagging, one | put(("a,b", "")), "InvalidTag", "The TagKey you have"),
        (s3.put_object_tagging, one | put(("a", "b" * 257)), "InvalidTag", "The TagValue you have"),
        (s3.put_object_tagging, one | put(("a", "b"), ("a", "c")), "InvalidTag", "multiple Tags"),
        (s3.put_bucket_tagging, put(("aws:a", "b")), "InvalidTag", "System tags cannot be"),
        (s3.put_object, {"Key": "x", "Tagging": "a=b&a=c"}, "InvalidArgument", "tag name dupl"),
        (s3.put_object, {"Key": "x", "Tagging": "&".join(f"k{n}=" for n in range(11))},
         "BadRequest", "greater than 10"),
    ):  # fmt: skip
        told = refusal(call, **asked)
        assert told["Code"] == code
        assert words in told["Message"]
    assert refusal(s3.head_object, Key="x")["Status"] == 404
    upload = {"Bucket": BUCKET, "Key": "parts"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, Tagging="a=b")["UploadId"]
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    assert (
        s3.get_object_tagging(Bucket=BUCKET, Key="parts")["TagSet"]
        == put(("a", "b"))["Tagging"]["TagSet"]
    )
