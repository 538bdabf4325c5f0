"""Functions and layers without code: ministack creates them; Lambda refuses code missing in S3.

In ministack the mistake shows only in the function's first call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Properties = Mapping[str, Any]
Reply = tuple[int, dict[str, str], Any]


def install() -> None:
    """Look for the code before a function is made, by CloudFormation or by CreateFunction."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    for resource_type, member in (
        ("AWS::Lambda::Function", "Code"),
        ("AWS::Lambda::LayerVersion", "Content"),
    ):
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]
        provisioners._RESOURCE_HANDLERS[resource_type] = {
            **handlers,
            "create": _provisioned(handlers["create"], member),
        }
    lambda_svc._create_function = _called(lambda_svc._create_function)


def missing_code(code: Mapping[str, Any]) -> str:
    """Lambda's words where the code that ``code`` names in S3 is missing; else empty."""
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not bucket or not key:
        return ""
    from ministack.services import lambda_svc, s3

    found = lambda_svc._fetch_code_from_s3(bucket, key, version_id=code.get("S3ObjectVersion"))
    if found is not None:
        return ""
    kind, text = (
        ("NoSuchKey", "The specified key does not exist.")
        if bucket in s3._buckets
        else ("NoSuchBucket", "The specified bucket does not exist")
    )
    return f"Error occurred while GetObject. S3 Error Code: {kind}. S3 Error Message: {text}"


def _provisioned(create: Callable[..., Any], member: str) -> Callable[..., Any]:
    def create_with_code(logical_id: str, props: Properties, stack: str) -> Any:
        code = props.get(member) or {}
        problem = missing_code(code)
        if problem:  # among a template's many functions, the place says which
            raise ValueError(f"{problem} (s3://{code['S3Bucket']}/{code['S3Key']})")
        return create(logical_id, props, stack)

    return create_with_code


def _called(create: Callable[..., Reply]) -> Callable[..., Reply]:
    def create_function(data: Mapping[str, Any]) -> Reply:
        from ministack.core.responses import error_response_json

        problem = missing_code(data.get("Code") or {})
        if problem:
            refused: Reply = error_response_json("InvalidParameterValueException", problem, 400)
            return refused
        return create(data)

    return create_function
