"""S3's objects: ranges, conditions, copies, lists and errors as on AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.clients import Clients

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from workbench.aws.target import LocalTarget

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


def test_parts_are_checked_and_read(s3: Any) -> None:
    def upload(key: str, *sizes: int) -> tuple[dict[str, str], list[dict[str, Any]]]:
        named = {"Key": key}
        named["UploadId"] = s3.create_multipart_upload(Bucket=BUCKET, **named)["UploadId"]
        parts = []
        for number, size in enumerate(sizes, 1):
            put = s3.upload_part(Bucket=BUCKET, **named, PartNumber=number, Body=b"x" * size)
            parts.append({"PartNumber": number, "ETag": put["ETag"]})
        return named, parts

    named, parts = upload("small", 3, 4)
    for given, code in (
        (parts, "EntityTooSmall"),
        (parts[::-1], "InvalidPartOrder"),
        ([{"PartNumber": 3, "ETag": "x"}], "InvalidPart"),
    ):
        told = refusal(s3.complete_multipart_upload, **named, MultipartUpload={"Parts": given})
        assert (told["Status"], told["Code"]) == (400, code)
    told = refusal(s3.upload_part, **named, PartNumber=10001, Body=b"")
    assert (told["ArgumentName"], told["ArgumentValue"]) == ("partNumber", "10001")
    told = refusal(s3.upload_part_copy, **named, PartNumber=1, CopySource=f"{BUCKET}/ten",
                   CopySourceRange="bytes=10-20")  # fmt: skip
    assert (told["Code"], "copy range is invalid" in told["Message"]) == ("InvalidRequest", True)
    listed = s3.list_parts(Bucket=BUCKET, **named, MaxParts=1)
    assert (listed["IsTruncated"], listed["NextPartNumberMarker"]) == (True, 1)
    assert refusal(s3.list_parts, **named, MaxParts=-1)["ArgumentName"] == "max-parts"
    assert s3.list_multipart_uploads(Bucket=BUCKET, KeyMarker="small").get("Uploads", []) == []

    named, parts = upload("large", 5 * 1024 * 1024, 4)
    s3.complete_multipart_upload(Bucket=BUCKET, **named, MultipartUpload={"Parts": parts})
    large = {"Bucket": BUCKET, "Key": "large", "PartNumber": 2}
    for call in (s3.head_object, s3.get_object):
        found = call(**large)
        assert (found["ContentLength"], found["PartsCount"]) == (4, 2)
        assert found["ContentRange"] == "bytes 5242880-5242883/5242884"
        assert refusal(call, Key="ten", PartNumber=2)["Status"] == 416
        assert call(Bucket=BUCKET, Key="ten", PartNumber=1)["ContentRange"] == "bytes 0-9/10"
    told = refusal(s3.get_object, Key="large", PartNumber=9)
    assert (told["Code"], told["ActualPartCount"]) == ("InvalidPartNumber", "2")
    assert refusal(s3.get_object, Key="ten", PartNumber=1, Range="bytes=0-1")["Status"] == 400


def test_lists_of_versions_page_keys_and_groups_alike(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for key in ("a/1", "a/2", "b", "b", "c/1", "ten"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"0123456789")
    seen: list[str] = []
    asked = {"Bucket": BUCKET, "Delimiter": "/", "MaxKeys": 1}
    page = s3.list_object_versions(**asked)
    while True:
        seen += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        seen += [f"{each['Key']} {each['IsLatest']}" for each in page.get("Versions", [])]
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"]}
        if page.get("NextVersionIdMarker"):
            markers["VersionIdMarker"] = page["NextVersionIdMarker"]
        page = s3.list_object_versions(**asked, **markers)
    assert seen == ["a/", "b True", "b False", "c/", "ten True", "ten False"]
    told = refusal(s3.list_object_versions, VersionIdMarker="x")
    assert told["ArgumentName"] == "version-id-marker"
    version = s3.list_object_versions(Bucket=BUCKET, Prefix="b")["Versions"][1]["VersionId"]
    found = s3.get_object(Bucket=BUCKET, Key="b", VersionId=version, Range="bytes=2-3")
    assert (found["Body"].read(), found["ContentRange"]) == (b"23", "bytes 2-3/10")


def test_copies_take_what_they_are_asked_for(s3: Any) -> None:
    put = s3.put_object(Bucket=BUCKET, Key="src", Body=b"x", StorageClass="STANDARD_IA",
                        ChecksumAlgorithm="SHA256")  # fmt: skip
    assert (put["ServerSideEncryption"], put["ChecksumType"]) == ("AES256", "FULL_OBJECT")
    copy = {"Bucket": BUCKET, "CopySource": f"{BUCKET}/src"}
    kept = s3.copy_object(Key="kept", **copy)["CopyObjectResult"]
    assert kept["ChecksumSHA256"] == put["ChecksumSHA256"]
    anew = s3.copy_object(Key="anew", ChecksumAlgorithm="CRC32", **copy)["CopyObjectResult"]
    assert ("ChecksumCRC32" in anew, "ChecksumSHA256" in anew) == (True, False)
    classes = {
        each["Key"]: each["StorageClass"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    }
    assert (classes["src"], classes["kept"]) == ("STANDARD_IA", "STANDARD")
    found = s3.get_object_attributes(Bucket=BUCKET, Key="kept", ObjectAttributes=["StorageClass"])
    assert found["StorageClass"] == "STANDARD"
    s3.put_object(Bucket=BUCKET, Key="old", Body=b"x", StorageClass="GLACIER")
    told = refusal(s3.copy_object, Key="x", CopySource=f"{BUCKET}/old")
    assert (told["Status"], told["Code"]) == (403, "ObjectNotInActiveTierError")
    told = refusal(s3.put_object, Key="x", Body=b"", Metadata={"a": "b" * 2048})
    assert (told["Code"], told["Size"]) == ("MetadataTooLarge", "2049")


def test_settings_of_buckets(s3: Any) -> None:
    for call, asked in (
        (s3.get_bucket_inventory_configuration, {"Id": "x"}),
        (s3.rename_object, {"Key": "ten", "RenameSource": f"{BUCKET}/ten"}),
        (
            s3.update_object_encryption,
            {
                "Key": "ten",
                "ObjectEncryption": {
                    "SSEKMS": {"KMSKeyArn": "arn:aws:kms:us-east-1:000000000000:key/x"}
                },
            },
        ),
        (s3.get_object_torrent, {"Key": "ten"}),
    ):
        told = refusal(call, **asked)
        assert (told["Status"], told["Code"]) == (501, "NotImplemented")
    assert s3.get_object(Bucket=BUCKET, Key="ten")["Body"].read() == b"0123456789"
    assert s3.get_bucket_request_payment(Bucket=BUCKET)["Payer"] == "BucketOwner"
    s3.put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )
    found = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert (found["BlockPublicAcls"], found["RestrictPublicBuckets"]) == (True, False)
    wrong = {"Status": "Nope"}
    assert refusal(s3.put_bucket_accelerate_configuration, AccelerateConfiguration=wrong)[
        "Code"
    ] == "MalformedXML"  # fmt: skip
    assert refusal(s3.put_object_lock_configuration)["Code"] == "MissingRequestBodyError"
    told = refusal(s3.delete_object, Key="ten", IfMatch='"x"')
    assert told["Condition"] == "If-Match"


def test_buckets_have_a_region(s3: Any, local_cloud: LocalTarget) -> None:
    west: Any = Clients(replace(local_cloud, region="us-west-2")).client("s3")
    asked: dict[str, Any] = {"Bucket": "west-of-the-tests", "CreateBucketConfiguration": {}}
    for constraint in ("us-east-1", "eu-west-1"):
        asked["CreateBucketConfiguration"] = {"LocationConstraint": constraint}
        with pytest.raises(ClientError, match="incompatible for the region specific endpoint"):
            west.create_bucket(**asked)
    west.create_bucket(
        Bucket="west-of-the-tests",
        CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
    )
    # botocore follows the redirect of the first region to the bucket's own.
    put = s3.put_object(Bucket="west-of-the-tests", Key="a", Body=b"")
    assert put["ResponseMetadata"]["RetryAttempts"] == 1
    assert s3.get_bucket_location(Bucket="west-of-the-tests")["LocationConstraint"] == "us-west-2"
    west.delete_object(Bucket="west-of-the-tests", Key="a")
    west.delete_bucket(Bucket="west-of-the-tests")
