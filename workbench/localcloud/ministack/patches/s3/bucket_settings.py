"""Settings that ministack lacks: it lists objects, makes a bucket, or overwrites the object.

They are refused by name, a bucket's and an object's. A region's endpoint words every other
constraint alike, acceleration and locks are checked, a lock ends on the second, and what blocks
public access has all four settings.

Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html,
API_PutBucketAccelerateConfiguration.html, API_PutObjectLockConfiguration.html and
API_PutPublicAccessBlock.html there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, with_condition

_LACKING = frozenset(
    {
        "abac", "analytics", "intelligent-tiering", "inventory", "metadataConfiguration",
        "metadataAnnotationTable", "metadataInventoryTable", "metadataJournalTable",
        "metadataTable", "metrics", "policyStatus", "session",
    }
)  # fmt: skip
_LACKING_OF_OBJECTS = frozenset({"encryption", "renameObject", "torrent"})
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_MALFORMED = (
    "The XML you provided was not well-formed or did not validate against our published schema"
)


def install() -> None:
    """Check settings before they are stored."""
    from ministack.services import s3

    _install_routes(s3)
    accelerate, lock, block = (
        s3._put_bucket_accelerate,
        s3._put_object_lock_configuration,
        s3._put_public_access_block,
    )
    constraint_error, is_locked = s3._location_constraint_error, s3._check_object_lock
    delete = s3._delete_object

    def put_bucket_accelerate(name: str, body: bytes) -> Answer:
        status = _text(body, "Status")
        if name in s3._buckets and "." in name:
            return _error(
                "InvalidRequest",
                "S3 Transfer Acceleration is not supported for buckets with periods (.) in their "
                "names",
            )
        if status not in {"Enabled", "Suspended"}:
            return _error("MalformedXML", _MALFORMED)
        if status == "Suspended" and name not in s3._bucket_accelerate_config:
            return 200, {}, b""
        answer: Answer = accelerate(name, body)
        return answer

    def put_object_lock_configuration(name: str, body: bytes) -> Answer:
        if not body and name in s3._buckets:
            return _error("MissingRequestBodyError", "Request Body is empty")
        answer: Answer = lock(name, body)
        return answer

    def put_public_access_block(name: str, body: bytes) -> Answer:
        root = ElementTree.Element("PublicAccessBlockConfiguration", xmlns=s3.S3_NS)
        for each in _BLOCKS:
            value = (_text(body, each) or "false").lower()
            ElementTree.SubElement(root, each).text = value
        answer: Answer = block(name, s3._xml_body(root))
        return answer

    def location_constraint_error(name: str, constraint: str | None, region: str) -> Any:
        if constraint == "us-east-1" and region != "us-east-1":
            return _error(
                "IllegalLocationConstraintException",
                f"The {constraint} location constraint is incompatible for the region specific "
                "endpoint this request was sent to.",
            )
        return constraint_error(name, constraint, region)

    def check_object_lock(bucket: str, key: str, headers: Any, version: Any) -> Any:
        held = s3._object_retention.get((bucket, key, version))
        # Compared as text with a moment that has milliseconds.
        if held and "." not in held.get("RetainUntilDate", "."):
            held["RetainUntilDate"] = held["RetainUntilDate"].replace("Z", ".000Z")
        return is_locked(bucket, key, headers, version)

    def delete_object(*given: Any, **named: Any) -> Answer:
        return with_condition(delete(*given, **named), "If-Match")

    s3._put_bucket_accelerate = put_bucket_accelerate
    s3._put_object_lock_configuration = put_object_lock_configuration
    s3._put_public_access_block = put_public_access_block
    s3._location_constraint_error = location_constraint_error
    s3._check_object_lock = check_object_lock
    s3._delete_object = delete_object


def _install_routes(s3: Any) -> None:
    dispatch = s3._dispatch

    def run(  # noqa: PLR0917 - the request
        method: str,
        bucket: str,
        key: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
    ) -> Answer:
        if key and (lacking := _LACKING_OF_OBJECTS & query.keys()):
            said = f"The local cloud does not serve an object's {sorted(lacking)[0]} request."
            return _error("NotImplemented", said, 501)
        if bucket and not key and query:
            lacking = _LACKING & query.keys()
            if lacking:
                name = sorted(lacking)[0]
                said = f"The local cloud does not serve a bucket's {name} setting."
                return _error("NotImplemented", said, 501)
            if method == "GET" and "requestPayment" in query:
                found: Answer = s3._get_bucket_request_payment(bucket)
                return found
        answer: Answer = dispatch(method, bucket, key, headers, body, query)
        return answer

    s3._dispatch = run


def _text(body: bytes, name: str) -> str:
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return ""
    found = next((each for each in root.iter() if each.tag.rpartition("}")[2] == name), None)
    return (found.text or "").strip() if found is not None else ""


def _error(code: str, message: str, status: int = 400) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, status)
    return answer
