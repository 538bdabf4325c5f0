"""Asks IAM about a request to the emulator.

Public operations are not asked about, whoever signs them, as on AWS. What no action of IAM is known
for is allowed only to those who may do everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs

from workbench.aws.target import LOCAL_REGION
from workbench.localcloud.iam.denials import Refusal
from workbench.localcloud.iam.evaluation import decide
from workbench.localcloud.iam.requests import PolicyKind, Principal, Request
from workbench.localcloud.ministack.authorization.call import Call
from workbench.localcloud.ministack.authorization.dynamodb_requests import dynamodb_requests
from workbench.localcloud.ministack.authorization.lambda_requests import (
    function_address_requests,
    is_invocation,
    lambda_requests,
)
from workbench.localcloud.ministack.authorization.resource_policies import resource_policy_of
from workbench.localcloud.ministack.authorization.s3_requests import is_deletion_list, s3_requests
from workbench.localcloud.ministack.authorization.service_requests import service_requests
from workbench.localcloud.ministack.bridge import public_addresses

_AMPLIFY = "/amplify/aws4_request"
_FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken", "sts:AssumeRole"})
"""Actions that need no permission, and that no policy can take away.

AssumeRole is asked about where the role's trust policy is known: by the patch of it.
"""


def call_of(  # noqa: PLR0917 - a request
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    source_ip: str,
    form: bytes = b"",
) -> Call:
    """A request for the service that the emulator would take it to, which a form may name."""
    from ministack import app
    from ministack.core.router import extract_region

    host = headers.get("host", "")
    plain = dict(headers)
    parameters = parse_qs(query, keep_blank_values=True) if query else {}
    region = str(extract_region(plain, parameters)) or LOCAL_REGION
    bucket = key = ""
    service = _by_address(host, path)
    if not service:
        bucket = _bucket_of(host)
        routing = app._routing_params(method, path, plain, form, parameters) if form else parameters
        service = "s3" if bucket else str(app.detect_service(method, path, plain, routing))
        if _AMPLIFY in headers.get("authorization", ""):
            service = "amplify"
        elif service == "s3":
            key = path.lstrip("/")
            if not bucket:
                bucket, _, key = key.partition("/")
    return Call(
        service, method, path, plain, parameters, region, form, source_ip, bucket=bucket, key=key
    )


def _by_address(host: str, path: str) -> str:
    """What the emulator serves by host or path alone, whatever service was signed for."""
    from ministack import app

    if app._parse_execute_api_url(host, path):
        return "execute-api"
    if app._parse_lambda_url(host, path):
        return "lambda-url"
    if path.startswith("/v2/email"):
        return "ses"
    if path in app._RDS_DATA_PATHS:
        return "rds-data"
    if path.startswith(public_addresses.OTHERS_PATHS) or app._is_ecr_registry_path(path):
        return "emulator"
    return ""


def with_body(call: Call, body: bytes) -> Call:
    """The call with its body, as the emulator's services read it."""
    from ministack import app

    if call.service != "s3":
        body = app._decompress_request_body(body, dict(call.headers))
    return replace(call, body=body)


def needs_body(call: Call) -> bool:
    """Whether what the call asks for stands in its body, and was not read yet."""
    if call.body:
        return False
    if call.service == "s3":
        return is_deletion_list(call)
    if call.service in {"execute-api", "lambda-url"}:
        return False
    return not (call.service == "lambda" and is_invocation(call))


def requests_of(call: Call, query: str) -> Sequence[Request]:
    """What IAM must allow for a call; nothing for public operations."""
    from ministack.core.responses import set_request_region

    if call.service != "s3" and public_addresses.is_for_everybody(
        call.method, call.path, query, call.headers
    ):
        return ()
    set_request_region(call.region)
    found = _requests(call)
    return found or (Request(f"{call.service}:{call.operation or call.method}", "", call.context),)


def refusal_of(principal: Principal, requests: Sequence[Request]) -> Refusal | None:
    """The first of these requests that the caller may not make; None where it may make all."""
    for request in requests:
        if request.action in _FREE:
            continue
        decision = decide(principal, request, resource_policy_of(request.resource, request.action))
        if not decision.allowed:
            return Refusal(principal, request, decision)
    return None


def is_open(call: Call, query: str, refusal: Refusal) -> bool:
    """Whether everybody may read an object, by an ACL too, and nothing denies it to the caller."""
    return (
        call.service == "s3"
        and refusal.decision.statement is None
        and refusal.decision.kind is PolicyKind.IDENTITY
        and public_addresses.is_open_object(call.method, call.path, query, call.headers)
    )


def _requests(call: Call) -> Sequence[Request]:
    match call.service:
        case "s3":
            return s3_requests(call)
        case "dynamodb" | "dynamodbstreams":
            return dynamodb_requests(call)
        case "lambda":
            return lambda_requests(call)
        case "lambda-url":
            from ministack import app

            address = app._parse_lambda_url(call.headers.get("host", ""), call.path)
            return function_address_requests(call, address[0] if address else "")
        case "execute-api":
            return _api_requests(call)
        case "emulator":
            # Its own addresses, and protocols that Amplify does not use.
            return ()
    return service_requests(call)


def _api_requests(call: Call) -> Sequence[Request]:
    """A call of an API Gateway method that asks for IAM."""
    from ministack import app
    from ministack.core.arn import execute_api_arn

    api = app._parse_execute_api_url(call.headers.get("host", ""), call.path)
    if api is None:
        return ()
    api_id, stage, path = api
    manages = path.startswith("/@connections/")
    if not manages:
        stage, path = app._resolve_stage_and_path(api_id, stage, path)
    action = "execute-api:ManageConnections" if manages else "execute-api:Invoke"
    resource = execute_api_arn(call.region, call.account, api_id, stage, call.method, path)
    return (Request(action, str(resource), call.context),)


def _bucket_of(host: str) -> str:
    """The bucket that a host names as S3's virtual-hosted addresses do."""
    from ministack import app

    bucket = app._extract_s3_vhost_bucket(host)
    if not bucket or app._S3_VHOST_EXCLUDE_RE.search(host) or bucket in app._NON_S3_VHOST_NAMES:
        return ""
    return str(bucket)
