"""What S3 asks IAM about a request: the action, its bucket or object, a copy's source.

Source: "Actions, resources, and condition keys for Amazon S3", service authorization reference,
and "Required permissions for Amazon S3 API operations", S3 user guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from workbench.localcloud.iam.requests import Request
from workbench.localcloud.iam.wildcards import Values
from workbench.localcloud.ministack.authorization.call import Call

_LISTS = frozenset({"ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"})
_GRANTS = ("grant-read", "grant-write", "grant-read-acp", "grant-write-acp", "grant-full-control")
_HEADER_KEYS = (
    "x-amz-acl",
    *(f"x-amz-{each}" for each in _GRANTS),
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
)
_BYPASS = "x-amz-bypass-governance-retention"
_BYPASSED = frozenset({"DeleteObject", "DeleteObjectVersion", "PutObjectRetention"})


def s3_requests(call: Call) -> Sequence[Request]:
    """All that must be allowed; a list of deletions is :func:`deletions`' matter."""
    from ministack.core.iam_actions import _s3_action
    from ministack.services import s3

    where = "/" + "/".join(part for part in (call.bucket and "b", call.key and "k") if part)
    action = _s3_action(call.method, where, call.query)
    headers = s3._merge_hoisted_amz_headers(dict(call.headers), call.query)
    context = {**call.context, **_context(call, str(action), headers)}
    if action is None:
        return (Request(f"s3:{call.method}", resource_of(call.bucket, call.key), context),)
    if action == "ListAllMyBuckets":
        return (Request("s3:ListAllMyBuckets", "*", context),)
    resource = resource_of(call.bucket, call.key)
    found = [Request(f"s3:{action}", resource, context)]
    if action == "PutObject":
        found += _beside_put(call, resource, headers, context)
    elif action in {"GetObjectAttributes", "GetObjectVersionAttributes"}:
        also = "s3:GetObjectVersion" if "Version" in action else "s3:GetObject"
        found.append(Request(also, resource, context))
    if action in _BYPASSED and headers.get(_BYPASS, "").lower() == "true":
        found.append(Request("s3:BypassGovernanceRetention", resource, context))
    return found


def is_deletion_list(call: Call) -> bool:
    """Whether an S3 call deletes what its body lists."""
    return (
        call.service == "s3" and call.method == "POST" and not call.key and "delete" in call.query
    )


def reads_object(call: Call) -> bool:
    """Whether an S3 call reads an object, so that its answer may say that there is none."""
    return call.service == "s3" and bool(call.key) and call.method in {"GET", "HEAD"}


def deletions(call: Call) -> Mapping[tuple[str, str], Request]:
    """What each entry of a list of deletions asks for, by key and version."""
    from ministack.core.iam_actions import _s3_batch_delete_targets

    prefix = resource_of(call.bucket, "")
    return {
        (arn.removeprefix(f"{prefix}/"), version): Request(
            "s3:DeleteObjectVersion" if version else "s3:DeleteObject", arn, call.context
        )
        for arn, version in _s3_batch_delete_targets(call.bucket, call.body)
    }


def discovery(call: Call) -> Request:
    """Whether a caller may know that an object is not there: who may list where it would be."""
    context = {**call.context, "s3:prefix": call.key}
    return Request("s3:ListBucket", resource_of(call.bucket, ""), context)


def resource_of(bucket: str, key: str) -> str:
    """The name of a bucket or of an object."""
    if not bucket:
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _beside_put(
    call: Call, resource: str, headers: Mapping[str, str], context: Mapping[str, Values]
) -> list[Request]:
    found = []
    if headers.get("x-amz-tagging"):
        found.append(Request("s3:PutObjectTagging", resource, context))
    if any(headers.get(f"x-amz-{each}") for each in ("acl", *_GRANTS)):
        found.append(Request("s3:PutObjectAcl", resource, context))
    source = headers.get("x-amz-copy-source", "")
    if source:
        path, _, query = source.partition("?")
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        action = "s3:GetObjectVersion" if query.startswith("versionId=") else "s3:GetObject"
        found.append(Request(action, resource_of(bucket, key), call.context))
    return found


def _context(call: Call, action: str, headers: Mapping[str, str]) -> dict[str, Values]:
    from ministack.core.iam_actions import s3_service_context

    found: dict[str, Values] = {"s3:resourceaccount": call.account}
    found["s3:authtype"] = "REST-HEADER" if "authorization" in call.headers else "REST-QUERY-STRING"
    if action in _LISTS:
        for name in ("prefix", "delimiter", "max-keys"):
            given = call.query.get(name)
            if given is not None:
                found[f"s3:{name}"] = given[0]
        return found
    for name in _HEADER_KEYS:
        if headers.get(name):
            found[f"s3:{name}"] = headers[name]
    version = call.query.get("versionId")
    if version:
        found["s3:versionid"] = version[0]
    if action in {"PutObject", "GetObject", "GetObjectVersion"} and call.key:
        more = s3_service_context(f"s3:{action}", call.query, f"/{call.bucket}/{call.key}", headers)
        found |= {name.lower(): value for name, value in more.items()}
    return found
