"""What a request may change decides what is saved after it."""

from __future__ import annotations

import pytest

from workbench.localcloud.server.write_detection import effects


def _signed(service: str, **more: str) -> dict[str, str]:
    credential = f"AWS4-HMAC-SHA256 Credential=000000000000/20250101/us-east-1/{service}"
    return {"authorization": f"{credential}/aws4_request, SignedHeaders=host", **more}


@pytest.mark.parametrize(
    ("method", "headers", "form", "expected"),
    [
        ("GET", _signed("s3"), b"", ()),
        ("PUT", _signed("s3"), b"", None),
        ("POST", _signed("dynamodb", **{"x-amz-target": "DynamoDB_20120810.Query"}), b"", ()),
        (
            "POST",
            _signed("dynamodb", **{"x-amz-target": "DynamoDB_20120810.PutItem"}),
            b"",
            ("dynamodb",),
        ),
        ("POST", _signed("cloudformation"), b"Action=DescribeStackEvents&Version=1", ()),
        ("POST", _signed("cloudformation"), b"Version=1&Action=UpdateStack", None),
        ("POST", _signed("iam"), b"Action=CreateRole", ("iam",)),
        (
            "POST",
            _signed("cognito-identity", **{"x-amz-target": "AWSCognitoIdentityService.GetId"}),
            b"",
            None,
        ),
        ("POST", {"x-api-key": "k"}, b"", None),
        ("GET", {}, b"", None),
        ("WEBSOCKET", {}, b"", None),
    ],
)
def test_effects(
    method: str, headers: dict[str, str], form: bytes, expected: tuple[str, ...] | None
) -> None:
    assert effects(method, headers, form, lambda name: name) == expected
