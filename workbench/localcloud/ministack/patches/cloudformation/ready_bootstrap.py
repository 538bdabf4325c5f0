"""The CDK's bootstrap: ministack refuses a stack whose bucket exists; the ready-made one is taken.

The local cloud has the bootstrap's resources from the first second, and no stack owns them. In
another region they are made when somebody asks for the bootstrap's version or for one of its roles
there. A stack of ``cdk bootstrap`` takes over what is ready: the bucket with its assets, while
roles and version become the stack's own.

Names and version are those of the CDK's modern bootstrap template with the default qualifier
(https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html); ampx asks for version 6 at least.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

Properties = dict[str, Any]
QUALIFIER = "hnb659fds"
BOOTSTRAP_VERSION = 30
VERSION_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"
ROLES = (
    "deploy-role",
    "file-publishing-role",
    "image-publishing-role",
    "lookup-role",
    "cfn-exec-role",
)
_PREFIX = f"cdk-{QUALIFIER}-"
_ROLE = re.compile(_PREFIX + r"[a-z-]+-role-(\d{12})-([a-z]{2}(?:-[a-z]+)+-\d)")
_NAMES = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::IAM::Role": "RoleName",
    "AWS::SSM::Parameter": "Name",
}

_writing: ContextVar[bool] = ContextVar("writing_the_bootstrap", default=False)
"""While a version is written: PutParameter looks for the one before it."""


def install() -> None:
    """Let stacks take what is ready; make it in a region at the first question."""
    from ministack.services import ssm, sts
    from ministack.services.cloudformation import provisioners

    for kind in _NAMES:
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        provisioners._RESOURCE_HANDLERS[kind] = {**handlers, "create": _taking(kind, handlers)}
    conflict = provisioners.s3_bucket_name_conflict
    look_up, handle = ssm._lookup_parameter, sts.handle_request

    def name_conflict(name: str) -> str | None:
        refused: str | None = None if _is_ready("AWS::S3::Bucket", name) else conflict(name)
        return refused

    def lookup_parameter(name: str, **options: Any) -> Any:
        if name == VERSION_PARAMETER and not _writing.get():
            make_ready()
        return look_up(name, **options)

    async def handle_request(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any
    ) -> Any:
        asked = _ROLE.search((body or b"").decode("utf-8", "replace"))
        if asked is not None:
            from ministack.core.responses import get_account_id, request_scope

            if asked[1] == get_account_id():
                with request_scope(asked[1], asked[2]):
                    make_ready()
        return await handle(method, path, headers, body, query)

    provisioners.s3_bucket_name_conflict = name_conflict
    ssm._lookup_parameter = lookup_parameter
    sts.handle_request = handle_request


def make_ready() -> bool:
    """Make what the region of this request lacks, unless its bootstrap has a version already.

    Returns whether it had none.
    """
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import iam, s3, ssm

    if VERSION_PARAMETER in ssm._parameters:
        return False
    account, place = get_account_id(), f"{get_account_id()}-{get_region()}"
    bucket = f"{_PREFIX}assets-{place}"
    if bucket not in s3._buckets:
        _provision("AWS::S3::Bucket", {"BucketName": bucket})
    principal = {"AWS": account, "Service": "cloudformation.amazonaws.com"}
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    for role in ROLES:
        name = f"{_PREFIX}{role}-{place}"
        if name not in iam._roles:
            _provision("AWS::IAM::Role", {"RoleName": name, "AssumeRolePolicyDocument": trust})
    version = {
        "Name": VERSION_PARAMETER,
        "Type": "String",
        "Value": str(BOOTSTRAP_VERSION),
    }
    token = _writing.set(True)
    try:
        _provision("AWS::SSM::Parameter", version)
    finally:
        _writing.reset(token)
    return True


def _provision(kind: str, properties: Properties) -> None:
    from ministack.services.cloudformation import provisioners

    provisioners._provision_resource(kind, "Bootstrap", properties, "CDKToolkit")


def _taking(kind: str, handlers: dict[str, Any]) -> Callable[..., Any]:
    create = handlers["create"]

    def take(logical_id: str, properties: Properties, stack: str) -> Any:
        from ministack.services import iam, ssm

        name = str(properties.get(_NAMES[kind]) or "")
        ready = _is_ready(kind, name)
        if ready and kind == "AWS::S3::Bucket":
            return handlers["update"](name, {"BucketName": name}, properties, stack)
        if ready and kind == "AWS::IAM::Role":
            iam._roles.pop(name, None)
        token = _writing.set(True)
        try:
            if ready and kind == "AWS::SSM::Parameter":
                ssm._delete_parameter({"Name": name})
            return create(logical_id, properties, stack)
        finally:
            _writing.reset(token)

    return take


def _is_ready(kind: str, name: str) -> bool:
    """Whether it is the bootstrap's, is there, and no stack has it."""
    from ministack.services import iam, s3, ssm
    from ministack.services.cloudformation import _stacks

    if not name.startswith(_PREFIX) and name != VERSION_PARAMETER:
        return False
    stores = {
        "AWS::S3::Bucket": s3._buckets,
        "AWS::IAM::Role": iam._roles,
        "AWS::SSM::Parameter": ssm._parameters,
    }
    return name in stores[kind] and not any(
        resource.get("ResourceType") == kind and resource.get("PhysicalResourceId") == name
        for stack in _stacks.values()
        if stack.get("StackStatus") != "DELETE_COMPLETE"
        for resource in (stack.get("_resources") or {}).values()
    )
