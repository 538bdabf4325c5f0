"""The services that guests of an identity pool reach by the enhanced flow, as a session policy.

AWS takes both: an inline policy of its own and the managed AmazonCognitoUnAuthedIdentitiesSession-
Policy. The first one's text is not published; its services are, in prose.
Source: docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html (access policies)
"""

from __future__ import annotations

import json

_WHOLE_SERVICES = (
    "appsync",
    "cloudwatch",
    "cognito-identity",
    "cognito-idp",
    "cognito-sync",
    "comprehend",
    "dynamodb",
    "execute-api",
    "firehose",
    "gamelift",
    "iot",
    "kinesis",
    "lambda",
    "lex",
    "logs",
    "machinelearning",
    "mobileanalytics",
    "mobiletargeting",
    "personalize",
    "polly",
    "rekognition",
    "s3",
    "scs",
    "sdb",
    "ses",
    "sns",
    "sqs",
    "transcribe",
    "translate",
)
_SINGLE_ACTIONS = (
    "codewhisperer:GenerateRecommendations",
    "geo:*DevicePosition*",
    "geo:*Geofence",
    "geo:*Geofences",
    "geo:CalculateRoute*",
    "geo:GetMap*",
    "geo:GetPlace",
    "geo:SearchPlaceIndex*",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "rum:PutRumEvents",
    "sagemaker:InvokeEndpoint",
    "sumerian:View*",
    "textract:AnalyzeDocument",
    "textract:DetectDocumentText",
)

GUEST_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [*(f"{service}:*" for service in _WHOLE_SERVICES), *_SINGLE_ACTIONS],
                "Resource": "*",
            }
        ],
    }
)
"""What a guest's session allows at most; the role decides what of it."""
