"""Lists what an identity pool's credentials allow with IAM off: a front end's calls, no others.

Every guest of a front end gets such credentials; without policies, too, they must not run functions
or read what the backend keeps for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from urllib.parse import parse_qs

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION

_ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAttributes",
    "s3:GetObjectTagging",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:GetBucketLocation",
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
    "execute-api:*",
    "appsync:GraphQL",
    "appsync:Event*",
    "dynamodb:*Item",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PartiQL*",
    "dynamodb:Transact*",
    "kinesis:PutRecord*",
    "firehose:PutRecord*",
    "events:PutEvents",
    "sns:Publish",
    "sqs:SendMessage*",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage*",
    "iot:Connect",
    "iot:Publish",
    "iot:Subscribe",
    "iot:Receive",
    "logs:PutLogEvents",
    "logs:CreateLogStream",
    "geo:*",
    "polly:SynthesizeSpeech",
    "translate:*",
    "transcribe:Start*",
    "rekognition:Detect*",
    "comprehend:Detect*",
    "bedrock:InvokeModel*",
    "bedrock:Converse*",
    "ses:SendEmail",
    "sts:GetCallerIdentity",
    "cognito-identity:Get*",
)
_OWN_BUCKET = f"cdk-hnb659fds-assets-{LOCAL_ACCOUNT}-{LOCAL_REGION}"
"""Functions' code comes from it."""


def is_for_front_ends(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """Whether a front end's credentials may make this call; ``body`` is needed of forms only."""
    from ministack import app
    from ministack.core.iam_actions import extract_iam_action

    parameters = parse_qs(query, keep_blank_values=True)
    plain = dict(headers)
    if app._parse_execute_api_url(plain.get("host", ""), path) or app._parse_lambda_url(
        plain.get("host", ""), path
    ):
        return True
    routing = app._routing_params(method, path, plain, body, parameters)
    service = app.detect_service(method, path, plain, routing)
    target = app._s3_cors_target(plain.get("host", ""), path)
    if "x-amz-target" not in plain and (
        service == "s3" or app._extract_s3_vhost_bucket(plain["host"])
    ):
        if target is None or target[0] == _OWN_BUCKET or _OWN_BUCKET in _copied_from(plain):
            return False
        service, path = "s3", f"/{target[0]}/{target[1]}".rstrip("/")
    action = extract_iam_action(service, method, path, plain, body, routing)
    return action is not None and any(fnmatchcase(action, allowed) for allowed in _ACTIONS)


def _copied_from(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-copy-source", "")
